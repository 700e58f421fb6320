"""The same measurements on a GPU, with the eager loop."""

from collections.abc import Callable
from typing import Any

import torch

from paramscape.bench.case import MODES, Inputs
from paramscape.bench.measure import timed
from paramscape.bench.session import Bench
from paramscape.bench.simulation import run, run_with_gradient
from paramscape.bench.table import Row, not_measured, rate_row, timing_row

GROUP = "on a GPU"
MEMBERS = 400
PILOT_DAYS = 2
SECONDS = 15.0  # time limit of a timed run
GIGABYTE = 1e9


def measure_gpu(bench: Bench) -> list[Row]:
    """Measure ensemble and single simulation on the GPU, over as many days as time allows."""
    if not torch.cuda.is_available():
        return [not_measured(GROUP, "no GPU")]
    return measure_on(bench, torch.device("cuda"))


def measure_on(bench: Bench, device: torch.device) -> list[Row]:
    """Measure ensemble and single simulation on a device."""
    members = 4 if bench.settings.quick else MEMBERS
    rows = []
    for mode in MODES:
        inputs = bench.inputs(mode).with_members(members).to(torch.float32, device)
        rows += _row(bench, inputs, run, f"{mode}, {members} members, float32: forward", device)
    for dtype in (torch.float32, torch.float64):
        inputs = bench.inputs("daily").to(dtype, device)
        name = f"daily, one simulation, {str(dtype).removeprefix('torch.')}"
        rows += _row(bench, inputs, run, f"{name}: forward", device)
        rows += _row(bench, inputs, run_with_gradient, f"{name}: forward and backward", device)
    return rows


def _row(
    bench: Bench, inputs: Inputs, call: Callable[[Inputs], Any], what: str, device: torch.device
) -> list[Row]:
    """Throughput, time and memory of a call, over the days that fit into the time limit."""
    pilot = inputs.of_days(min(PILOT_DAYS, inputs.days))
    seconds = timed(lambda: call(pilot), 1).best / pilot.days
    some = inputs.of_days(max(pilot.days, min(inputs.days, int(SECONDS / seconds))))
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    timing = timed(lambda: call(some), bench.settings.repeats, warm_up=False)
    name = f"{what}, {some.days} of {inputs.days} days"
    rows = [rate_row(GROUP, name, some.cell_days, timing), timing_row(GROUP, name, timing)]
    if device.type == "cuda":
        used = torch.cuda.max_memory_allocated(device) / GIGABYTE
        rows.append(Row(GROUP, f"{name}: peak memory, inputs and all", used, "GB"))
    return rows
