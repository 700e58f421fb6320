"""Compile a simulation once for each processor, and keep it where other processes find it."""

import ctypes
import hashlib
import logging
import os
import platform
import shutil
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path

import torch

from paramscape.code import code_digest
from paramscape.vic.compiled.pieces import Choices
from paramscape.whole import write_text

LOG = logging.getLogger(__name__)
HERE = Path(__file__).parent
FLAGS = (
    "-std=c++17", "-O3", "-march=native", "-shared", "-fPIC",
    "-fno-math-errno", "-fno-trapping-math", "-Wno-ignored-attributes",
)  # fmt: skip
ROUNDING = {
    torch.float32: ("-ffp-contract=fast", "-freciprocal-math"),
    torch.float64: ("-ffp-contract=off",),
}


@cache
def compiler() -> str | None:
    """The C++ compiler: $CXX, g++ or clang++; None where there is none."""
    named = os.environ.get("CXX")
    return next((c for c in (named, "g++", "clang++") if c and shutil.which(c)), None)


def cache_folder() -> Path:
    """Where compiled simulations are kept: $PARAMSCAPE_CACHE, or the user's cache folder."""
    given = os.environ.get("PARAMSCAPE_CACHE")
    general = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(given) if given else Path(general) / "paramscape"


@cache
def program(choices: Choices, dtype: torch.dtype, with_gradient: bool) -> ctypes.CDLL:
    """The compiled simulation, from the cache where the same has been compiled before.

    Raises:
        RuntimeError: if the compiler fails; with what it says.
    """
    file = cache_folder() / f"vic-{_key(choices, dtype, with_gradient)}.so"
    if not file.exists():
        _compile(file, choices, dtype, with_gradient)
    return ctypes.CDLL(str(file))


def _key(choices: Choices, dtype: torch.dtype, with_gradient: bool) -> str:
    code = code_digest(HERE / "source.py")
    headers = "".join(path.read_text() for path in sorted(HERE.glob("*.h")))
    settings = (
        choices,
        dtype,
        with_gradient,
        FLAGS,
        ROUNDING,
        torch.__version__,
        compiler(),
        _processor(),
    )
    return hashlib.sha256(f"{code} {headers} {settings}".encode()).hexdigest()[:20]


def _processor() -> str:
    """What -march=native depends on: nodes of a cluster may share a cache and differ in this."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    features = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return f"{platform.machine()} {features}"


def _compile(file: Path, choices: Choices, dtype: torch.dtype, with_gradient: bool) -> None:
    from paramscape.vic.compiled.source import source_of  # costs seconds, and only here

    started = time.perf_counter()
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        source, library = Path(folder, "vic.cpp"), Path(folder, "vic.so")
        write_text(source, source_of(choices, dtype, with_gradient))
        command = [compiler(), *FLAGS, *ROUNDING[dtype], str(source), "-o", str(library)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise RuntimeError(
                f"{' '.join(command)} failed; set PARAMSCAPE_VIC=plain to do without:\n"
                f"{ran.stderr[-2000:]}"
            )
        library.replace(file)
    LOG.info("compiled VIC in %.1f s into %s", time.perf_counter() - started, file)
