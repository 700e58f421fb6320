"""Wall time, processor time and memory of a call, also in a new process."""

import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from paramscape.files import atomic_write

PACKAGES = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Timing:
    """Wall and processor time of every repeat [s]; processor time counts ended children."""

    walls: tuple[float, ...]
    processors: tuple[float, ...]

    @property
    def best(self) -> float:
        """Shortest wall time."""
        return min(self.walls)

    @property
    def worst(self) -> float:
        """Longest wall time."""
        return max(self.walls)

    @property
    def processor(self) -> float:
        """Processor time of the repeat with the shortest wall time."""
        return self.processors[self.walls.index(self.best)]

    @property
    def repeats(self) -> int:
        """How often it was timed."""
        return len(self.walls)


def timed(call: Callable[[], Any], repeats: int, warm_up: bool = True) -> Timing:
    """Time a call, after a first call that is not counted."""
    if warm_up:
        call()
    walls, processors = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), _processor_time()
        call()
        walls.append(time.perf_counter() - wall)
        processors.append(_processor_time() - processor)
    return Timing(tuple(walls), tuple(processors))


def _processor_time() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Use a number of threads within the context."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def run_fresh(module: str, job: Any, settings: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Run a module of this package in a new Python process and return what it prints as JSON.

    Args:
        module: its name. Its argument is the path of the job, written by `torch.save`.
        job: what the module does.
        settings: environment variables to change.

    Raises:
        RuntimeError: if it fails; with the end of its stderr.
    """
    found = [str(PACKAGES), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, found))}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "job.pt")
        with atomic_write(path) as partial:
            torch.save(job, partial)
        ran = subprocess.run(
            [sys.executable, "-m", module, str(path)],
            env={**environment, **(settings or {})},
            capture_output=True,
            text=True,
            check=False,
        )
    if ran.returncode:
        raise RuntimeError(f"{module} failed in a new process:\n{ran.stderr[-2000:]}")
    return json.loads(ran.stdout.splitlines()[-1])


def resident() -> int:
    """Memory of this process [bytes]; its peak so far if the system gives only that."""
    return _of_status("VmRSS:") or peak()


def peak() -> int:
    """Largest memory of this process so far [bytes].

    From the kernel's status file, because `ru_maxrss` of a child starts at its parent's value.
    """
    scale = 1 if sys.platform == "darwin" else 1024
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    return _of_status("VmHWM:") or used


def _of_status(name: str) -> int | None:
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    values = [int(line.split()[1]) * 1024 for line in lines if line.startswith(name)]
    return values[0] if values else None
