"""Folders outside the study: the user's cache folder, and a private one where there is none."""

import atexit
import os
import pwd
import shutil
import stat
import tempfile
from functools import cache
from pathlib import Path

CACHE = "PARAMSCAPE_CACHE"
"""Environment variable: the folder for compiled programs."""

TRUST = "PARAMSCAPE_TRUST_CACHE"
"""Environment variable: 1 to load compiled programs that any user of the machine may write."""


def cache_folder() -> Path | None:
    """$PARAMSCAPE_CACHE, or `paramscape` in the user's cache folder; None without a home folder."""
    if given := os.environ.get(CACHE):
        return Path(os.path.expanduser(given)).absolute()
    general = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not general.is_absolute():
        home = home_folder()
        if home is None:
            return None
        general = home / ".cache"
    return general / "paramscape"


def home_folder() -> Path | None:
    """The user's home folder; None where the system knows none, as in many containers."""
    given = os.environ.get("HOME")
    if not given:
        try:
            given = pwd.getpwuid(os.getuid()).pw_dir
        except KeyError:
            return None
    return Path(given) if Path(given).is_absolute() else None


@cache
def private_folder() -> Path:
    """A folder for temporary files that only this user reads and writes, made if need be.

    All processes of the user share it. Where its name is taken by somebody else, this process
    gets another one, which is removed when the process ends.

    Raises:
        FileNotFoundError: if the system has no folder for temporary files that can be written.
    """
    shared = _shared_private_folder()
    try:
        shared.mkdir(mode=0o700, exist_ok=True)
        if _is_private(shared) and _can_be_written(shared):
            return shared
    except OSError:
        pass  # somebody else's: take a new one
    own = Path(tempfile.mkdtemp(prefix="paramscape-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return own


def earlier_private_folder() -> Path | None:
    """The private folder, if a process of this user has made it before."""
    try:
        folder = _shared_private_folder()
        return folder if _is_private(folder) else None
    except OSError:
        return None


def _shared_private_folder() -> Path:
    return Path(tempfile.gettempdir(), f"paramscape-{os.getuid()}")


def _is_private(folder: Path) -> bool:
    about = folder.lstat()
    owned = stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid()
    return owned and not about.st_mode & 0o077


def _can_be_written(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def anyone_may_write(path: Path) -> bool:
    """Whether any user of the machine could have put the file or folder there, or can replace it.

    So it is where the path or a folder above it is writable for all; in a folder such as /tmp,
    where all may write but not replace what others own, its entry must be this user's or root's.
    Groups are trusted, and a user of $PARAMSCAPE_TRUST_CACHE=1 trusts everybody.
    """
    if os.environ.get(TRUST) == "1":
        return False
    place = path.resolve()
    while not place.exists() and place != place.parent:
        place = place.parent
    about, trusted = place.stat(), (os.getuid(), 0)
    if about.st_mode & stat.S_IWOTH:
        return True
    for folder in place.parents:
        above = folder.stat()
        sticky = above.st_mode & stat.S_ISVTX and about.st_uid in trusted
        if above.st_mode & stat.S_IWOTH and not sticky:
            return True
        about = above
    return False


def require_writable(folder: Path) -> None:
    """Refuse a folder, or the nearest above it that there is, which cannot be written.

    Raises:
        PermissionError: for the lack of the right to write, or a file system that is read-only.
        NotADirectoryError: where a file has the name of a folder.
    """
    place = folder.absolute()
    while not os.path.lexists(place):
        place = place.parent
    what = "start the study in another folder (snakemake --directory FOLDER), or"
    if not place.is_dir():
        raise NotADirectoryError(f"{folder} cannot be made: {place} is no folder; {what} move it")
    if not os.access(place, os.W_OK | os.X_OK):
        raise PermissionError(
            f"{folder} cannot be written, as {place} is not yours to write or is read-only; {what} "
            "get the right to write there"
        )


def prepare_matplotlib() -> None:
    """Give Matplotlib a folder for its settings and fonts where the user's cannot be written.

    To be called before Matplotlib is imported. It would make a new folder, and look through all
    fonts of the machine, in each process.
    """
    given, home = os.environ.get("XDG_CONFIG_HOME"), home_folder()
    general = Path(given) if given else home and home / ".config"
    if os.environ.get("MPLCONFIGDIR") or (general and _can_be_made(general / "matplotlib")):
        return
    folder = private_folder() / "matplotlib"
    folder.mkdir(exist_ok=True)
    os.environ["MPLCONFIGDIR"] = str(folder)


def _can_be_made(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)
