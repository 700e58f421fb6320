"""One pass over lanes with snow, or with snow falling: no transpiration or soil evaporation."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.energy import with_energy_of_snow
from paramscape.vic.potential import potential_evaporation
from paramscape.vic.processes.soil_thermal import layer_base_temperature
from paramscape.vic.snow.ground_snow import GroundSnow, ground_snow
from paramscape.vic.snow.interception import intercept
from paramscape.vic.snow.options import PassOptions
from paramscape.vic.surface import (
    Air,
    Fluxes,
    Setting,
    Surface,
    conductances,
    join,
    per_canopy,
    pick,
)


class Below(NamedTuple):
    """What reaches the ground below the vegetation; all (lane,)."""

    rain: Tensor  # [mm], mean of the tile
    snow: Tensor  # [mm], mean of the tile
    shortwave: Tensor  # [W m-2]
    longwave: Tensor  # [W m-2]
    canopy_evaporation: Tensor  # [mm], mean of the tile
    canopy_sublimation: Tensor  # [m], mean of the tile
    canopy_longwave: Tensor  # net longwave of the canopy, mean of the tile [W m-2]
    canopy_resistance: Tensor  # last used by the canopy's energy balance [s m-1]
    canopy_albedo: Tensor
    canopy_latent: Tensor  # heat of vaporization of the canopy, mean of the tile [W m-2]
    canopy_latent_of_ice: Tensor  # heat of sublimation of the canopy, mean of the tile [W m-2]


Vegetation = Callable[[Surface, Air, Setting, PassOptions], tuple[Surface, Below]]


def snow_pass(
    surface: Surface,
    air: Air,
    setting: Setting,
    ground_start: tuple[Tensor, Tensor],
    options: PassOptions,
) -> tuple[Surface, Fluxes]:
    """One (sub)step of lanes in the snow regime, those with an overstory apart from the others.

    Args:
        surface: before the pass.
        air: of the pass.
        setting: of the model step.
        ground_start: ground temperature at the start of the model step [C], and 1 in the thawing
            season, see `thawing_season`.
        options: length of the pass and choices.
    """
    trees = (setting.site.vegetated > 0) & (setting.site.overstory > 0)
    groups = [torch.nonzero(trees).squeeze(1), torch.nonzero(~trees).squeeze(1)]
    results = []
    for index, under in zip(groups, (below_trees, below_short), strict=True):
        if index.shape[0] == trees.shape[0]:
            return snow_pass_below(under, surface, air, setting, ground_start, options)
        some = (pick(surface, index), pick(air, index), setting.lanes(index))
        start = tuple(values[index] for values in ground_start)
        results.append(snow_pass_below(under, *some, start, options))
    lanes = trees.shape[0]
    return tuple(
        join(list(zip(groups, parts, strict=True)), lanes) for parts in zip(*results, strict=True)
    )


def snow_pass_below(
    vegetation: Vegetation,
    surface: Surface,
    air: Air,
    setting: Setting,
    ground_start: tuple[Tensor, Tensor],
    options: PassOptions,
) -> tuple[Surface, Fluxes]:
    """`snow_pass` where all lanes have one kind of vegetation: `below_trees` or `below_short`."""
    before = surface
    surface, below = _below_vegetation(vegetation, surface, air, setting, options)
    base = layer_base_temperature(
        setting.ground, air.temperature, surface.base_temperature, options.seconds
    )
    under = air._replace(
        rain=below.rain, snowfall=below.snow, shortwave=below.shortwave, longwave=below.longwave
    )
    fresh = air.snowfall > 0
    snow = ground_snow(surface, under, setting, (fresh, *ground_start, base), options)
    after = snow.surface._replace(ground_temperature=air.temperature, base_temperature=base)
    net_longwave = below.longwave - air.emitted
    net_longwave = torch.where(snow.covered, snow.net_longwave, net_longwave)
    after = after._replace(longwave_up=below.longwave - net_longwave)
    lying = (surface.snow_water > 0) | fresh | (below.snow > 0)
    near = torch.where(lying, setting.winds.resistance_snow, setting.winds.resistance_ground)
    overstory = setting.site.overstory > 0
    resistances = (torch.where(overstory, below.canopy_resistance, near), near)
    potential = torch.zeros_like(base)
    if options.with_potential:
        longwave = torch.where(overstory, below.canopy_longwave, net_longwave)
        potential = potential_evaporation(air, setting, longwave, resistances)
    fluxes = _fluxes(air, below, snow, after)
    seen, ground = conductances(setting, resistances)
    under_snow = snow.lying & (setting.site.vegetated > 0)
    fluxes = fluxes._replace(
        potential=potential,
        albedo=torch.where(snow.lying, snow.surface.snow_albedo, setting.cover.albedo),
        albedo_of_trees=torch.where(under_snow, below.canopy_albedo, 0.0),  # 0 else, as in VIC
        conductance=seen,
        conductance_of_ground=ground,
    )
    if options.with_energy:
        states, at_ground = (before, after), (below, snow)
        seconds = options.seconds
        fluxes = with_energy_of_snow(fluxes, states, air, setting, at_ground, seconds)
    return after, fluxes


def _fluxes(air: Air, below: Below, snow: GroundSnow, after: Surface) -> Fluxes:
    zero = torch.zeros_like(after.snow_water)
    return Fluxes(
        water=snow.water,
        soil_loss_1=zero,
        soil_loss_2=zero,
        soil_loss_3=zero,
        canopy_evaporation=below.canopy_evaporation,
        canopy_sublimation=below.canopy_sublimation,
        snow_sublimation=snow.sublimation,
        rain=air.rain,
        snowfall=air.snowfall,
        melt=snow.melt,
        transpiration=zero,
        soil_evaporation=zero,
        potential=zero,
        longwave_up=after.longwave_up,
        albedo=zero,
        albedo_of_trees=zero,
        snowy=zero + 1.0,
        conductance=zero,
        conductance_of_ground=zero,
        passes=zero + 1.0,
    )


def _tile_means(
    surface: Surface, below: Below, air: Air, setting: Setting
) -> tuple[Surface, Below]:
    """Bring the stores and fluxes of the canopy to the tile's mean."""
    vegetated = setting.site.vegetated > 0
    fraction = torch.where(vegetated, setting.cover.fraction, 1.0)
    scaled = surface._replace(
        wet_canopy=surface.wet_canopy * fraction, snow_canopy=surface.snow_canopy * fraction
    )
    return scaled, below._replace(
        rain=(1.0 - fraction) * air.rain + fraction * below.rain,
        snow=(1.0 - fraction) * air.snowfall + fraction * below.snow,
        canopy_evaporation=below.canopy_evaporation * fraction,
        canopy_sublimation=below.canopy_sublimation * fraction,
        canopy_longwave=below.canopy_longwave * fraction,
        canopy_latent=below.canopy_latent * fraction,
        canopy_latent_of_ice=below.canopy_latent_of_ice * fraction,
    )


def _below_vegetation(
    vegetation: Vegetation, surface: Surface, air: Air, setting: Setting, options: PassOptions
) -> tuple[Surface, Below]:
    """Surface and what reaches the ground, as means of the tile."""
    if not options.conserve:
        return _tile_means(*vegetation(surface, air, setting, options), air, setting)
    local = per_canopy(surface, setting.cover)
    after, below = _tile_means(*vegetation(local, air, setting, options), air, setting)
    return after, _with_fallen_stores(local, below, setting)


def _with_fallen_stores(before: Surface, below: Below, setting: Setting) -> Below:
    """Let the stores of a canopy that has lost its leaves reach the ground; VIC forgets them."""
    leafless = (setting.site.vegetated > 0) & (setting.cover.fraction == 0)
    return below._replace(
        rain=below.rain + torch.where(leafless, before.wet_canopy, 0.0),
        snow=below.snow + torch.where(leafless, before.snow_canopy * 1000.0, 0.0),
    )


def below_short(
    surface: Surface, air: Air, setting: Setting, options: PassOptions
) -> tuple[Surface, Below]:
    """Short vegetation and bare ground: new snow takes the canopy's water down with it."""
    vegetated, overstory = setting.site.vegetated > 0, setting.site.overstory > 0
    dumped = vegetated & (air.snowfall > 0) & (surface.wet_canopy > 0)
    zero = torch.zeros_like(air.rain)
    kept = surface._replace(
        wet_canopy=torch.where(dumped, 0.0, surface.wet_canopy),
        foliage_temperature=torch.where(vegetated, air.temperature, surface.foliage_temperature),
        attenuation=torch.where(overstory, surface.attenuation, 1.0),
    )
    return kept, Below(
        rain=air.rain + torch.where(dumped, surface.wet_canopy, 0.0),
        snow=air.snowfall,
        shortwave=air.shortwave,
        longwave=air.longwave,
        canopy_evaporation=zero,
        canopy_sublimation=zero,
        canopy_longwave=zero,
        canopy_resistance=setting.winds.resistance_canopy,
        canopy_albedo=_canopy_albedo(zero, air, setting),
        canopy_latent=zero,
        canopy_latent_of_ice=zero,
    )


def below_trees(
    surface: Surface, air: Air, setting: Setting, options: PassOptions
) -> tuple[Surface, Below]:
    """An overstory: interception with an energy balance of its own."""
    caught = intercept(surface, air, setting, options)
    after = surface._replace(
        wet_canopy=caught.wet_canopy,
        snow_canopy=caught.snow_canopy,
        melt_storage=caught.melt_storage,
        foliage_temperature=caught.temperature,
    )
    return after, Below(
        rain=caught.rain,
        snow=caught.snow,
        shortwave=surface.attenuation * air.shortwave,
        longwave=caught.emitted,
        canopy_evaporation=caught.evaporation,
        canopy_sublimation=caught.sublimation,
        canopy_longwave=air.longwave - caught.emitted,
        canopy_resistance=caught.resistance,
        canopy_albedo=_canopy_albedo(caught.caught, air, setting),
        canopy_latent=torch.where(caught.caught > 0, 0.0, caught.latent),
        canopy_latent_of_ice=torch.where(caught.caught > 0, caught.latent, 0.0),
    )


def _canopy_albedo(snow: Tensor, air: Air, setting: Setting) -> Tensor:
    """Albedo of a canopy with `snow` [m], or into which it snows."""
    bright = (snow > 0) | (air.snowfall > 0)
    return torch.where(bright, setting.site.new_snow_albedo, setting.cover.albedo)
