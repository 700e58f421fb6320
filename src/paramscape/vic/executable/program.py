"""Starting the real VIC program, waiting for it, and the cause of a failure."""

import os
import shutil
import signal
import subprocess
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from paramscape.vic.executable.errors import ProgramError
from paramscape.vic.image.write_global import GLOBAL

LOG = "vic.log"
_LAST_LINES = 15  # of the log, shown if no line has the cause
_PATIENCE = 10.0  # seconds for mpirun to end its processes
_INHERITED = (
    "PATH", "HOME", "USER", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "OPAL_PREFIX",
    "PARAMSCAPE_RUN",
)  # fmt: skip


@dataclass(frozen=True)
class Program:
    """VIC's image driver as it is built on this machine.

    path: the executable. processes: MPI processes; 1 runs it without `mpirun`. mpirun: the
    command that starts several, followed by `-n <processes>`. timeout_minutes: limit of a run.
    """

    path: Path
    processes: int = 1
    mpirun: tuple[str, ...] = ("mpirun",)
    timeout_minutes: float = 240.0

    def require(self) -> None:
        """Refuse a program that cannot be started.

        Raises:
            ProgramError: naming the file that is missing or not executable.
        """
        if not self.path.is_file() or not os.access(self.path, os.X_OK):
            problem = "is not executable" if self.path.is_file() else "does not exist"
            raise ProgramError(
                f"vic.executable is {self.path}, which {problem}; give the path of the image "
                "driver of VIC 5 (vic_image.exe), or leave vic.executable out"
            )
        if self.processes > 1 and (not self.mpirun or shutil.which(self.mpirun[0]) is None):
            raise ProgramError(
                f"vic.processes={self.processes} needs the command vic.mpirun="
                f"{list(self.mpirun)}, which is not found; install MPI, or set vic.processes to 1"
            )

    @property
    def command(self) -> list[str]:
        """The command line, to be run in the folder of a case."""
        alone = [str(self.path.resolve()), "-g", GLOBAL]
        if self.processes == 1:
            return alone
        return [*self.mpirun, "-n", str(self.processes), *alone]


def run_program(program: Program, folder: Path) -> Path:
    """Run the program in the folder of a case and return its log.

    Each process has one thread, because several give wrong results in some builds of VIC. Of the
    environment it gets only the paths of programs, libraries and scratch space, because variables
    of a batch system or of an outer MPI job would change how many processes start.

    Raises:
        ProgramError: if it ends with an error (with VIC's message), cannot be started, or exceeds
            the time limit, after which it is killed.
    """
    program.require()
    path = folder / LOG
    with path.open("wb") as log:
        try:
            process = subprocess.Popen(
                program.command,
                cwd=folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise ProgramError(f"{program.path} cannot be started: {error}") from error
    try:
        status = process.wait(timeout=60.0 * program.timeout_minutes)
    except subprocess.TimeoutExpired:
        raise ProgramError(
            f"VIC has not ended after vic.timeout_minutes={program.timeout_minutes:g} and was "
            f"stopped; its log ends:\n{_indented(_last_lines(path))}\nRaise vic.timeout_minutes "
            "if the case is large"
        ) from None
    finally:
        _end(process)
    if status:
        raise ProgramError(f"VIC {_ending(status)}: {log_cause(path)}")
    return path


def log_cause(path: Path) -> str:
    """Cause of VIC's failure: the first line of the log marked [ERROR], else the log's end."""
    with path.open(errors="replace") as lines:
        for line in lines:
            if "[ERROR]" in line:
                return line.split("[ERROR]", 1)[1].strip()
    last = _last_lines(path)
    if not last:
        return "its log is empty"
    return f"its log has no line marked [ERROR] and ends:\n{_indented(last)}"


def _last_lines(path: Path) -> list[str]:
    with path.open(errors="replace") as lines:
        return list(deque((line.rstrip() for line in lines if line.strip()), _LAST_LINES))


def _indented(lines: Iterable[str]) -> str:
    return "\n".join(f"    {line}" for line in lines)


def _ending(status: int) -> str:
    if status > 0:
        return f"ended with exit status {status}"
    return f"was killed by {signal.Signals(-status).name}"


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**kept, "OMP_NUM_THREADS": "1", "LC_ALL": "C", "TZ": "UTC"}


def _end(process: subprocess.Popen) -> None:
    """End the program with all its processes; mpirun first gets time to end those it started."""
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
