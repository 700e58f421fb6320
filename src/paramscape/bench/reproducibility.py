"""Threads, chunks and the order of cells: their time, and whether results stay the same."""

import torch
from torch import Tensor

from paramscape.bench.case import Inputs
from paramscape.bench.measure import threads, timed
from paramscape.bench.session import Bench
from paramscape.bench.simulation import largest_difference, run
from paramscape.bench.table import Row, Target, timing_row

GROUP = "reproducibility"
MEMBERS = 2
SAME = Target("at most", 1e-12)
CHUNKS = (16, 4)  # numbers of chunks, in addition to the default


def measure_reproducibility(bench: Bench) -> list[Row]:
    """Time in daily mode and float64, and the largest difference from the default's outputs."""
    inputs = bench.inputs("daily").with_members(MEMBERS)
    reference = run(inputs)
    rows = []
    for count in (1, 2):
        with threads(count):
            rows += _compared(bench, inputs, f"{_plural(count, 'thread')}", reference)
    for parts in CHUNKS:
        lanes = max(1, inputs.lanes // parts)
        rows += _compared(bench, inputs, f"{lanes} lanes at once", reference, lanes)
    rows += _compared(bench, inputs, f"all {inputs.lanes} lanes at once", reference, inputs.lanes)
    return [*rows, _reordered(inputs, reference)]


def _compared(
    bench: Bench,
    inputs: Inputs,
    what: str,
    reference: dict[str, Tensor],
    lanes: int | None = None,
) -> list[Row]:
    timing = timed(lambda: run(inputs, lanes), bench.settings.repeats)
    difference = largest_difference(run(inputs, lanes), reference)
    return [timing_row(GROUP, what, timing), _difference(what, difference)]


def _reordered(inputs: Inputs, reference: dict[str, Tensor]) -> Row:
    order = torch.randperm(inputs.parameters.cells, generator=torch.Generator().manual_seed(0))
    turned = run(inputs.of_cells(order))
    expected = {
        name: v.index_select(-1 if v.ndim == 3 else -2, order) for name, v in reference.items()
    }
    return _difference("cells in another order", largest_difference(turned, expected))


def _difference(what: str, value: float) -> Row:
    return Row(GROUP, f"{what}: largest difference, float64", value, "mm", target=SAME)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("s" if count > 1 else "")
