"""Compiled programs: compiled once, cached in a folder shared by processes, and loaded."""

import ctypes
import logging
import os
import shutil
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from paramscape.files.atomic import publish
from paramscape.files.failures import require_memory
from paramscape.files.notices import tell
from paramscape.files.places import (
    TRUST,
    anyone_may_write,
    cache_folder,
    earlier_private_folder,
    private_folder,
)
from paramscape.native.compiler import CompilerError, run_compiler
from paramscape.native.lock import one_at_a_time

LOG = logging.getLogger(__name__)
_LEFT_AFTER = 3600.0  # seconds, after which a working folder belongs to a process that was killed
_WORK = ".compiling-"
_FULL = ("No space left on device", "Disk quota exceeded", "File too large")
_BROKEN = ("file too short", "invalid ELF header", "wrong ELF class", "not a mach-o")
_ELF_HEADER = struct.Struct("<4sBB34xQ10xHHH")
"""Of a 64-bit little-endian ELF file: mark, word size, byte order; where the table of sections
starts; size and number of its entries. The table is what the file ends with."""


class Recipe(NamedTuple):
    """How a program is compiled.

    name: that of its file, with a digest of everything that determines its content. about: what
    it is, for the user. seconds: how long compiling takes, for the user. compiler: its name, for
    the user. source: returns the C++ source. command: the compiler with all flags except those
    for the output.
    """

    name: str
    about: str
    seconds: str
    compiler: str
    source: Callable[[], str]
    command: tuple[str, ...]


class _UnusableFolder(OSError):
    """A folder in which a program cannot be stored, or from which it cannot be loaded."""


class _BrokenProgram(OSError):
    """A file that is not a complete program."""


def load(recipe: Recipe) -> ctypes.CDLL:
    """Load a program, and compile it if no process has done so before.

    It is stored in the cache folder, or in a private temporary folder if the cache folder cannot
    be used. Processes that need the same program wait for the one that compiles it.

    Raises:
        CompilerError: if the compiler fails; with its message.
        OSError: if no folder can store it; with the reason for each.
    """
    refusals: list[str] = []
    for folder in (cache_folder(), earlier_private_folder()):
        if folder and (folder / recipe.name).is_file() and (made := _found(folder, recipe)):
            return made
    for folder in _folders():
        try:
            return _compiled(folder, recipe, refusals)
        except OSError as refusal:
            refusals.append(f"{folder}: {refusal.strerror or refusal}")
    raise OSError(
        f"{recipe.about} cannot be stored in any folder ({'; '.join(refusals) or 'no folder'}). "
        "Name a folder that can be written, on a disk with room, in $PARAMSCAPE_CACHE, or set "
        "PARAMSCAPE_VIC=eager to run without a compiler (much slower)"
    )


def _folders() -> Iterator[Path]:
    """Folders that may store a program, the preferred one first."""
    wanted = cache_folder()
    if wanted is not None:
        yield wanted
    try:
        yield private_folder()
    except OSError as error:
        LOG.info("there is no temporary folder: %s", error)


def _found(folder: Path, recipe: Recipe) -> ctypes.CDLL | None:
    """The program that a process compiled before; None if it cannot be used."""
    file = folder / recipe.name
    try:
        return _loaded(file)
    except _BrokenProgram as broken:
        LOG.warning("%s is broken (%s); it is compiled again", file, broken)
    except OSError as refusal:
        LOG.info("%s is not used: %s", file, refusal.strerror or refusal)
    return None


def _compiled(folder: Path, recipe: Recipe, refusals: list[str]) -> ctypes.CDLL:
    """The program, compiled in a folder unless another process did so meanwhile."""
    _require_room_for_programs(folder)
    file = folder / recipe.name
    lock = folder / f".{recipe.name}.lock"
    with one_at_a_time(lock, f"compiling {recipe.about}"):
        made = _found(folder, recipe) if file.is_file() else None
        if made is None:
            _compile(file, recipe, refusals)
            made = _loaded(file)
    return made


def _require_room_for_programs(folder: Path) -> None:
    """Make the folder; refuse it if others may write there or programs cannot run there."""
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
    if _is_cut_off(file):
        raise _BrokenProgram("it was cut off")
    try:
        return ctypes.CDLL(str(file))
    except OSError as error:
        if any(sign in str(error) for sign in _BROKEN):
            raise _BrokenProgram(str(error)) from error
        require_memory()  # the system gives the same reason where memory is short
        raise _UnusableFolder(f"no program can be loaded from it ({error})") from error


def _is_cut_off(file: Path) -> bool:
    """Whether a Linux program is truncated, because loading it would kill this process."""
    with file.open("rb") as opened:
        header = opened.read(_ELF_HEADER.size)
    if not header.startswith(b"\x7fELF"):
        return not header
    if len(header) < _ELF_HEADER.size:
        return True
    _, word, order, table, entry, count, _ = _ELF_HEADER.unpack(header)
    return (word, order) == (2, 1) and file.stat().st_size < table + entry * count


def _compile(file: Path, recipe: Recipe, refusals: list[str]) -> None:
    for refusal in refusals:
        tell(f"{refusal}; using {file.parent} instead")
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
        if ran.returncode and (full := [sign for sign in _FULL if sign in ran.stderr]):
            raise _UnusableFolder(f"{full[0]}, says the compiler")
        if ran.returncode:
            raise CompilerError(
                "the C++ compiler failed. Name another one in $CXX, or set PARAMSCAPE_VIC=eager "
                f"to run without a compiler (much slower). {' '.join(command)} says:\n"
                f"{ran.stderr[-2000:]}"
            )
        made.chmod(0o755)
        publish(made, file)
    LOG.info("compiled %s in %.1f s", recipe.about, time.perf_counter() - started)


def _remove_left_work(folder: Path) -> None:
    """Remove working folders of killed processes."""
    for left in folder.glob(f"{_WORK}*"):
        try:
            old = time.time() - left.stat().st_mtime > _LEFT_AFTER
        except OSError:
            continue
        if old:
            shutil.rmtree(left, ignore_errors=True)
