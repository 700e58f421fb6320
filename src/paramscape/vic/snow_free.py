"""One pass over lanes without snow: canopy, transpiration and soil evaporation."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.canopy import CanopyBalance, canopy_balance, shared_out
from paramscape.vic.processes.penman_monteith import Leaf, canopy_resistance, penman_monteith
from paramscape.vic.processes.soil_evaporation import limited_soil_evaporation
from paramscape.vic.processes.soil_thermal import (
    SoilTemperatures,
    ground_heat_flux,
    heat_released,
    layer_base_temperature,
)
from paramscape.vic.surface import (
    Air,
    Fluxes,
    PassResult,
    Resistances,
    Setting,
    Surface,
    per_canopy,
    soil_resistance,
    with_conductances,
)


def snow_free_pass(
    surface: Surface, air: Air, setting: Setting, seconds: float, conserve: bool = False
) -> PassResult:
    """Evaporation of one (sub)step where there is no snow, and none falls.

    Args:
        surface: before the pass; the canopy's water per unit of canopy in the first pass.
        air: of the pass.
        setting: of the model step.
        seconds: length of the pass.
        conserve: take the canopy's water as the mean of the tile, see `step.start_of_step`, and let
            that of a canopy that has lost its leaves reach the ground.
    """
    if conserve:
        surface = per_canopy(surface, setting.cover)
    ground = _ground(surface, air, setting, seconds)
    shortwave = air.shortwave * (1.0 - setting.cover.albedo)
    net_longwave = air.longwave - air.emitted
    radiation = shortwave + net_longwave + ground.conducted + ground.released

    covered = (setting.site.vegetated > 0) & (setting.cover.fraction > 0)
    covered = covered & (setting.cover.leaf_area > 0)
    fraction = torch.where(covered, setting.cover.fraction, 0.0)
    wet = _wet_canopy(surface, air, setting, radiation, seconds)
    light = Light(shortwave, radiation)
    transpired = _transpiration(air, setting, light, wet.dry_fraction, seconds) * fraction
    soil_radiation = torch.where(covered, surface.attenuation * radiation, radiation)
    soil = _soil_evaporation(air, setting, soil_radiation, seconds)
    after = _without_snow(surface, air)._replace(
        wet_canopy=fraction * wet.store,
        base_temperature=ground.base,
        longwave_up=air.longwave - net_longwave,
    )
    fluxes = _fluxes(air, setting, after, transpired, soil)
    water = (1.0 - fraction) * air.rain + fraction * wet.throughfall
    leafless = air.rain + surface.wet_canopy if conserve else air.rain
    return PassResult(
        after,
        fluxes._replace(
            water=torch.where(covered, water, leafless),
            canopy_evaporation=fraction * wet.evaporation,
        ),
    )


class GroundHeat(NamedTuple):
    """Heat that reaches the surface from below, and the soil after it; all (lane,)."""

    base: Tensor  # temperature at the base of layer 1 after the pass [C]
    conducted: Tensor  # from below, through the canopy's shade [W m-2]
    released: Tensor  # by layer 1 [W m-2]


def _ground(surface: Surface, air: Air, setting: Setting, seconds: float) -> GroundHeat:
    """Heat of a ground whose surface has the temperature of the air."""
    ground = setting.ground
    base = layer_base_temperature(ground, air.temperature, surface.base_temperature, seconds)
    after = SoilTemperatures(air.temperature, base)
    return GroundHeat(
        base=base,
        conducted=surface.attenuation * ground_heat_flux(ground, air.temperature, base),
        released=heat_released(ground, surface.soil_temperatures, after, seconds),
    )


def _fluxes(air: Air, setting: Setting, after: Surface, transpired: Tensor, soil: Tensor) -> Fluxes:
    """Fluxes of a pass without snow; those of the canopy are filled in by the caller.

    Args:
        air: of the pass.
        setting: of the model step.
        after: the surface after the pass.
        transpired: (layer, lane) [mm].
        soil: (lane,) evaporation of the soil [mm].
    """
    winds = setting.winds
    over = Resistances(winds.resistance_canopy, winds.resistance_ground)
    fluxes = with_conductances(Fluxes.zeros(soil), setting, over)
    return fluxes._replace(
        soil_loss=torch.stack([transpired[0] + soil, transpired[1], transpired[2]]),
        rain=air.rain,
        snowfall=air.snowfall,
        transpiration=transpired.sum(0),
        soil_evaporation=soil,
        longwave_up=after.longwave_up,
        albedo=setting.cover.albedo,
    )


def _wet_canopy(
    surface: Surface, air: Air, setting: Setting, radiation: Tensor, seconds: float
) -> CanopyBalance:
    """Balance of the canopy's water, per unit of canopy."""
    resistance = setting.winds.resistance_canopy
    potential = penman_monteith(
        air.evaporative, radiation, resistance, 0.0, setting.site.architectural
    )
    return canopy_balance(surface.wet_canopy, air.rain, setting.cover.capacity, potential, seconds)


def leaf_of(setting: Setting) -> Leaf:
    """Leaf traits of the lanes."""
    site = setting.site
    return Leaf(site.stomatal, site.light, setting.cover.leaf_area)


class Light(NamedTuple):
    """Radiation that a canopy absorbs; both (lane,)."""

    shortwave: Tensor  # net [W m-2]
    radiation: Tensor  # net, with the heat of the ground [W m-2]


def _transpiration(air: Air, setting: Setting, light: Light, dry: Tensor, seconds: float) -> Tensor:
    """Transpiration (layer, lane) [mm] per unit of canopy, at most the water above wilting."""
    uptake, leaf = setting.uptake, leaf_of(setting)
    rate = penman_monteith(
        air.evaporative,
        light.radiation,
        setting.winds.resistance_canopy,
        canopy_resistance(leaf, light.shortwave, air.temperature, air.deficit, uptake.factor),
        setting.site.architectural,
    )
    demand = shared_out(uptake, rate * seconds / c.SECONDS_PER_DAY * dry)
    return torch.minimum(demand, uptake.room).clamp(min=0)


def _soil_evaporation(air: Air, setting: Setting, radiation: Tensor, seconds: float) -> Tensor:
    """Evaporation of exposed soil [mm] per unit of the tile."""
    soil = setting.soil
    resistance = soil_resistance(setting, setting.winds.resistance_ground)
    rate = penman_monteith(
        air.evaporative, radiation, resistance, 0.0, c.SOIL_ARCHITECTURAL_RESISTANCE
    )
    potential = rate * seconds / c.SECONDS_PER_DAY
    evaporation = limited_soil_evaporation(potential, soil.evaporation_fraction, soil.available)
    return evaporation * (1.0 - setting.cover.fraction)


def _without_snow(surface: Surface, air: Air) -> Surface:
    """State of the snow after a pass without any."""
    zero = torch.zeros_like(air.temperature)
    return surface._replace(
        melting=zero,
        snow_age=zero,
        snow_albedo=torch.full_like(zero, c.NEW_SNOW_ALBEDO),
        foliage_temperature=air.temperature,
        ground_temperature=air.temperature,
    )
