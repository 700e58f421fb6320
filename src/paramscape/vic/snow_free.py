"""One pass over lanes without snow: canopy, transpiration and soil evaporation."""

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.canopy import CanopyBalance, Uptake, canopy_balance, shared_out
from paramscape.vic.processes.penman_monteith import Leaf, canopy_resistance, penman_monteith
from paramscape.vic.processes.soil_evaporation import limited_soil_evaporation
from paramscape.vic.processes.soil_thermal import (
    ground_heat_flux,
    heat_released,
    layer_base_temperature,
)
from paramscape.vic.surface import (
    Air,
    Fluxes,
    Setting,
    Surface,
    conductances,
    per_canopy,
    soil_resistance,
)


def snow_free_pass(
    surface: Surface, air: Air, setting: Setting, seconds: float, conserve: bool = False
) -> tuple[Surface, Fluxes]:
    """Evaporation of one (sub)step where there is no snow, and none falls.

    Args:
        surface: before the pass; the canopy's water per unit of canopy in the first pass.
        air: of the pass.
        setting: of the model step.
        seconds: length of the pass.
        conserve: take the canopy's water as the mean of the tile, see `step.start_of_step`, and let
            that of a canopy that has lost its leaves reach the ground.
    """
    ground, cover = setting.ground, setting.cover
    if conserve:
        surface = per_canopy(surface, cover)
    base = layer_base_temperature(ground, air.temperature, surface.base_temperature, seconds)
    from_ground = surface.attenuation * ground_heat_flux(ground, air.temperature, base)
    before = (surface.ground_temperature, surface.base_temperature)
    released = heat_released(ground, before, (air.temperature, base), seconds)
    shortwave = air.shortwave * (1.0 - cover.albedo)
    net_longwave = air.longwave - air.emitted
    radiation = shortwave + net_longwave + from_ground + released

    covered = (setting.site.vegetated > 0) & (cover.fraction > 0) & (cover.leaf_area > 0)
    fraction = torch.where(covered, cover.fraction, 0.0)
    wet = _wet_canopy(surface, air, setting, radiation, seconds)
    transpired = _transpiration(air, setting, (shortwave, radiation), wet.dry_fraction, seconds)
    transpired = transpired * fraction
    soil_radiation = torch.where(covered, surface.attenuation * radiation, radiation)
    soil = _soil_evaporation(air, setting, soil_radiation, seconds)
    after = _without_snow(surface, air)._replace(
        wet_canopy=fraction * wet.store,
        base_temperature=base,
        longwave_up=air.longwave - net_longwave,
    )
    water = (1.0 - fraction) * air.rain + fraction * wet.throughfall
    leafless = air.rain + surface.wet_canopy if conserve else air.rain
    fluxes = _fluxes(air, setting, after, (transpired, soil))
    return after, fluxes._replace(
        water=torch.where(covered, water, leafless),
        canopy_evaporation=fraction * wet.evaporation,
    )


def _fluxes(air: Air, setting: Setting, after: Surface, from_soil: tuple[Tensor, Tensor]) -> Fluxes:
    """Fluxes of a pass without snow; those of the canopy are filled in by the caller."""
    transpired, soil = from_soil
    zero = torch.zeros_like(soil)
    winds = setting.winds
    seen, ground = conductances(setting, (winds.resistance_canopy, winds.resistance_ground))
    return Fluxes(
        water=air.rain,
        soil_loss_1=transpired[0] + soil,
        soil_loss_2=transpired[1],
        soil_loss_3=transpired[2],
        canopy_evaporation=zero,
        canopy_sublimation=zero,
        snow_sublimation=zero,
        rain=air.rain,
        snowfall=air.snowfall,
        melt=zero,
        transpiration=transpired.sum(0),
        soil_evaporation=soil,
        potential=zero,
        longwave_up=after.longwave_up,
        albedo=setting.cover.albedo,
        albedo_of_trees=zero,
        snowy=zero,
        conductance=seen,
        conductance_of_ground=ground,
        passes=torch.ones_like(soil),
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


def _transpiration(
    air: Air, setting: Setting, light: tuple[Tensor, Tensor], dry: Tensor, seconds: float
) -> Tensor:
    """Transpiration (layer, lane) [mm] per unit of canopy, at most the water above wilting."""
    moist = setting.moist
    shortwave, radiation = light
    uptake = Uptake(
        torch.stack([moist.share_1, moist.share_2, moist.share_3]),
        torch.stack([moist.factor_1, moist.factor_2, moist.factor_3]),
        torch.stack([moist.given_1, moist.given_2, moist.given_3]),
        torch.stack([moist.taking_1, moist.taking_2, moist.taking_3]),
        *(moist.lacking_root, moist.lacking, moist.taking_root),
    )
    rate = penman_monteith(
        air.evaporative,
        radiation,
        setting.winds.resistance_canopy,
        canopy_resistance(leaf_of(setting), shortwave, air.temperature, air.deficit, uptake.factor),
        setting.site.architectural,
    )
    demand = shared_out(uptake, rate * seconds / c.SECONDS_PER_DAY * dry)
    room = torch.stack([moist.room_1, moist.room_2, moist.room_3])
    return torch.minimum(demand, room).clamp(min=0)


def _soil_evaporation(air: Air, setting: Setting, radiation: Tensor, seconds: float) -> Tensor:
    """Evaporation of exposed soil [mm] per unit of the tile."""
    moist = setting.moist
    resistance = soil_resistance(setting, setting.winds.resistance_ground)
    rate = penman_monteith(
        air.evaporative, radiation, resistance, 0.0, c.SOIL_ARCHITECTURAL_RESISTANCE
    )
    potential = rate * seconds / c.SECONDS_PER_DAY
    evaporation = limited_soil_evaporation(potential, moist.evaporation_fraction, moist.available)
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
