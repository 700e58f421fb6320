"""Failures of the machine (memory, disk, GPU): their messages and what to do about them."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

_MEMORY = (
    "The job ran out of memory. Give it more (resources mem_mb of its rule; on Slurm a retry gets "
    "more), run fewer jobs at a time (--cores), or let it hold less: vic.lanes_at_once bounds VIC, "
    "ensemble.batch the members of a job. Start the same command again: what is finished is kept."
)
_PROBE = 2**26  # bytes
_PROBE_OF_DISK = 2**20  # bytes
_GPU = (
    "The GPU failed or was taken away. Start the same command again where a GPU is: a training "
    "goes on from the checkpoint of its last whole epoch. Without one, set compute.device to cpu."
)
_SIGNS = {
    "can't allocate memory": _MEMORY,
    "annot allocate memory": _MEMORY,
    "failed to map segment": _MEMORY,  # of a library that is loaded
    "CUDA out of memory": _MEMORY,
    "CUDA error": _GPU,
    "CUDA driver": _GPU,
    "NVIDIA driver": _GPU,
}


def advice(error: BaseException) -> str | None:
    """What to do about an error that the machine caused; None for any other error."""
    for part in _chain(error):
        if isinstance(part, MemoryError):
            return _MEMORY
        for sign, words in _SIGNS.items():
            if isinstance(part, (RuntimeError, OSError, ImportError)) and sign in str(part):
                return words
    return None


def require_memory() -> None:
    """Allocate 64 MiB, where a library may have failed because it ran out of memory, without
    reporting it.

    Raises:
        MemoryError: if they cannot be allocated.
    """
    try:
        bytearray(_PROBE)
    except MemoryError:
        raise MemoryError(f"Cannot allocate {_PROBE // 2**20} MiB of memory") from None


def require_room(partial: Path, path: Path) -> None:
    """Write one more megabyte to a file that could not be written, to learn the reason.

    Libraries hide it.

    Args:
        partial: what has been written, under a temporary name.
        path: the name that it was to get.

    Raises:
        OSError: with the file system's reason, if it refuses.
    """
    try:
        with partial.open("ab", buffering=0) as file:
            if file.write(bytes(_PROBE_OF_DISK)) < _PROBE_OF_DISK:
                file.write(bytes(_PROBE_OF_DISK))
            os.fsync(file.fileno())
    except OSError as refusal:
        raise OSError(
            refusal.errno,
            f"{path} cannot be written: {refusal.strerror}{_cure(refusal, partial.parent)}; then "
            "start the same command again: what is finished is kept, and this file is as it was "
            "before",
        ) from refusal


def _cure(refusal: OSError, folder: Path) -> str:
    """What to do about a file that cannot be written."""
    if refusal.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f". Get the right to write in {folder.absolute()}"
    free = shutil.disk_usage(folder).free / 2**20
    return f" ({free:.0f} MB are free there). Make room, or raise the quota or limit"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
