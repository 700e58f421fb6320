"""The machine that a benchmark runs on."""

import os
import platform
import shlex
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import torch

from paramscape import __version__
from paramscape.files.provenance import commit
from paramscape.native.compiler import compiler, march

BUSY = 0.5  # load average above which timings are unreliable


def cores() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def machine_facts() -> dict[str, Any]:
    """Facts for the head of a report. The load average is that of the last minute."""
    return {
        "processor": _processor(),
        "cores": cores(),
        "memory": f"{_memory() / 2**30:.0f} GiB",
        "system": platform.platform(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "compiler": _compiler(),
        "instruction_set": march(),
        "paramscape": __version__,
        "commit": commit(),
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "load_average": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text().splitlines() if file.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _compiler() -> str:
    found = compiler()
    if found is None:
        return "none"
    command = [*shlex.split(found), "--version"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    return ran.stdout.splitlines()[0] if ran.stdout else found
