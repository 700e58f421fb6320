"""Compile a simulation once for each processor, and load it."""

import ctypes
import hashlib
from functools import cache
from pathlib import Path

import torch

from paramscape.files.code_digest import code_digest
from paramscape.native.compiler import Target, compiler, march, require_runnable, target
from paramscape.native.library import Recipe, load
from paramscape.vic.engine.compiled.kernels import CompileOptions

HERE = Path(__file__).parent
FLAGS = (
    "-std=c++17", "-O3", "-shared", "-fPIC",
    "-fno-math-errno", "-fno-trapping-math", "-Wno-ignored-attributes",
)  # fmt: skip
ROUNDING = {
    torch.float32: ("-ffp-contract=fast", "-freciprocal-math"),
    torch.float64: ("-ffp-contract=off",),
}
SECONDS = {False: "2 to 10 s", True: "5 to 20 s"}
"""Wall time with and without gradients, on one core of an AMD Zen 5 and of a Zen 1."""


@cache
def program(options: CompileOptions, dtype: torch.dtype, with_gradient: bool) -> ctypes.CDLL:
    """The compiled simulation, from the cache where the same has been compiled before.

    Raises:
        CompilerError: if the compiler fails; with what it says.
        ValueError: if $PARAMSCAPE_MARCH is unknown, or asks for more than this processor has.
        OSError: if no folder can hold the program.
    """
    name = compiler()
    if name is None:
        raise RuntimeError("no C++ compiler is found: install g++ or clang++, or name one in $CXX")
    chosen = target(name, march())
    require_runnable(chosen)
    return load(recipe(chosen, options, dtype, with_gradient))


def recipe(
    chosen: Target, options: CompileOptions, dtype: torch.dtype, with_gradient: bool
) -> Recipe:
    """How a simulation is compiled by a compiler for an instruction set."""
    parts = "with gradients" if with_gradient else "without gradients"
    return Recipe(
        f"vic-{_key(chosen, options, dtype, with_gradient)}.so",
        f"VIC ({str(dtype).removeprefix('torch.')}, {parts})",
        SECONDS[with_gradient],
        chosen.label,
        lambda: _source(options, dtype, with_gradient),
        command(chosen, dtype),
    )


def command(chosen: Target, dtype: torch.dtype) -> tuple[str, ...]:
    """The compiler with all flags of a precision."""
    return (*chosen.command, *FLAGS, *ROUNDING[dtype])


def _source(options: CompileOptions, dtype: torch.dtype, with_gradient: bool) -> str:
    from paramscape.vic.engine.compiled.source import source_of  # costs seconds, and only here

    return source_of(options, dtype, with_gradient)


def _key(chosen: Target, options: CompileOptions, dtype: torch.dtype, with_gradient: bool) -> str:
    """Digest of all that the program depends on.

    The compiler's macros tell its version and the instruction set: nodes of a cluster may share a
    cache and differ in what `native` means.
    """
    code = code_digest(HERE / "source.py")
    headers = "".join(path.read_text() for path in sorted(HERE.glob("*.h")))
    settings = (options, dtype, with_gradient, command(chosen, dtype), torch.__version__)
    text = f"{code} {headers} {settings} {chosen.macros}"
    return hashlib.sha256(text.encode()).hexdigest()[:20]
