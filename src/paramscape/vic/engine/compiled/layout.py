"""The rows of numbers that the compiled step works on, and the records that they stand for."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.forcing import WEATHER, Weather
from paramscape.vic.land_constants import Cover, Layers, Site
from paramscape.vic.processes import constants as c
from paramscape.vic.processes.aerodynamic import Profile
from paramscape.vic.processes.brent import Iterates
from paramscape.vic.processes.runoff import RunoffSoil
from paramscape.vic.processes.soil_thermal import ThermalSoil
from paramscape.vic.snow.energy import PackSurface
from paramscape.vic.snow.foliage import Foliage
from paramscape.vic.state import VARIABLES
from paramscape.vic.surface import Air, Fluxes, Moist, Surface

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

GROUPS = {
    "P": CONSTANTS,  # constants of the lane
    "C": len(Cover._fields),  # vegetation of the month
    "I": len(WEATHER),  # forcing of the cell
    "W": len(Weather._fields),  # weather of the cell
    "U": len(Weather._fields),  # its sums over the parts of a step
    "L": 1,  # number of parts
    "A": len(Air._fields),  # air over the lane
    "G": len(Moist._fields) + len(Profile._fields),  # soil and winds of the model step
    "X": len(VARIABLES),  # state
    "E": len(VARIABLES),  # state after the step
    "S": len(Surface._fields),
    "F": len(Fluxes._fields),
    "H": 3,  # ground temperature at the start of the model step, season of melt, seconds
    "R": 2,  # temperatures of foliage and pack
    "N": 2,  # runoff sub-steps of a model step, model steps of a day
    "D": 5,  # infiltration, evaporation of three layers, surface runoff
    "Y": 3,  # soil moisture
    "Z": 2,  # water shed at the top and baseflow of a sub-step
    "Q": max(len(Foliage._fields), len(PackSurface._fields)),  # what a temperature is solved from
    "B": 4,  # its bracket, what stands for it, and 1 where it is wanted
    "T": 1,  # a trial temperature, or the residual there
    "K": len(Iterates._fields),
    "J": 2,  # Brent's best point, and 1 where the search goes on
    "V": 3,  # layers of an output
    "O": 2,  # runoff and baseflow of the model step
}
"""Number of rows of each group of numbers that the pieces read and write."""
