"""Rows of numbers for the compiled loops, and the records of the physics that they stand for.

The physics works on records of (lane,) and (layer, lane) tensors; compiled kernels read and write
groups of rows, one for each lane's number. The way from one to the other is here alone.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.forcing import WEATHER, Weather
from paramscape.vic.land_constants import Cover, Layers, Site
from paramscape.vic.processes import constants as c
from paramscape.vic.processes.aerodynamic import Profile
from paramscape.vic.processes.brent import Bracket, Iterates
from paramscape.vic.processes.canopy import Uptake
from paramscape.vic.processes.runoff import Drive, RunoffSoil
from paramscape.vic.processes.soil_thermal import ThermalSoil
from paramscape.vic.snow.energy import PackSurface
from paramscape.vic.snow.foliage import Foliage
from paramscape.vic.state import LAYERS, VARIABLES
from paramscape.vic.surface import Air, Fluxes, MoistSoil, StepStart, Surface

LAYERED = {
    Fluxes: ("soil_loss",),
    Uptake: ("share", "factor", "given", "taking", "room"),
    Drive: ("drawn",),
}
"""Fields of records that are (layer, lane), in three layers; all other fields are (lane,)."""


def record_of(kind: type, rows: Sequence[Tensor]):
    """The record of a kind, of its rows; rows beyond it are left out."""
    return records_of((kind,), rows)[0]


def records_of(kinds: Sequence[type], rows: Sequence[Tensor]) -> list:
    """Records of some kinds, of the rows of all of them in turn."""
    left = iter(rows)
    return [
        kind(*(_field(left, name in LAYERED.get(kind, ())) for name in kind._fields))
        for kind in kinds
    ]


def row_names(kind: type) -> list[str]:
    """Field that each row of a kind of record belongs to."""
    layered = LAYERED.get(kind, ())
    return [n for n in kind._fields for _ in range(len(LAYERS) if n in layered else 1)]


def _field(rows: Iterator[Tensor], layered: bool) -> Tensor:
    return torch.stack(_take(rows, len(LAYERS))) if layered else next(rows)


LAYER_ROWS = ("depth", "capacity", "residual", "critical", "wilting", "root")
THERMAL_ROWS = ("solid_fraction", "porosity", "dry_conductivity", "saturated_conductivity")
UPPER_ROWS = ("drain_scale", "drain_power", "drain_term")
SERIES_ROWS = c.SOIL_EVAPORATION_TERMS + 1
BASEFLOW_ROWS = ("upper_capacity", "linear", "nonlinear", "threshold", "exponent")


class Constants(NamedTuple):
    """What stays the same for a lane through a simulation."""

    site: Site
    layers: Layers
    runoff: RunoffSoil


def rows_of_constants(constants: Constants) -> Tensor:
    """Constants as (row, lane)."""
    site, layers, runoff = constants
    thermal = [getattr(layers.thermal, name) for name in THERMAL_ROWS]
    return torch.cat(
        [
            torch.stack(tuple(site)),
            *(getattr(layers, name) for name in LAYER_ROWS),
            layers.infilt[None],
            layers.series,
            *thermal,
            *(getattr(runoff, name) for name in UPPER_ROWS),
            torch.stack([getattr(runoff, name) for name in BASEFLOW_ROWS]),
        ]
    )


def constants_of_rows(rows: Sequence[Tensor]) -> Constants:
    """Constants from their rows."""
    left = iter(rows)
    site = Site(*_take(left, len(Site._fields)))
    layer = {name: torch.stack(_take(left, 3)) for name in LAYER_ROWS}
    infilt = next(left)
    series = torch.stack(_take(left, SERIES_ROWS))
    thermal = {name: torch.stack(_take(left, 2)) for name in THERMAL_ROWS}
    layers = Layers(
        **layer,
        infilt=infilt,
        series=series,
        thermal=ThermalSoil(depth=layer["depth"][:2], **thermal),
    )
    upper = {name: torch.stack(_take(left, 2)) for name in UPPER_ROWS}
    below = dict(zip(BASEFLOW_ROWS, _take(left, len(BASEFLOW_ROWS)), strict=True))
    runoff = RunoffSoil(
        infilt=infilt, capacity=layers.capacity, residual=layers.residual, **upper, **below
    )
    return Constants(site, layers, runoff)


def _take(rows: Iterator[Tensor], count: int) -> list[Tensor]:
    return [next(rows) for _ in range(count)]


CONSTANTS = (
    (len(Site._fields) + 3 * len(LAYER_ROWS) + 1 + 2 * len(THERMAL_ROWS) + 2 * len(UPPER_ROWS))
    + SERIES_ROWS
    + len(BASEFLOW_ROWS)
)


def _count(*kinds: type) -> int:
    return sum(len(row_names(kind)) for kind in kinds)


GROUPS = {
    "land": CONSTANTS,  # constants of the lane
    "cover": _count(Cover),  # vegetation of the month
    "forcing": len(WEATHER),  # forcing of the cell
    "weather": _count(Weather),  # weather of the cell
    "weather_sum": _count(Weather),  # its sums over the substeps of a step
    "substep_count": 1,  # snow steps of a model step
    "air": _count(Air),  # air over the lane
    "soil": _count(MoistSoil, Uptake, Profile),  # soil, roots and winds of the model step
    "state": len(VARIABLES),  # before the model step
    "state_after": len(VARIABLES),  # after it
    "surface": _count(Surface),
    "fluxes": _count(Fluxes),
    "context": _count(StepStart) + 1,  # start of the model step, and seconds of the pass
    "temperatures": 2,  # of foliage and pack, where they are solved for
    "step_counts": 2,  # runoff substeps of a model step, model steps of a day
    "drive": _count(Drive),
    "moisture": len(LAYERS),  # of the soil
    "outflow": 2,  # saturation excess and baseflow of a runoff substep
    "problem": max(_count(Foliage), _count(PackSurface)),  # what a temperature is solved from
    "bracket": _count(Bracket) + 1,  # of that temperature, and 1 where it is wanted
    "temperature": 1,  # a trial temperature
    "residual": 1,  # of the energy balance there
    "iterates": _count(Iterates),
    "best": 2,  # Brent's best point, and 1 where the search goes on
    "values": len(LAYERS),  # of an output
    "runoff": 2,  # runoff and baseflow of the model step
}
"""Number of rows of each group of numbers that the kernels read and write."""

RECORDS = {"land": Site, "air": Air, "surface": Surface, "fluxes": Fluxes}
"""Records whose rows the loops find by name; of `land` the first rows are those of the site."""
