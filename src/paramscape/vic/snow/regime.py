"""One pass over lanes with snow, or with snow falling: no transpiration or soil evaporation."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.energy import with_energy_of_snow
from paramscape.vic.potential import potential_evaporation
from paramscape.vic.processes.lanes import Share, join, pick
from paramscape.vic.processes.soil_thermal import layer_base_temperature
from paramscape.vic.snow.ground_snow import PackInputs, ground_snow
from paramscape.vic.snow.interception import intercept
from paramscape.vic.snow.options import PassOptions
from paramscape.vic.snow.records import Below, GroundSnow
from paramscape.vic.surface import (
    Air,
    Fluxes,
    Pass,
    PassResult,
    Resistances,
    Setting,
    StepStart,
    Surface,
    per_canopy,
    with_conductances,
)


class CanopyResult(NamedTuple):
    """The surface with its canopy after a pass, and what reaches the ground."""

    surface: Surface
    below: Below


Vegetation = Callable[[Surface, Air, Setting, PassOptions], CanopyResult]


def snow_pass(
    surface: Surface, air: Air, setting: Setting, start: StepStart, options: PassOptions
) -> PassResult:
    """One (sub)step of lanes in the snow regime, those with an overstory apart from the others.

    Args:
        surface: before the pass.
        air: of the pass.
        setting: of the model step.
        start: of the model step.
        options: length of the pass and choices.
    """
    trees = (setting.site.vegetated > 0) & (setting.site.overstory > 0)
    groups = [torch.nonzero(trees).squeeze(1), torch.nonzero(~trees).squeeze(1)]
    shares = []
    for index, under in zip(groups, (below_trees, below_short), strict=True):
        if index.shape[0] == trees.shape[0]:
            return snow_pass_below(under, surface, air, setting, start, options)
        some = (pick(record, index) for record in (surface, air, setting, start))
        shares.append(Share(index, snow_pass_below(under, *some, options)))
    return join(shares, trees.shape[0])


def snow_pass_below(
    vegetation: Vegetation,
    surface: Surface,
    air: Air,
    setting: Setting,
    start: StepStart,
    options: PassOptions,
) -> PassResult:
    """`snow_pass` where all lanes have one kind of vegetation: `below_trees` or `below_short`."""
    before = surface
    surface, below = _below_vegetation(vegetation, surface, air, setting, options)
    base = layer_base_temperature(
        setting.ground, air.temperature, surface.base_temperature, options.seconds
    )
    under = air._replace(
        rain=below.rain, snowfall=below.snow, shortwave=below.shortwave, longwave=below.longwave
    )
    inputs = PackInputs(air.snowfall > 0, start, base)
    snow = ground_snow(surface, under, setting, inputs, options)
    net_longwave = below.longwave - air.emitted
    net_longwave = torch.where(snow.covered, snow.net_longwave, net_longwave)
    after = snow.surface._replace(
        ground_temperature=air.temperature,
        base_temperature=base,
        longwave_up=below.longwave - net_longwave,
    )
    lying = (surface.snow_water > 0) | inputs.snowing | (below.snow > 0)
    over = _resistances(setting, below, lying)
    fluxes = _fluxes(air, below, snow, after)
    if options.with_potential:
        longwave = torch.where(setting.site.overstory > 0, below.canopy_longwave, net_longwave)
        fluxes = fluxes._replace(potential=potential_evaporation(air, setting, longwave, over))
    fluxes = _seen_from_above(with_conductances(fluxes, setting, over), below, snow, setting)
    if options.with_energy:
        done = Pass(before, after, air, setting, options.seconds)
        fluxes = with_energy_of_snow(fluxes, done, below, snow)
    return PassResult(after, fluxes)


def _resistances(setting: Setting, below: Below, lying: Tensor) -> Resistances:
    """Resistances of the canopy, and of the ground where snow is `lying` (bool) or not."""
    winds = setting.winds
    near = torch.where(lying, winds.resistance_snow, winds.resistance_ground)
    return Resistances(torch.where(setting.site.overstory > 0, below.canopy_resistance, near), near)


def _fluxes(air: Air, below: Below, snow: GroundSnow, after: Surface) -> Fluxes:
    """Fluxes of water and longwave radiation; the caller adds the others."""
    nothing = Fluxes.zeros(after.snow_water)
    return nothing._replace(
        water=snow.water,
        canopy_evaporation=below.canopy_evaporation,
        canopy_sublimation=below.canopy_sublimation,
        snow_sublimation=snow.sublimation,
        rain=air.rain,
        snowfall=air.snowfall,
        melt=snow.melt,
        longwave_up=after.longwave_up,
        snowy=nothing.passes,
    )


def _seen_from_above(fluxes: Fluxes, below: Below, snow: GroundSnow, setting: Setting) -> Fluxes:
    """Add the albedo of the ground, and that of trees above snow (elsewhere 0, as in VIC)."""
    under_snow = snow.lying & (setting.site.vegetated > 0)
    return fluxes._replace(
        albedo=torch.where(snow.lying, snow.surface.snow_albedo, setting.cover.albedo),
        albedo_of_trees=torch.where(under_snow, below.canopy_albedo, 0.0),
    )


def _tile_means(surface: Surface, below: Below, air: Air, setting: Setting) -> CanopyResult:
    """Bring the stores and fluxes of the canopy to the tile's mean."""
    vegetated = setting.site.vegetated > 0
    fraction = torch.where(vegetated, setting.cover.fraction, 1.0)
    scaled = surface._replace(
        wet_canopy=surface.wet_canopy * fraction, snow_canopy=surface.snow_canopy * fraction
    )
    means = below._replace(
        rain=(1.0 - fraction) * air.rain + fraction * below.rain,
        snow=(1.0 - fraction) * air.snowfall + fraction * below.snow,
        canopy_evaporation=below.canopy_evaporation * fraction,
        canopy_sublimation=below.canopy_sublimation * fraction,
        canopy_longwave=below.canopy_longwave * fraction,
        canopy_latent=below.canopy_latent * fraction,
        canopy_latent_of_ice=below.canopy_latent_of_ice * fraction,
    )
    return CanopyResult(scaled, means)


def _below_vegetation(
    vegetation: Vegetation, surface: Surface, air: Air, setting: Setting, options: PassOptions
) -> CanopyResult:
    """Surface and what reaches the ground, as means of the tile."""
    if not options.conserve:
        return _tile_means(*vegetation(surface, air, setting, options), air, setting)
    local = per_canopy(surface, setting.cover)
    after, below = _tile_means(*vegetation(local, air, setting, options), air, setting)
    return CanopyResult(after, _with_fallen_stores(local, below, setting))


def _with_fallen_stores(before: Surface, below: Below, setting: Setting) -> Below:
    """Let the stores of a canopy that has lost its leaves reach the ground; VIC forgets them."""
    leafless = (setting.site.vegetated > 0) & (setting.cover.fraction == 0)
    return below._replace(
        rain=below.rain + torch.where(leafless, before.wet_canopy, 0.0),
        snow=below.snow + torch.where(leafless, before.snow_canopy * 1000.0, 0.0),
    )


def below_short(surface: Surface, air: Air, setting: Setting, options: PassOptions) -> CanopyResult:
    """Short vegetation and bare ground: new snow takes the canopy's water down with it."""
    vegetated, overstory = setting.site.vegetated > 0, setting.site.overstory > 0
    dumped = vegetated & (air.snowfall > 0) & (surface.wet_canopy > 0)
    zero = torch.zeros_like(air.rain)
    kept = surface._replace(
        wet_canopy=torch.where(dumped, 0.0, surface.wet_canopy),
        foliage_temperature=torch.where(vegetated, air.temperature, surface.foliage_temperature),
        attenuation=torch.where(overstory, surface.attenuation, 1.0),
    )
    below = Below(
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
    return CanopyResult(kept, below)


def below_trees(surface: Surface, air: Air, setting: Setting, options: PassOptions) -> CanopyResult:
    """An overstory: interception with an energy balance of its own."""
    caught = intercept(surface, air, setting, options)
    after = surface._replace(
        wet_canopy=caught.wet_canopy,
        snow_canopy=caught.snow_canopy,
        melt_storage=caught.melt_storage,
        foliage_temperature=caught.temperature,
    )
    below = Below(
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
    return CanopyResult(after, below)


def _canopy_albedo(snow: Tensor, air: Air, setting: Setting) -> Tensor:
    """Albedo of a canopy with `snow` [m], or into which it snows."""
    bright = (snow > 0) | (air.snowfall > 0)
    return torch.where(bright, setting.site.new_snow_albedo, setting.cover.albedo)
