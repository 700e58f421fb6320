"""One model step of all lanes: evaporation and snow first, then runoff."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.energy import LAST_PASS, with_energy_of_ground
from paramscape.vic.forcing import Weather
from paramscape.vic.land_constants import Cover, Layers, Site
from paramscape.vic.options import Options
from paramscape.vic.potential import snow_free_potential
from paramscape.vic.processes import constants as c
from paramscape.vic.processes.canopy import RootedSoil, Uptake, water_uptake
from paramscape.vic.processes.lanes import Share, join, pick
from paramscape.vic.processes.runoff import RunoffSoil, possible_evaporation, route_soil_water
from paramscape.vic.processes.soil_evaporation import evaporation_fraction, unsaturated_share
from paramscape.vic.processes.soil_thermal import conductivity, heat_capacity
from paramscape.vic.snow.options import PassOptions
from paramscape.vic.snow.regime import snow_pass
from paramscape.vic.snow_free import snow_free_pass
from paramscape.vic.state import LAYERS, SURFACE
from paramscape.vic.surface import (
    LAST_PASS_ONLY,
    Air,
    Fluxes,
    MoistSoil,
    Pass,
    PassResult,
    Setting,
    StepStart,
    Surface,
    air_over,
    per_canopy,
    winds_of,
)


@dataclass(frozen=True)
class Land:
    """Everything that stays the same through a simulation."""

    site: Site
    layers: Layers
    runoff: RunoffSoil
    options: Options
    with_potential: bool
    with_energy: bool = False


class Day(NamedTuple):
    """What drives one model step."""

    cover: Cover
    air: Air  # of the model step
    snowy: Tensor | None  # (lane,) bool: snow may fall in one of the substeps
    substeps: Weather | None  # (substep, forcing cell), where a step has several
    forcing_cell: Tensor  # (lane,) index of the lane's forcing cell
    thawing: Tensor  # (lane,) 1 in the season of melt
    ground_start: Tensor | None = None  # (lane,) ground temperature before the model step [C]


class StepResult(NamedTuple):
    """State and fluxes after a model step."""

    values: Tensor  # (variable, lane), see `state.VARIABLES`
    fluxes: Fluxes
    runoff: Tensor  # (lane,) [mm]
    baseflow: Tensor  # (lane,) [mm]


def model_step(values: Tensor, day: Day, land: Land) -> StepResult:
    """Advance the state (variable, lane) by one model step.

    Evaporation is that of the soil moisture before the step, runoff that of the moisture before
    the step and all water of the step; both leave the soil together, in the runoff steps.
    """
    moisture = values[: len(LAYERS)]
    soil, uptake = moist_soil(moisture, land.layers), uptake_of(moisture, land.layers)
    winds = winds_of(day.cover, day.air.wind)
    setting = Setting(land.site, day.cover, soil, uptake, winds)
    surface = start_of_step(values, day.cover, land.options.conserve)
    surface, fluxes = _surface_step(surface, day, setting, land)
    losses = fluxes.soil_loss
    if land.options.conserve:
        losses = possible_evaporation(land.runoff, moisture, losses)
    routed = route_soil_water(
        land.runoff, moisture, fluxes.water, losses, land.options.runoff_substeps
    )
    fluxes = end_of_step(fluxes, routed.evaporation, land.options.model_steps_per_day)
    after = torch.cat([routed.moisture, torch.stack(surface[: len(SURFACE)])])
    return StepResult(after, fluxes, routed.runoff, routed.baseflow)


def end_of_step(fluxes: Fluxes, evaporation: Tensor, steps_per_day: int | Tensor) -> Fluxes:
    """Fluxes with the evaporation (layer, lane) that the soil really gave, and totals of rates."""
    return fluxes._replace(soil_loss=evaporation, potential=fluxes.potential / steps_per_day)


def moist_soil(moisture: Tensor, layers: Layers) -> MoistSoil:
    """What the moisture (layer, lane) [mm] of the soil decides for the ground."""
    volumetric = moisture[:2] / layers.depth[:2] / 1000.0
    conductivities = conductivity(layers.thermal, volumetric).unbind(0)
    capacities = heat_capacity(layers.thermal, volumetric).unbind(0)
    top = torch.minimum(moisture[0], layers.capacity[0])
    share = unsaturated_share(top / layers.capacity[0], layers.infilt)
    return MoistSoil(
        *conductivities,
        *capacities,
        evaporation_fraction(share, layers.infilt, layers.series, layers.capacity[0]),
        top - layers.residual[0],
    )


def uptake_of(moisture: Tensor, layers: Layers) -> Uptake:
    """How the moisture (layer, lane) [mm] of the soil divides transpiration among the layers."""
    return water_uptake(RootedSoil(layers.critical, layers.wilting, layers.root), moisture)


def start_of_step(
    values: Sequence[Tensor] | Tensor, cover: Cover, conserve: bool = False
) -> Surface:
    """Surface before the step; in VIC the canopy's stores turn to those per unit of canopy.

    VIC does so once, and back in every pass. To `conserve` water, every pass does both.
    """
    surface = Surface(*values[len(LAYERS) :], attenuation=cover.attenuation)
    return surface if conserve else per_canopy(surface, cover)


def _surface_step(surface: Surface, day: Day, setting: Setting, land: Land) -> PassResult:
    """All passes of a model step: one, or one for each substep where there may be snow."""
    seconds = c.SECONDS_PER_DAY / land.options.model_steps_per_day
    if day.substeps is None:
        return _pass(surface, day.air, setting, seconds, day, land)
    divided = (surface.snow_water > 0) | (surface.snow_canopy > 0) | day.snowy
    if not divided.any():
        return _pass(surface, day.air, setting, seconds, day, land)
    snowy = torch.nonzero(divided).squeeze(1)
    part = _lanes(day, snowy)
    results = _substeps(pick(surface, snowy), part, pick(setting, snowy), land)
    if snowy.shape[0] == divided.shape[0]:
        return results
    rest = torch.nonzero(~divided).squeeze(1)
    part = _lanes(day, rest)
    others = _pass(pick(surface, rest), part.air, pick(setting, rest), seconds, part, land)
    return join([Share(snowy, results), Share(rest, others)], divided.shape[0])


def _lanes(day: Day, index: Tensor) -> Day:
    return day._replace(
        air=pick(day.air, index),
        forcing_cell=day.forcing_cell[index],
        thawing=day.thawing[index],
    )


def _substeps(surface: Surface, day: Day, setting: Setting, land: Land) -> PassResult:
    """All substeps of a model step; soil moisture stays that of its start."""
    seconds = c.SECONDS_PER_DAY / land.options.snow_steps_per_day
    rows = torch.stack(tuple(day.substeps))[:, :, day.forcing_cell]
    air = air_over(Weather(*rows.unbind(0)), setting.site, land.options.conserve)
    day = day._replace(ground_start=surface.ground_temperature)
    total = None
    for substep in range(rows.shape[1]):
        now = Air(*(v[substep] for v in air))
        surface, fluxes = _pass(surface, now, setting, seconds, day, land)
        total = fluxes if total is None else _accumulate(total, fluxes)
    mean = total.longwave_up / rows.shape[1]
    return PassResult(surface._replace(longwave_up=mean), total)


def _accumulate(total: Fluxes, fluxes: Fluxes) -> Fluxes:
    summed = type(total)(*(a + b for a, b in zip(total, fluxes, strict=True)))
    last = LAST_PASS_ONLY if type(total) is Fluxes else (*LAST_PASS_ONLY, *LAST_PASS)
    return summed._replace(**{name: getattr(fluxes, name) for name in last})


def _pass(
    surface: Surface,
    air: Air,
    setting: Setting,
    seconds: float,
    day: Day,
    land: Land,
) -> PassResult:
    """One pass: lanes in the snow regime and the others each by their own physics."""
    on_trees = (surface.snow_canopy > 0) & (setting.site.overstory > 0)
    snowy = (surface.snow_water > 0) | (air.snowfall > 0) | on_trees
    if not snowy.any():
        return _snow_free(surface, air, setting, seconds, land)
    start = surface.ground_temperature if day.ground_start is None else day.ground_start
    start = StepStart(start, day.thawing)
    options = PassOptions(
        seconds,
        land.options.aero_resist_cansnow,
        land.with_potential,
        conserve=land.options.conserve,
        with_energy=land.with_energy,
    )
    if snowy.all():
        return snow_pass(surface, air, setting, start, options)
    index, rest = torch.nonzero(snowy).squeeze(1), torch.nonzero(~snowy).squeeze(1)
    start = pick(start, index)
    with_snow = snow_pass(
        pick(surface, index), pick(air, index), pick(setting, index), start, options
    )
    without = _snow_free(pick(surface, rest), pick(air, rest), pick(setting, rest), seconds, land)
    return join([Share(index, with_snow), Share(rest, without)], snowy.shape[0])


def _snow_free(
    surface: Surface, air: Air, setting: Setting, seconds: float, land: Land
) -> PassResult:
    after, fluxes = snow_free_pass(surface, air, setting, seconds, land.options.conserve)
    if land.with_potential:
        fluxes = fluxes._replace(potential=snow_free_potential(air, setting))
    if land.with_energy:
        fluxes = with_energy_of_ground(fluxes, Pass(surface, after, air, setting, seconds))
    return PassResult(after, fluxes)
