"""Start-up time: a first process that compiles, and a second one."""

import tempfile
from pathlib import Path

import torch

from paramscape.bench.compiling import measure_compiling
from paramscape.bench.measure import run_fresh, timed
from paramscape.bench.probe import Job
from paramscape.bench.session import Bench
from paramscape.bench.table import Row, Target, timing_row

GROUP = "start"
COLD, WARM = Target("at most", 60.0), Target("at most", 5.0)
CELLS, DAYS = 4, 10
PROGRAMS = (
    (torch.float32, False),
    (torch.float32, True),
    (torch.float64, False),
    (torch.float64, True),
)


def measure_startup(bench: Bench) -> list[Row]:
    """Time of whole processes that simulate a few cells once, and of compiling alone.

    Cold has an empty cache and compiles; warm finds the compiled program. Compiling alone is
    measured for other processors, too.
    """
    rows = []
    programs = PROGRAMS[:1] if bench.settings.quick else PROGRAMS
    for dtype, with_gradient in programs:
        inputs = bench.inputs("daily").of_cells(slice(0, CELLS)).of_days(DAYS).to(dtype)
        job = Job(inputs, with_gradient, threads=bench.cores, warm_up=False)
        what = "forward and backward" if with_gradient else "forward"
        what = f"{what}, {str(dtype).removeprefix('torch.')}"
        with tempfile.TemporaryDirectory() as cache:
            rows += _cold_and_warm(bench, job, what, Path(cache))
    return rows + measure_compiling(bench)


def _cold_and_warm(bench: Bench, job: Job, what: str, cache: Path) -> list[Row]:
    def process() -> None:
        run_fresh("paramscape.bench.probe", job, {"PARAMSCAPE_CACHE": str(cache)})

    cold = timed(process, 1, warm_up=False)
    warm = timed(process, bench.settings.repeats, warm_up=False)
    return [
        timing_row(GROUP, f"cold process with compilation: {what}", cold, target=COLD),
        timing_row(GROUP, f"second process: {what}", warm, target=WARM),
    ]
