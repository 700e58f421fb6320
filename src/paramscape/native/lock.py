"""A lock that one process at a time holds, on any file system, and that no killed process keeps."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import SoftFileLease, Timeout

from paramscape.files.notices import tell

LOG = logging.getLogger(__name__)
LEASE = 30.0  # seconds after which a lock that its holder does not renew is free
LONGEST_WAIT = 1800.0  # seconds for another process
_A_LOOK = 0.2  # seconds


@contextmanager
def one_at_a_time(file: Path, work: str) -> Iterator[None]:
    """Do some work while no other process does it, on this machine or on one that shares the file.

    The lock is a file that its holder renews; no support of locks by the file system is needed.
    One whose holder has ended is taken at once on the same machine, and after `LEASE` seconds on
    others. Where clocks or networks fail, two processes may do the work at once: its result must be
    put in place whole.

    Args:
        file: the lock.
        work: what it is, for a process that waits.

    Raises:
        OSError: if the lock cannot be written.
    """
    lock = SoftFileLease(file, lease_duration=LEASE, poll_interval=_A_LOOK)
    try:
        lock.acquire(timeout=0.0)
    except Timeout:
        tell(f"waiting for another process: {work}")
        try:
            lock.acquire(timeout=LONGEST_WAIT)
        except Timeout:
            LOG.warning("going on without %s after %.0f s", file, LONGEST_WAIT)
    try:
        yield
    finally:
        lock.release()
