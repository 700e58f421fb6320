"""Throughput of an ensemble."""

import torch

from paramscape.bench.case import MODES
from paramscape.bench.measure import timed
from paramscape.bench.session import Bench
from paramscape.bench.simulation import run
from paramscape.bench.table import Row, Target, rate_row, timing_row

GROUP = "ensemble"
MEMBERS = 400
BATCH = 40  # members at a time, so that their outputs fit into memory
WHOLE = Target("at most", 150.0)


def measure_ensemble(bench: Bench) -> list[Row]:
    """Cell-days per second in float32, from inputs in memory to outputs in memory."""
    rows = []
    for mode in MODES:
        ran = bench.ensemble(mode)
        what = f"{mode}, {ran.members} members, float32"
        rows.append(rate_row(GROUP, what, ran.cell_days, ran.timing))
    return [*rows, _whole(bench)]


def _whole(bench: Bench) -> Row:
    """Time of 400 members in daily mode."""
    inputs = bench.inputs("daily")
    members = 4 if bench.settings.quick else MEMBERS
    what = f"daily, {members} members x {inputs.parameters.cells} cells x {inputs.days} days"
    target = None if bench.settings.quick else WHOLE
    if not bench.settings.full:
        ran = bench.ensemble("daily")
        seconds = [members / ran.members * wall for wall in (ran.timing.best, ran.timing.worst)]
        return Row(
            GROUP, what, seconds[0], "s", seconds[1], target,
            repeats=ran.timing.repeats, note="extrapolated from the throughput",
        )  # fmt: skip
    batch = min(BATCH, members)
    some = inputs.with_members(batch).to(torch.float32)

    def all_members() -> None:
        for _ in range(members // batch):
            run(some)

    timing = timed(all_members, 1, warm_up=False)
    note = f"measured in batches of {batch}"
    return timing_row(GROUP, what, timing, target=target, note=note)
