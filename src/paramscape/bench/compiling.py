"""Processor time and peak memory of compiling a program, by compiler and instruction set."""

import json
import platform
import subprocess
import sys
from pathlib import Path

import torch

from paramscape.bench.session import Bench
from paramscape.bench.table import Row, Target, not_measured
from paramscape.files import write_text
from paramscape.native.compiler import NATIVE, compilers, target
from paramscape.vic.engine.compiled.build import command
from paramscape.vic.engine.compiled.kernels import CompileOptions
from paramscape.vic.engine.compiled.source import source_of
from paramscape.vic.processes import constants

GROUP = "compiling, float32 with gradients"
SECONDS, GIGABYTES = Target("at most", 60.0), Target("at most", 1.0)
INSTRUCTION_SETS = {
    "x86_64": (NATIVE, "x86-64-v4", "x86-64-v3", "x86-64-v2", "x86-64"),
    "aarch64": (NATIVE, "armv8-a"),
}
"""What is compiled for on each kind of machine, whether its processor can run it or not."""


def measure_compiling(bench: Bench) -> list[Row]:
    """Compile the program for each instruction set with each compiler that is found."""
    options = CompileOptions("AR_406_FULL", True, constants.all_values(), False)
    source = bench.folder / "vic.cpp"
    write_text(source, source_of(options, torch.float32, with_gradient=True))
    names, sets = compilers(), INSTRUCTION_SETS.get(platform.machine(), (NATIVE,))
    if bench.settings.quick:
        names, sets = names[:1], sets[:1]
    return [row for name in names for chosen in sets for row in _rows(source, name, chosen)]


def _rows(source: Path, name: str, instruction_set: str) -> list[Row]:
    try:
        chosen = target(name, instruction_set)
    except ValueError as error:
        return [not_measured(GROUP, str(error), f"{name}, {instruction_set}")]
    found = _compile(source, command(chosen, torch.float32))
    return [
        Row(GROUP, f"{chosen.label}: processor time", found["seconds"], "s", target=SECONDS),
        Row(GROUP, f"{chosen.label}: peak memory", found["bytes"] / 1e9, "GB", target=GIGABYTES),
    ]


def _compile(source: Path, flags: tuple[str, ...]) -> dict[str, float]:
    """Compile from a small process, because a child's peak begins with its parent's memory."""
    measure = Path(__file__).with_name("small_process.py")
    line = [*flags, str(source), "-o", str(source.with_suffix(".so"))]
    ran = subprocess.run(
        [sys.executable, "-I", "-S", str(measure), *line],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(f"{' '.join(line)} failed:\n{ran.stderr[-2000:]}")
    return json.loads(ran.stdout)
