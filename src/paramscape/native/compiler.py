"""The C++ compiler, and the instruction set that it compiles for."""

import os
import platform
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from paramscape.native.features import missing_features

MARCH = "PARAMSCAPE_MARCH"
"""Environment variable: the instruction set, as a compiler's -march has it."""

TOLD = "PARAMSCAPE_NO_COMPILER_TOLD"
"""Environment variable by which the workflow says that its user knows of `NO_COMPILER`."""

NO_COMPILER = (
    "no C++ compiler was found: VIC runs uncompiled, with the same results, hundreds of times "
    "slower on a small grid. Install g++ or clang++, or name one in $CXX"
)
NATIVE = "native"
_USUAL = ("g++", "clang++", "c++")
_X86 = ("x86_64", "amd64", "i386", "i686")
_PATIENCE = 120.0  # time limit for the compiler to print its macros [s]


class CompilerError(RuntimeError):
    """An installed compiler does not work."""


class Target(NamedTuple):
    """A compiler with the instruction set that it compiles for.

    command: the compiler with the flags that choose the instruction set. macros: the macros that
    it predefines, which identify its version and the instruction set.
    """

    command: tuple[str, ...]
    macros: str

    @property
    def label(self) -> str:
        """The command as a user would type it."""
        return shlex.join(self.command)


@cache
def compiler() -> str | None:
    """The C++ compiler: $CXX, which may hold options, g++, clang++ or c++; None without one."""
    found = compilers()
    return found[0] if found else None


def compilers() -> list[str]:
    """All C++ compilers that are found, each once, the preferred one first."""
    given = shlex.split(os.environ.get("CXX", ""))
    names = [shlex.join(given)] if given and shutil.which(given[0]) else []
    names += [name for name in _USUAL if shutil.which(name)]
    programs = [str(shutil.which(shlex.split(name)[0])) for name in names]
    first = dict(zip(map(os.path.realpath, reversed(programs)), reversed(names), strict=True))
    return [name for name in names if name in first.values()]


def march() -> str:
    """The instruction set in $PARAMSCAPE_MARCH, by default that of this processor."""
    return os.environ.get(MARCH) or NATIVE


@cache
def target(name: str, instruction_set: str) -> Target:
    """The compiler with flags for an instruction set.

    `native` is that of this processor. A compiler without such a flag compiles for its default.

    Args:
        name: the compiler, with further options if it needs any.
        instruction_set: a value of -march, such as x86-64-v3 or armv8.2-a.

    Raises:
        CompilerError: if the compiler does not run.
        ValueError: if it does not know the instruction set.
    """
    said = ""
    for flags in _flags(instruction_set):
        command = (*shlex.split(name), *flags)
        ran = run_compiler([*command, "-x", "c++", "-E", "-dM", "-"], "", _PATIENCE)
        if not ran.returncode:
            return Target(command, ran.stdout)
        said = said or ran.stderr.strip()
    if instruction_set != NATIVE and not _runs(name):
        instruction_set = NATIVE
    if instruction_set == NATIVE:
        raise CompilerError(
            f"the C++ compiler {name} does not work; name another one in $CXX, or set "
            "PARAMSCAPE_VIC=eager to run without a compiler (much slower). It says:\n"
            f"{said[-2000:]}"
        )
    raise ValueError(
        f"{MARCH}={instruction_set} is unknown to {name} ({said.splitlines()[0]}); leave it out to "
        "compile for this processor, or give a value of -march, such as x86-64-v3"
    )


def require_runnable(chosen: Target) -> None:
    """Refuse an instruction set that this processor lacks, before a program crashes.

    Raises:
        ValueError: if $PARAMSCAPE_MARCH asks for more than the processor has.
    """
    if march() == NATIVE:
        return
    if missing := missing_features(chosen.macros):
        raise ValueError(
            f"{MARCH}={march()} needs {', '.join(missing)}, which this processor lacks; leave it "
            "out to compile for this processor, or choose a set that all processors which share "
            "the cache have, such as x86-64-v2"
        )


def run_compiler(
    command: list[str],
    source: str,
    patience: float | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a compiler on C++ from its standard input.

    Raises:
        CompilerError: if it cannot be started, or does not end in time.
    """
    try:
        return subprocess.run(
            command,
            input=source,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=patience,
            env={**os.environ, "LC_ALL": "C", **(environment or {})},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CompilerError(
            f"the C++ compiler {command[0]} cannot be run ({error}); name another one in $CXX, or "
            "set PARAMSCAPE_VIC=eager to run without a compiler (much slower)"
        ) from error


def _flags(instruction_set: str) -> list[tuple[str, ...]]:
    """Flags for an instruction set, in the order in which they are tried."""
    names = ("-march",) if platform.machine().lower() in _X86 else ("-mcpu", "-march")
    if instruction_set == NATIVE:
        return [*((f"{name}={NATIVE}",) for name in names), ()]
    return [(f"{name}={instruction_set}",) for name in reversed(names)]


def _runs(name: str) -> bool:
    probe = run_compiler([*shlex.split(name), "-x", "c++", "-E", "-dM", "-"], "", _PATIENCE)
    return not probe.returncode
