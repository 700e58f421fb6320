"""Messages that the user is to see at once: in the log, and on the terminal."""

import logging
import sys

NOTICES = logging.getLogger("paramscape.notices")


def tell(message: str, level: int = logging.INFO) -> None:
    """Write a message into the log and onto the terminal, once each.

    A job's log is a file: the terminal sees nothing of it.
    """
    NOTICES.log(level, "%s", message)
    if not _is_on_terminal(level):
        print(f"paramscape: {message}", file=sys.stderr, flush=True)


def _is_on_terminal(level: int) -> bool:
    """Whether a handler writes notices of a level to the terminal."""
    if not NOTICES.isEnabledFor(level):
        return False
    if not NOTICES.hasHandlers():
        return level >= logging.WARNING  # by Python's handler of last resort
    loggers = (NOTICES, logging.getLogger("paramscape"), logging.getLogger())
    handlers = [handler for logger in loggers for handler in logger.handlers]
    return any(type(h) is logging.StreamHandler and h.level <= level for h in handlers)
