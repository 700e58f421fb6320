"""Running the groups of measurements."""

import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch

from paramscape.bench.ensemble import measure_ensemble
from paramscape.bench.executable import measure_executable
from paramscape.bench.gpu import measure_gpu
from paramscape.bench.groups import GROUPS
from paramscape.bench.machine import BUSY, machine_facts
from paramscape.bench.measure import threads
from paramscape.bench.memory import measure_memory
from paramscape.bench.methods import measure_methods, measure_methods_on_gpu
from paramscape.bench.reproducibility import measure_reproducibility
from paramscape.bench.scaling import measure_scaling, measure_snow
from paramscape.bench.session import Bench, Settings
from paramscape.bench.single import measure_single
from paramscape.bench.startup import measure_startup
from paramscape.bench.table import Report, Row, not_measured
from paramscape.vic.engine.compiled import compiled_here
from paramscape.vic.engine.compiled.build import compiler

LOG = logging.getLogger(__name__)
_MEASUREMENTS: tuple[Callable[[Bench], list[Row]], ...] = (
    measure_ensemble,
    measure_executable,
    measure_single,
    measure_scaling,
    measure_snow,
    measure_reproducibility,
    measure_memory,
    measure_startup,
    measure_methods,
    measure_gpu,
    measure_methods_on_gpu,
)
MEASURE = dict(zip(GROUPS, _MEASUREMENTS, strict=True))
UNCOMPILED = ("gpu", "methods-on-gpu")  # groups that need no compiler


def run_benchmark(settings: Settings) -> Report:
    """Measure all groups, or those of `settings.only`, on all cores.

    Raises:
        ValueError: if a group does not exist.
        FileNotFoundError: if the executable or the command `mpirun` does not exist.
    """
    _require(settings)
    facts = machine_facts()
    if facts["load_average"] > BUSY:
        LOG.warning(
            "the load average is %s: other processes run, and the timings will be too long",
            facts["load_average"],
        )
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="paramscape-bench-") as folder:
        bench = Bench(settings, Path(folder))
        with threads(bench.cores):
            for name in settings.only or GROUPS:
                LOG.info("measuring: %s", name)
                rows += _measured(bench, name)
        record = {**settings.record, **_extent(bench)}
    return Report(facts, record, rows)


def _measured(bench: Bench, name: str) -> list[Row]:
    reason = _why_not_compiled()
    if reason and name not in UNCOMPILED:
        return [not_measured(name, reason)]
    return MEASURE[name](bench)


def _why_not_compiled() -> str | None:
    if compiler() is None:
        return "no C++ compiler"
    if not compiled_here(torch.device("cpu")):
        return "$PARAMSCAPE_VIC asks for the eager loop"
    return None


def _extent(bench: Bench) -> dict[str, float]:
    inputs = bench.inputs("daily")
    cells = inputs.parameters.cells
    tiles = round(inputs.lanes / cells, 2)
    return {"cells": cells, "days": inputs.days, "mean_tiles_of_a_cell": tiles}


def _require(settings: Settings) -> None:
    unknown = [name for name in settings.only if name not in GROUPS]
    if unknown:
        raise ValueError(f"--only {', '.join(unknown)} is not one of {', '.join(GROUPS)}")
    if settings.executable is None:
        return
    if not settings.executable.is_file():
        raise FileNotFoundError(
            f"--executable {settings.executable} does not exist; give the path of the image driver "
            "of VIC 5 (vic_image.exe)"
        )
    if not settings.mpirun or shutil.which(settings.mpirun[0]) is None:
        raise FileNotFoundError(
            f"--mpirun {' '.join(settings.mpirun)} is not found; install MPI, or give the command "
            "that starts several processes"
        )
