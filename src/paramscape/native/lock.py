"""A lock between processes on any file system, released when its holder is killed."""

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

    The lock is a file that its holder renews; the file system needs no support of locks. If the
    holder has ended, the lock is free at once on the same machine, and after `LEASE` seconds on
    others. If clocks or networks fail, two processes may do the work at the same time: its result
    must be written atomically.

    Args:
        file: the lock.
        work: its name, for the message of a process that waits.

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
