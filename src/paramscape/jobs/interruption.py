"""Being told to end: a long job stops where it can be taken up again.

Slurm sends SIGTERM before it kills a job, at its time limit, when it is cancelled or preempted.
"""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 20.0  # Slurm kills 30 s (KillWait) after SIGTERM unless configured otherwise

_told_at: float | None = None


class Interrupted(SystemExit):
    """A job that was told to end: the process exits with status 1 and this message."""


@contextmanager
def handle_sigterm() -> Iterator[None]:
    """Let SIGTERM end the enclosed work at its next `stop_if_signalled`, not at once."""
    before = signal.signal(signal.SIGTERM, _remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        _forget()


def stop_if_signalled(kept: str) -> None:
    """End if SIGTERM came; for places where everything done so far is in a checkpoint.

    Args:
        kept: what of the work is kept, for the message.

    Raises:
        Interrupted: if SIGTERM came.
    """
    if _told_at is not None:
        raise Interrupted(
            f"stopped, for SIGTERM came. {kept}. Started again, the job ends with the same result "
            "as one that was never stopped"
        )


def stop_if_overdue(kept: str) -> None:
    """End if SIGTERM came more than `PATIENCE_SECONDS` ago; for places amid an epoch or loop.

    What was begun is finished if that takes no longer, and otherwise left, to be done again.

    Args:
        kept: what of the work is kept, for the message.

    Raises:
        Interrupted: if SIGTERM came so long ago.
    """
    if _told_at is not None and time.monotonic() - _told_at > PATIENCE_SECONDS:
        stop_if_signalled(kept)


def _remember(number: int, frame: object) -> None:
    global _told_at
    if _told_at is None:
        _told_at = time.monotonic()


def _forget() -> None:
    global _told_at
    _told_at = None
