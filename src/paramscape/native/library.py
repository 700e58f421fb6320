"""Compiled programs: made once, kept in a folder where other processes find them, and loaded."""

import ctypes
import errno
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from paramscape.notices import tell
from paramscape.places import TRUST, anyone_may_write, cache_folder, private_folder
from paramscape.whole import publish

from .compiler import CompilerError, run_compiler
from .lock import one_at_a_time

LOG = logging.getLogger(__name__)
_LEFT_AFTER = 3600.0  # seconds, after which a working folder belongs to a process that was killed
_WORK = ".compiling-"
_FULL = "No space left on device"
_BROKEN = ("file too short", "invalid ELF header", "wrong ELF class", "not a mach-o")


class Recipe(NamedTuple):
    """How a program is made.

    name: of its file, with a digest of all that decides what is in it. about: what it is, for the
    user. seconds: how long it takes to make, for the user. compiler: its name, for the user.
    source: gives its C++. command: the compiler with all flags but those for the output.
    """

    name: str
    about: str
    seconds: str
    compiler: str
    source: Callable[[], str]
    command: tuple[str, ...]


class _UnusableFolder(OSError):
    """A folder that a program cannot be kept in, or loaded from."""


def load(recipe: Recipe) -> ctypes.CDLL:
    """The program, compiled if no process has done so before.

    It is kept in the cache folder, or in a private temporary folder where the cache folder cannot
    be used. Processes that need the same program wait for the one that compiles it.

    Raises:
        CompilerError: if the compiler fails; with what it says.
        OSError: if there is no folder to keep it in; with the reason for each.
    """
    refusals: list[str] = []
    for folder in _folders():
        try:
            return _from_folder(folder, recipe, refusals)
        except (_UnusableFolder, OSError) as refusal:
            LOG.info("%s cannot be used for compiled programs: %s", folder, _reason(refusal))
            refusals.append(f"{folder}: {_reason(refusal)}")
    raise OSError(
        f"{recipe.about} cannot be kept anywhere ({'; '.join(refusals) or 'no folder'}). Name a "
        "folder that can be written, on a disk with room, in $PARAMSCAPE_CACHE, or set "
        "PARAMSCAPE_VIC=plain to do without (much slower)"
    )


def _folders() -> Iterator[Path]:
    wanted = cache_folder()
    if wanted is not None:
        yield wanted
    try:
        yield private_folder()
    except OSError as error:
        LOG.info("there is no temporary folder: %s", error)


def _from_folder(folder: Path, recipe: Recipe, refusals: list[str]) -> ctypes.CDLL:
    file = folder / recipe.name
    if not _is_there(file):
        _require_room_for_programs(folder)
        with _lock(folder, recipe):
            if not _is_there(file):
                _compile(file, recipe, refusals)
    try:
        return _loaded(file)
    except OSError as error:
        if not any(sign in str(error) for sign in _BROKEN):
            raise
    LOG.warning("%s is broken; it is compiled again", file)
    with _lock(folder, recipe):
        _compile(file, recipe, refusals)
    return _loaded(file)


def _is_there(file: Path) -> bool:
    try:
        return file.stat().st_size > 0
    except OSError:
        return False


def _require_room_for_programs(folder: Path) -> None:
    """Make the folder, and refuse one that others write into, or that no program runs from."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    _require_trust(folder)
    if os.statvfs(folder).f_flag & getattr(os, "ST_NOEXEC", 0):
        raise _UnusableFolder("its file system is mounted noexec: no program runs from it")


def _require_trust(path: Path) -> None:
    if anyone_may_write(path):
        raise _UnusableFolder(
            "any user of this machine could have written there; make it (and the folders above "
            f"it) writable for you or your group alone, or trust them all with {TRUST}=1"
        )


def _loaded(file: Path) -> ctypes.CDLL:
    _require_trust(file)
    try:
        return ctypes.CDLL(str(file))
    except OSError as error:
        if "Operation not permitted" in str(error) or "failed to map" in str(error):
            raise _UnusableFolder(f"no program may be loaded from it ({error})") from error
        raise


def _lock(folder: Path, recipe: Recipe) -> AbstractContextManager[None]:
    return one_at_a_time(folder / f".{recipe.name}.lock", f"compiling {recipe.about}")


def _compile(file: Path, recipe: Recipe, refusals: list[str]) -> None:
    for refusal in refusals:
        tell(f"{refusal}; taking {file.parent} instead")
    tell(
        f"compiling {recipe.about} with {recipe.compiler} into {file.parent}: once for this "
        f"machine, about {recipe.seconds}"
    )
    started = time.perf_counter()
    _remove_left_work(file.parent)
    source = recipe.source()
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=_WORK) as work:
        made = Path(work, file.name)
        command = [*recipe.command, "-x", "c++", "-", "-o", str(made)]
        ran = run_compiler(command, source, environment={"TMPDIR": work})
        if ran.returncode and _FULL in ran.stderr:
            raise _UnusableFolder(errno.ENOSPC, f"{_FULL} for the compiler")
        if ran.returncode:
            raise CompilerError(
                f"the C++ compiler failed. Name another one in $CXX, or set PARAMSCAPE_VIC=plain "
                f"to do without (much slower). {' '.join(command)} says:\n{ran.stderr[-2000:]}"
            )
        made.chmod(0o755)
        publish(made, file)
    LOG.info("compiled %s in %.1f s", recipe.about, time.perf_counter() - started)


def _remove_left_work(folder: Path) -> None:
    """Remove the working folders that killed processes left."""
    for left in folder.glob(f"{_WORK}*"):
        try:
            old = time.time() - left.stat().st_mtime > _LEFT_AFTER
        except OSError:
            continue
        if old:
            shutil.rmtree(left, ignore_errors=True)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
