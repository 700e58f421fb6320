"""Scaling of time with members, cells and days, and the time of snow."""

from collections.abc import Iterator
from dataclasses import fields, replace

import torch

from paramscape.bench.case import OUTPUTS, Inputs
from paramscape.bench.measure import Timing, timed
from paramscape.bench.session import Bench
from paramscape.bench.simulation import run
from paramscape.bench.table import Row, timing_row
from paramscape.vic import Forcing, simulate

GROUP = "scaling"
MEMBERS = 4
WARMER = 15.0  # [K]


def measure_scaling(bench: Bench) -> list[Row]:
    """Time of three sizes of each axis; the ratio is time over size, 1 for the smallest."""
    inputs = bench.inputs("daily").to(torch.float32)
    rows = []
    for axis, sizes in _sizes(inputs).items():
        first: tuple[int, float] | None = None
        for size, some in sizes:
            timing = timed(lambda some=some: run(some), bench.settings.repeats)
            first = first or (size, timing.best)
            ratio = timing.best / first[1] * first[0] / size
            rows.append(timing_row(GROUP, f"{size} {axis}, daily, float32", timing, ratio=ratio))
    return rows


def measure_snow(bench: Bench) -> list[Row]:
    """Time with snow, and without it in the case 15 K warmer; the ratio is to the former."""
    inputs = bench.inputs("daily").to(torch.float32)
    air = inputs.forcing.air_temp + WARMER
    warm = inputs._replace(forcing=replace(inputs.forcing, air_temp=air))
    timings: list[Timing] = []
    rows = []
    for what, some in (("as it is", inputs), ("15 K warmer", warm)):
        timings.append(timed(lambda some=some: run(some), bench.settings.repeats))
        note = f"snow on {_snowy(some):.2%} of cell-days"
        ratio = timings[-1].best / timings[0].best
        rows.append(
            timing_row("snow", f"{what}, daily, float32", timings[-1], ratio=ratio, note=note)
        )
    return rows


def _sizes(inputs: Inputs) -> dict[str, list[tuple[int, Inputs]]]:
    cells = inputs.parameters.cells
    several = inputs.with_members(MEMBERS).to(torch.float32)
    by_members = [
        (count, inputs.with_members(count).to(torch.float32))
        for count in (MEMBERS // 2, MEMBERS, 2 * MEMBERS)
    ]
    by_cells = [
        (count, several.of_cells(slice(0, count))) for count in (cells // 4, cells // 2, cells)
    ]
    by_days = [(some.days, some) for some in _longer_and_longer(several)]
    return {"members": by_members, "cells": by_cells, "days": by_days}


def _longer_and_longer(inputs: Inputs) -> Iterator[Inputs]:
    """Half of the days, all days, and all days twice."""
    yield inputs.of_days(inputs.days // 2)
    yield inputs
    one = inputs.forcing
    twice = {f.name: torch.cat([getattr(one, f.name)] * 2) for f in fields(Forcing)}
    yield inputs._replace(forcing=Forcing(**twice))


def _snowy(inputs: Inputs) -> float:
    """Share of cell-days with snow on the ground."""
    with torch.inference_mode():
        ran = simulate(*inputs, outputs=(*OUTPUTS[:1], "OUT_SWE"))
    return float((ran.outputs["OUT_SWE"] > 0).double().mean())
