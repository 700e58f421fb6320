"""Atomic file writes: a file appears under its name only when it is complete."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paramscape.files.failures import require_room

_PARTIAL = ".partial"


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a temporary name in the folder of `path`; the file written there becomes `path`.

    After an error or a kill `path` is as it was before.

    Raises:
        OSError: where the file system has no room, whatever error a library makes of it.
    """
    partial = temporary_path(path)
    try:
        yield partial
        publish(partial, path)
    except Exception:
        require_room(partial, path)
        raise
    finally:
        partial.unlink(missing_ok=True)


def temporary_path(path: Path) -> Path:
    """The temporary name of a file that `publish` is to complete; its folder is made.

    Each process has another name: on a cluster, processes of a job that was restarted elsewhere may
    still run. Files that ended processes of this machine left are removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    stem = f".{path.name}.{platform.node()}-"
    for left in path.parent.iterdir():
        process = left.name.removeprefix(stem).removesuffix(_PARTIAL)
        if left.name == f"{stem}{process}{_PARTIAL}" and process.isdigit() and _ended(int(process)):
            left.unlink(missing_ok=True)
    return path.with_name(f"{stem}{os.getpid()}{_PARTIAL}")


def publish(partial: Path, path: Path) -> None:
    """Give a complete file its name, once all of it has reached the disk."""
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(partial, path)


def _ended(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    with atomic_write(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")
