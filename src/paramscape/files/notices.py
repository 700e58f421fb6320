"""Messages that the user is to see at once: in the log, and on the terminal."""

import logging
import sys


def tell(message: str, level: int = logging.INFO) -> None:
    """Write a message into the log and onto the terminal, once each.

    A job's log is a file: the terminal sees nothing of it.
    """
    log = logging.getLogger("paramscape")
    log.log(level, "%s", message)
    if not _is_on_terminal(log, level):
        print(f"paramscape: {message}", file=sys.stderr, flush=True)


def _is_on_terminal(log: logging.Logger, level: int) -> bool:
    """Whether a handler writes messages of a level to the terminal."""
    if not log.isEnabledFor(level):
        return False
    if not log.hasHandlers():
        return level >= logging.WARNING  # by Python's handler of last resort
    handlers = [*log.handlers, *logging.getLogger().handlers]
    return any(type(h) is logging.StreamHandler and h.level <= level for h in handlers)
