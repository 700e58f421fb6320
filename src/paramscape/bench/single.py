"""One simulation of the case in daily mode, forward, and forward with backward."""

import torch

from paramscape.bench.case import Inputs
from paramscape.bench.measure import run_fresh, timed
from paramscape.bench.probe import Job
from paramscape.bench.session import Bench
from paramscape.bench.simulation import run, run_with_gradient
from paramscape.bench.table import Row, Target, timing_row

GROUP = "one simulation"
FORWARD, BOTH = Target("at most", 0.6), Target("at most", 2.5)
MEMORY = Target("at most", 2.0)
GIGABYTE = 1e9


def measure_single(bench: Bench) -> list[Row]:
    """Time and memory, without and with gradients of all seven calibrated parameters."""
    rows = []
    for dtype in (torch.float32, torch.float64):
        inputs = bench.inputs("daily").to(dtype)
        has_target = dtype == torch.float32 and not bench.settings.quick
        name = f"daily, {inputs.parameters.cells} cells x {inputs.days} days, {_name(dtype)}"
        for what, call, target in (
            ("forward", run, FORWARD),
            ("forward and backward", run_with_gradient, BOTH),
        ):
            timing = timed(lambda call=call, inputs=inputs: call(inputs), bench.settings.repeats)
            target = target if has_target else None
            rows.append(timing_row(GROUP, f"{name}: {what}", timing, target=target))
        rows.append(_memory(bench, inputs, name, MEMORY if has_target else None))
    return rows


def _memory(bench: Bench, inputs: Inputs, name: str, target: Target | None) -> Row:
    job = Job(inputs, with_gradient=True, threads=bench.cores)
    found = run_fresh("paramscape.bench.probe", job)
    extra = (found["peak"] - found["before"]) / GIGABYTE
    what = f"{name}: forward and backward, peak memory above the inputs'"
    return Row(GROUP, what, extra, "GB", target=target)


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
