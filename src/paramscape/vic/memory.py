"""How much memory a simulation may take."""

import os
from pathlib import Path

import torch

SHARE = 0.25  # of what is free: other jobs, results and the gradient's record need the rest
FALLBACK = 2 << 30  # [bytes] where the system does not say what is free


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
    """Bytes left below the limit of the process's control group, as Slurm sets it."""
    membership = Path("/proc/self/cgroup")
    if not membership.exists():
        return None
    path = membership.read_text().strip().splitlines()[-1].split("::")[-1].lstrip("/")
    group = Path("/sys/fs/cgroup", path)
    limit, used = group / "memory.max", group / "memory.current"
    if not limit.exists() or not used.exists() or limit.read_text().strip() == "max":
        return None
    return max(0, int(limit.read_text()) - int(used.read_text()))
