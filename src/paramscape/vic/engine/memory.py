"""Memory that a simulation may take."""

import os
from pathlib import Path

import torch

SHARE = 0.25  # of what is free: other jobs, results and the gradient's record need the rest
FALLBACK = 2 << 30  # [bytes] where the system does not say what is free
_PROCESS, _GROUPS = Path("/proc/self"), Path("/sys/fs/cgroup")
_LIMIT_AND_USE = (
    ("memory.max", "memory.current"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes"),
)


def memory_for_simulation(device: torch.device) -> int:
    """Bytes that a simulation should stay below, a quarter of what is free on the device."""
    if device.type == "cuda":
        return int(SHARE * torch.cuda.mem_get_info(device)[0])
    free = [value for value in (_available(), _left_in_group()) if value is not None]
    return int(SHARE * min(free, default=FALLBACK))


def _available() -> int | None:
    """Bytes that the machine has available, by the kernel's own estimate."""
    file = Path("/proc/meminfo")
    if file.exists():
        for line in file.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    names = os.sysconf_names
    if "SC_AVPHYS_PAGES" not in names:
        return None
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _left_in_group() -> int | None:
    """Bytes left below the limits of the process's control group and of those that hold it.

    Slurm limits the group of the job, in which the group of the process has no limit of its own.
    """
    groups = [group for own in _memory_groups() for group in (own, *own.parents)]
    left = [_left(group, *names) for group in groups for names in _LIMIT_AND_USE]
    return min((value for value in left if value is not None), default=None)


def _memory_groups() -> list[Path]:
    """Folders of the process's control groups that may limit memory, of version 1 and 2."""
    membership = _PROCESS / "cgroup"
    if not membership.exists():
        return []
    rows = [line.split(":", 2) for line in membership.read_text().splitlines()]
    return [
        _GROUPS / ("memory" if names else "") / path.lstrip("/")
        for _, names, path in rows
        if not names or "memory" in names.split(",")
    ]


def _left(group: Path, limit: str, used: str) -> int | None:
    """Bytes left in one group, or None where it has no limit."""
    if not (group / limit).exists() or not (group / used).exists():
        return None
    most = (group / limit).read_text().strip()
    return None if most == "max" else max(0, int(most) - int((group / used).read_text()))
