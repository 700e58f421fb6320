"""Arrays, sizes and order of the lanes of a simulation, for the compiled loops."""

import torch
from torch import Tensor

from paramscape.vic.columns import Columns
from paramscape.vic.engine.compiled.kernels import COMPILED_OUTPUTS, CompileOptions
from paramscape.vic.engine.compiled.layout import Constants, rows_of_constants
from paramscape.vic.engine.compiled.run import LaneConstants, LaunchArgs, simulate_compiled
from paramscape.vic.engine.setup import Prepared, cells_last
from paramscape.vic.forcing import WEATHER, Forcing
from paramscape.vic.land_constants import Site
from paramscape.vic.processes import constants as c
from paramscape.vic.snow.ground_snow import thawing_season


def run_compiled(
    prepared: Prepared, values: Tensor, forcing: Forcing, progress: bool
) -> tuple[Tensor, Tensor]:
    """Outputs (step, row, member * cell) and the state (variable, lane) after the last step."""
    land, columns = prepared.land, prepared.columns
    raw = torch.stack([cells_last(getattr(forcing, name), forcing) for name in WEATHER], 2)
    cover, may_snow = prepared.calendar.table, prepared.may_snow(forcing)
    order, group = _alike_together(columns, land.site, bool(forcing.members))
    of_lanes = {
        "weather_cell": prepared.forcing_cell(forcing),
        "snow_cell": prepared.snow_cell(forcing),
        "cell": columns.cell_of_lane,
        "cover_lane": torch.arange(columns.lanes) % cover.shape[-1],
        "clock": columns.member_of_lane % (forcing.members or 1),
    }
    arrays = {
        **{name: index[order].to(torch.int32) for name, index in of_lanes.items()},
        "may_snow": may_snow.to(torch.uint8),
        "show": torch.tensor([_number(name) for name in prepared.outputs], dtype=torch.int32),
        **_calendar(forcing),
    }
    args = LaunchArgs(
        options=CompileOptions(
            land.options.aero_resist_cansnow,
            land.with_potential,
            c.all_values(),
            land.options.conserve,
        ),
        sizes={**_sizes(prepared, forcing, cover), "snow_cells": may_snow.shape[-1]},
        arrays={name: value.contiguous() for name, value in arrays.items()},
        group=group,
        progress=progress,
        one_thread=columns.members > 1 and not forcing.members and raw.requires_grad,
    )
    constants = rows_of_constants(Constants(land.site, land.layers, land.runoff))[:, order]
    weight = columns.repeat(columns.weight).to(prepared.dtype)[order]
    ordered = LaneConstants(constants, cover, weight)
    shown, after = simulate_compiled(args, ordered, raw, values[:, order])
    return shown, after[:, torch.argsort(order)]


CELLS_OF_A_GROUP = 32


def _alike_together(columns: Columns, site: Site, own_weather: bool) -> tuple[Tensor, Tensor]:
    """Order of the lanes, and the group of each in that order: a few cells, of some members.

    A vector of lanes computes what any of its lanes needs, and weather is read once for lanes of
    one cell. So members under the same weather lie side by side, tile by tile: mostly all of them
    have snow, or none. In each group lanes under trees come first, as snow is computed by other
    statements there.
    """
    lane, cell = torch.arange(columns.lanes), columns.cell.repeat(columns.members)
    place, number = lane, columns.cell_of_lane
    if not own_weather:
        place, number = lane % columns.count, cell * columns.members + columns.member_of_lane
    group = number // CELLS_OF_A_GROUP
    trees = (site.overstory > 0) & (site.vegetated > 0)
    order = torch.argsort((2 * group + ~trees) * columns.lanes + place, stable=True)
    return order, group[order]


def _number(output: str) -> int:
    return list(COMPILED_OUTPUTS).index(output)


def _calendar(forcing: Forcing) -> dict[str, Tensor]:
    """Months and seasons of melt (step, clock), a clock for each member of the forcing."""
    month, day = (_by_step(v) for v in (forcing.month, forcing.day_of_year))
    seasons = [thawing_season(day, torch.full_like(day, north)) for north in (0, 1)]
    return {
        "month": (month - 1).to(torch.int32),
        "thawing": torch.stack(seasons, -1).to(torch.uint8),
    }


def _by_step(values: Tensor) -> Tensor:
    return values.T if values.ndim == 2 else values[:, None]


def _sizes(prepared: Prepared, forcing: Forcing, cover: Tensor) -> dict[str, int | float]:
    options, columns = prepared.land.options, prepared.columns
    return {
        "lanes": columns.lanes,
        "steps": forcing.steps,
        "substeps": forcing.substeps,
        "runoff_steps": options.runoff_substeps,
        "model_steps": options.model_steps_per_day,
        "shown": len(prepared.outputs),
        "shown_rows": sum(prepared.rows),
        "cover_lanes": cover.shape[-1],
        "weather_cells": forcing.cells * (forcing.members or 1),
        "clocks": forcing.members or 1,
        "cells": columns.members * columns.cells,
        "step_seconds": c.SECONDS_PER_DAY / options.model_steps_per_day,
        "substep_seconds": c.SECONDS_PER_DAY / options.snow_steps_per_day,
    }
