"""One run at a time works on a study, and one that was killed leaves nothing in the way.

A run holds a lock of the operating system (flock) for as long as it lives, so that a killed run
needs nobody to unlock it. Snakemake's own lock is a file that a killed run leaves behind.
"""

import atexit
import fcntl
import json
import os
import socket
import time
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path

import psutil

SNAKEMAKE = Path(".snakemake")
MARK = "PARAMSCAPE_RUN"
"""Environment variable by which the jobs of a run are known."""

_PATIENCE = 10.0  # seconds for the kernel to end killed processes
_CLUSTER = "on a cluster"
_A_LOOK = 0.5  # seconds
_held: list[TextIOWrapper] = []


class StudyInUse(RuntimeError):
    """Another run is working on the study."""


def prepare_run(results: Path) -> str | None:
    """Clear the lock that a killed run of Snakemake left, and mark the jobs of this process.

    The lock is cleared only if its run is known to be dead, and its jobs can be ended: they were on
    this host, and its flock is free. Where the file system has no flock, Snakemake's lock alone
    stands between two runs.

    Args:
        results: the study's folder of results, relative to the working folder.

    Returns:
        What the user should know of a run that is alive, or may be on another host; else None.
    """
    os.environ[MARK] = json.dumps([*_identity(os.getpid()), str(results.resolve())])
    with _open(results) as lock:
        owner = _owner(lock)
        taken = _taken(lock)
        if not taken:
            return None if taken is None else _in_use(results, owner)
        left = _snakemake_locks(results)
        if left and owner.get("jobs") == _CLUSTER:
            return (
                f"The last run on {results} was killed, and its jobs may still run on the cluster: "
                "let them end or cancel them, then snakemake --unlock, and start again"
            )
        if left and owner.get("host") != socket.gethostname():
            return (
                f"The lock of the last run on {results} was left on host "
                f"{owner.get('host', 'unknown')}. If no run is alive there, remove it with "
                "snakemake --unlock"
            )
        for file in left:
            file.unlink(missing_ok=True)
        _sign(lock)
    return None


def begin_run(results: Path, *, here: bool = True) -> list[int]:
    """Take the study for this process until it ends, and end the jobs of killed runs on this host.

    Args:
        results: the study's folder of results.
        here: whether this run's jobs run on this host, not on a cluster.

    Returns:
        Processes that were ended.

    Raises:
        StudyInUse: if another run is working on the study.
    """
    lock = _open(results)
    if _taken(lock) is False:
        with lock:
            raise StudyInUse(_in_use(results, _owner(lock)))
    _sign(lock, "here" if here else _CLUSTER)
    _held.append(lock)
    atexit.register(lock.truncate, 0)
    return _end_orphans(results)


def _open(results: Path) -> TextIOWrapper:
    SNAKEMAKE.mkdir(exist_ok=True)
    return (SNAKEMAKE / f"{results.name}.run").open("a+", encoding="utf-8")


def _taken(lock: TextIOWrapper) -> bool | None:
    """Whether the lock is ours now; None where the file system has no locks.

    Who only looks at a lock holds it for some milliseconds.
    """
    end = time.monotonic() + _A_LOOK
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        except OSError:
            return None


def _owner(lock: TextIOWrapper) -> dict[str, object]:
    lock.seek(0)
    try:
        return json.load(lock)
    except json.JSONDecodeError:
        return {}


def _sign(lock: TextIOWrapper, jobs: str = "here") -> None:
    lock.truncate(0)
    host, process, _ = _identity(os.getpid())
    since = datetime.now().isoformat(" ", "minutes")
    json.dump({"host": host, "process": process, "since": since, "jobs": jobs}, lock)
    lock.flush()


def _in_use(results: Path, owner: dict[str, object]) -> str:
    who = " ".join(f"{name} {value}" for name, value in owner.items())
    return (
        f"Another run is working on {results} ({who or 'it has only just begun'}): one at a time. "
        "Wait until it has ended, or stop it there with Ctrl-C; do not unlock."
    )


def _snakemake_locks(results: Path) -> list[Path]:
    """Snakemake's lock files of runs that write into the study's folder."""
    ours = [
        file for file in (SNAKEMAKE / "locks").glob("*.output.lock") if f"{results}/" in _text(file)
    ]
    return [*ours, *(f.with_name(f.name.replace("output", "input")) for f in ours)]


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:  # its run has just ended
        return ""


def _identity(process: int) -> tuple[str, int, float]:
    """Host, number and start [s] of a process, which together no other has."""
    return socket.gethostname(), process, psutil.Process(process).create_time()


def _end_orphans(results: Path) -> list[int]:
    """End the processes of runs on the study that are dead themselves."""
    orphans = [p for p in psutil.process_iter() if _is_orphan(p, str(results.resolve()))]
    for process in orphans:
        process.kill()
    _, alive = psutil.wait_procs(orphans, timeout=_PATIENCE)
    if alive:
        raise StudyInUse(
            f"Jobs of a killed run still work on {results} and cannot be ended: processes "
            f"{', '.join(str(p.pid) for p in alive)}. End them, and start again"
        )
    return [process.pid for process in orphans]


def _is_orphan(process: psutil.Process, results: str) -> bool:
    try:
        mark = process.environ().get(MARK)
    except (psutil.Error, OSError):  # another user's process, or one that has just ended
        return False
    host, number, start, where = json.loads(mark) if mark else [None] * 4
    if where != results or host != socket.gethostname():
        return False
    try:
        return psutil.Process(number).create_time() != start
    except psutil.NoSuchProcess:
        return True
