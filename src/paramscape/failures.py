"""What a failure of the machine, not of the data, means to the user and what to do about it."""

from collections.abc import Iterator

_MEMORY = (
    "The job ran out of memory. Give it more (resources mem_mb of its rule; on Slurm a retry gets "
    "more), run fewer jobs at a time (--cores), or let it hold less: vic.lanes_at_once bounds VIC, "
    "ensemble.batch the members of a job. Start the same command again: what is finished is kept."
)
_PROBE = 2**26  # bytes
_GPU = (
    "The GPU failed or was taken away. Start the same command again where a GPU is: a training "
    "goes on from the checkpoint of its last whole epoch. Without one, set compute.device to cpu."
)
_SIGNS = {
    "can't allocate memory": _MEMORY,
    "annot allocate memory": _MEMORY,
    "CUDA out of memory": _MEMORY,
    "CUDA error": _GPU,
    "CUDA driver": _GPU,
    "NVIDIA driver": _GPU,
}


def advice(error: BaseException) -> str | None:
    """What to do about an error where the machine is its cause; else None."""
    for part in _chain(error):
        if isinstance(part, MemoryError):
            return _MEMORY
        for sign, words in _SIGNS.items():
            if isinstance(part, (RuntimeError, OSError)) and sign in str(part):
                return words
    return None


def require_memory() -> None:
    """Ask for 64 MiB, where a library may have failed for want of memory without saying so.

    Raises:
        MemoryError: if they are not to be had.
    """
    try:
        bytearray(_PROBE)
    except MemoryError:
        raise MemoryError(f"{_PROBE} bytes of memory are not to be had") from None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
