"""Files that appear under their name only when they are complete."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paramscape.failures import require_room


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary name beside `path`; what is written there becomes `path` at the end.

    After an error or a kill `path` is as it was before.

    Raises:
        OSError: where the file system has no room, whatever error a library makes of it.
    """
    partial = partial_of(path)
    try:
        yield partial
        publish(partial, path)
    except Exception:
        require_room(partial, path)
        raise
    finally:
        partial.unlink(missing_ok=True)


def partial_of(path: Path) -> Path:
    """The temporary name of a file that `publish` is to complete; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.with_name(f".{path.name}.partial")


def publish(partial: Path, path: Path) -> None:
    """Give a complete file its name, once all of it has reached the disk."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(partial, path)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    with whole(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
