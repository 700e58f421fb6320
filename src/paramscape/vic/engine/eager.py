"""The loop over model steps in PyTorch: on any device, without a compiler."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint as checkpointed
from tqdm import trange

from paramscape.vic.engine.memory import memory_for_simulation
from paramscape.vic.engine.setup import Prepared, cells_last
from paramscape.vic.forcing import Forcing, Weather, step_weather, substep_weather
from paramscape.vic.outputs import OUTPUTS, StepView
from paramscape.vic.snow.ground_snow import thawing_season
from paramscape.vic.step import Day, model_step
from paramscape.vic.surface import Air, air_over

BYTES_OF_A_STEP = 30_000  # of a lane, kept for the backward pass with 24 runoff steps
LANES_AT_ONCE = 100_000  # lanes times steps for which the air is prepared together


def run_eager(
    prepared: Prepared, values: Tensor, forcing: Forcing, progress: bool
) -> tuple[Tensor, Tensor]:
    """Outputs (step, row, member * cell) and the state (variable, lane) after the last step.

    Where a gradient is wanted and what the steps make would not fit into memory, each step is
    computed again in the backward pass.
    """
    kept = BYTES_OF_A_STEP * prepared.columns.lanes * forcing.steps
    checkpoint = torch.is_grad_enabled() and kept > memory_for_simulation(values.device)
    rows: list[Tensor] = []
    days = _days(prepared, forcing)
    for _ in trange(forcing.steps, disable=not progress, desc="VIC", unit="step"):
        day = next(days)
        if checkpoint:
            values, row = checkpointed(_step, prepared, values, day, use_reentrant=False)
        else:
            values, row = _step(prepared, values, day)
        rows.append(row)
    return torch.stack(rows), values


def _step(prepared: Prepared, values: Tensor, day: Day) -> tuple[Tensor, Tensor]:
    """Advance (variable, lane) by a step; also the outputs (row, member * cell)."""
    land = prepared.land
    result = model_step(values, day, land)
    view = StepView(
        before=values,
        result=result,
        cover=day.cover,
        air=day.air,
        layers=land.layers,
        vegetated=land.site.vegetated,
        passes=result.fluxes.passes,
        site=land.site,
        bands=prepared.bands,
        water_table=prepared.water_table,
    )
    rows = [_as_rows(OUTPUTS[name].of(view)) for name in prepared.outputs]
    return result.values, prepared.columns.cell_means(torch.cat(rows))


def _days(prepared: Prepared, forcing: Forcing) -> Iterator[Day]:
    """Everything that drives each step."""
    forcing_cell, snow_cell = prepared.forcing_cell(forcing), prepared.snow_cell(forcing)
    site = prepared.land.site
    together = max(1, min(64, LANES_AT_ONCE // prepared.columns.lanes))
    for start in range(0, forcing.steps, together):
        part = forcing.days(start, min(start + together, forcing.steps))
        fine = substep_weather(part)
        coarse = Weather(*(cells_last(v, part)[:, forcing_cell] for v in step_weather(fine)))
        air = air_over(coarse, site, prepared.land.options.conserve)
        snowy = prepared.may_snow(part)[:, snow_cell]
        fine = Weather(*(cells_last(v, part) for v in fine))
        for step in range(part.steps):
            yield Day(
                cover=prepared.calendar.cover(_per_member(part.month, step)),
                air=Air(*(v[step] for v in air)),
                snowy=snowy[step],
                substeps=Weather(*(v[step] for v in fine)) if part.substeps > 1 else None,
                forcing_cell=forcing_cell,
                thawing=_thawing(prepared, part.day_of_year, step),
            )


def _thawing(prepared: Prepared, day_of_year: Tensor, step: int) -> Tensor:
    day = day_of_year[..., step].to(prepared.dtype)
    repeats = prepared.columns.count if day.ndim else prepared.columns.lanes
    days = day.reshape(-1).repeat_interleave(repeats)
    return thawing_season(days, prepared.land.site.northern)


def _as_rows(values: Tensor) -> Tensor:
    return values if values.ndim == 2 else values[None]


def _per_member(values: Tensor, step: int) -> tuple[int, ...]:
    chosen = values[..., step]
    return tuple(chosen.reshape(-1).tolist())
