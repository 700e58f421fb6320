"""Interruption of long jobs by SIGTERM, at a point from which they can resume.

Slurm sends SIGTERM before it kills a job: at its time limit, or when it is cancelled or preempted.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 20.0  # Slurm kills 30 s (KillWait) after SIGTERM unless configured otherwise

_signalled_at: float | None = None


class Interrupted(SystemExit):
    """A job was stopped by SIGTERM: the process exits with status 1 and this message."""


@contextmanager
def handle_sigterm() -> Iterator[None]:
    """Delay SIGTERM in the enclosed work until its next `stop_if_signalled`."""
    before = signal.signal(signal.SIGTERM, _remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        _forget()


def stop_if_signalled(kept: str) -> None:
    """Stop if SIGTERM was received; for places where all work so far is in a checkpoint.

    Args:
        kept: which work is kept, for the message.

    Raises:
        Interrupted: if SIGTERM was received.
    """
    if _signalled_at is not None:
        raise Interrupted(
            f"Stopped by SIGTERM. {kept}. Rerun to resume; the result is identical to that of an "
            "uninterrupted run"
        )


def stop_if_overdue(kept: str) -> None:
    """Stop if SIGTERM was received more than `PATIENCE_SECONDS` ago; for places within an epoch.

    An epoch or loop that ends earlier is finished first; otherwise it is repeated after a restart.

    Args:
        kept: which work is kept, for the message.

    Raises:
        Interrupted: if SIGTERM was received so long ago.
    """
    if _signalled_at is not None and time.monotonic() - _signalled_at > PATIENCE_SECONDS:
        stop_if_signalled(kept)


def _remember(number: int, frame: object) -> None:
    global _signalled_at
    if _signalled_at is None:
        _signalled_at = time.monotonic()


def _forget() -> None:
    global _signalled_at
    _signalled_at = None
