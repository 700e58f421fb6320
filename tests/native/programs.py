"""A small compiled program, and compilers that count how often they are called."""

import shlex
import shutil
import stat
import sys
import time
from pathlib import Path

from paramscape.native.library import Recipe

ANSWER = 42
SOURCE = f'extern "C" int answer() {{ return {ANSWER}; }}\n'
REAL = next((found for name in ("g++", "clang++") if (found := shutil.which(name))), None)


def script(file: Path, *lines: str) -> Path:
    """An executable shell script."""
    file.write_text("\n".join(("#!/bin/sh", *lines, "")))
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return file


def counting(folder: Path, *before: str) -> Path:
    """A compiler that writes a line into `calls` in its folder before it compiles."""
    count = f"echo called >> {shlex.quote(str(folder / 'calls'))}"
    return script(folder / "compiler", count, *before, f'exec {REAL} "$@"')


def calls(folder: Path) -> int:
    """How often the compiler of a folder was called."""
    file = folder / "calls"
    return len(file.read_text().splitlines()) if file.exists() else 0


def recipe(program: str | Path | None = None) -> Recipe:
    """How the small program is made."""
    command = (str(program or REAL), "-shared", "-fPIC")
    return Recipe("small.so", "a small program", "1 s", "a compiler", lambda: SOURCE, command)


def wait_for(file: Path, seconds: float = 30.0) -> None:
    """Wait until a file is there."""
    end = time.monotonic() + seconds
    while not file.exists():
        assert time.monotonic() < end, f"{file} did not appear"
        time.sleep(0.02)


if __name__ == "__main__":
    from paramscape.native.library import load

    assert load(recipe(sys.argv[1])).answer() == ANSWER
