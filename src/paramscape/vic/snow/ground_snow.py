"""The snowpack on the ground through one pass."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.safe_math import ratio, somewhere
from paramscape.vic.snow.albedo import aged_albedo, compacted_density, new_snow_density
from paramscape.vic.snow.energy import PackSurface
from paramscape.vic.snow.options import PassOptions
from paramscape.vic.snow.pack import Pack, PackResult, layered, pack_step, with_new_snow
from paramscape.vic.snow.thin import thin_snow
from paramscape.vic.surface import Air, Setting, Surface

THAW_NORTH = (60, 273)  # days of the year between which a warm pack counts as melting
WATER_EQUIVALENT = 1000.0


class GroundSnow(NamedTuple):
    """The ground after a pass."""

    surface: Surface
    water: Tensor  # rain or outflow reaching the soil [mm]
    melt: Tensor  # outflow of the pack as reported [mm]
    sublimation: Tensor  # [m]
    net_longwave: Tensor  # of the ground [W m-2]
    covered: Tensor  # bool: a pack with its own surface remains
    lying: Tensor  # bool: there was a pack, or snow fell on the ground
    thin: Tensor  # bool: a pack remains, too thin for a surface of its own
    latent: Tensor  # heat of vaporization [W m-2]
    latent_of_ice: Tensor  # heat of sublimation [W m-2]
    sensible: Tensor  # [W m-2]


def ground_snow(
    surface: Surface,
    under: Air,
    setting: Setting,
    context: tuple[Tensor, Tensor, Tensor, Tensor],
    options: PassOptions,
) -> GroundSnow:
    """Advance the pack under the vegetation by one pass.

    Args:
        surface: before the pass.
        under: the air, with the rain, snow and radiation that reach the ground.
        setting: of the model step.
        context: whether snow falls from the sky (bool); ground temperature at the start of the
            model step [C]; 1 in the thawing season; temperature at the base of layer 1 after the
            pass [C].
        options: length of the pass and choices.
    """
    seconds = options.seconds
    fresh, ground_start, season, base = context
    lying = (surface.snow_water > 0) | (under.snowfall > 0)
    surface = _aged(surface, under, (fresh, lying), setting.site.new_snow_albedo, seconds)
    pack = layered(
        surface.snow_water,
        (surface.surface_water, surface.pack_water),
        (surface.surface_temperature, surface.pack_temperature),
    )
    rain = torch.where(lying, under.rain, 0.0) / 1000.0
    pack = with_new_snow(pack, under.snowfall / 1000.0, rain, under.temperature)
    energy = _energy(surface, under, setting, (pack, ground_start), seconds)
    result = pack_step(pack, energy, options)
    after = _settled(surface, under, result, lying, (season, seconds))
    remains = after.snow_water > 0
    thin = result.thin & remains & lying
    outflow = torch.where(lying, result.outflow * 1000.0, under.rain)
    packed = GroundSnow(
        surface=after,
        water=outflow,
        melt=torch.where(lying, result.outflow * 1000.0, 0.0),
        sublimation=torch.where(lying, -result.vapour, 0.0),
        net_longwave=result.net_longwave,
        covered=remains & ~thin,
        lying=lying,
        thin=thin,
        latent=torch.where(lying, result.latent, 0.0),
        latent_of_ice=torch.where(lying, result.latent_of_ice, 0.0),
        sensible=torch.where(lying, result.sensible, 0.0),
    )
    if not somewhere(thin):
        return packed
    old = surface.surface_temperature
    return thin_snow(packed, under, setting, (thin, base, old), options)


def _aged(
    surface: Surface, under: Air, where: tuple[Tensor, Tensor], new: Tensor, seconds: float
) -> Surface:
    """Age of the snow and its albedo, by the state before the pass; `new` is that of new snow.

    `where` tells whether snow falls from the sky, and whether it lies or falls on the ground.
    """
    fresh, lying = where
    old = (surface.snow_water > 0) & ~fresh
    age = torch.where(old, surface.snow_age + 1.0, 0.0)
    aged = aged_albedo(age, under.snowfall, surface.cold_content, surface.melting, seconds, new)
    albedo = torch.where(old, aged, new)
    return surface._replace(
        snow_age=torch.where(lying, age, 0.0),
        snow_albedo=torch.where(lying, albedo, surface.snow_albedo),
    )


def _energy(
    surface: Surface,
    under: Air,
    setting: Setting,
    at_ground: tuple[Pack, Tensor],
    seconds: float,
) -> PackSurface:
    """What the surface temperature depends on; `at_ground` has the ground's temperature [C]."""
    pack, ground_temperature = at_ground
    density = surface.snow_density
    conducting = surface.snow_depth > c.SMALLEST_CONDUCTING_DEPTH
    return PackSurface(
        temperature=under.temperature,
        density=under.density,
        pressure=under.pressure,
        vapour_pressure=under.vapour_pressure,
        deficit=under.deficit,
        shortwave=(1.0 - surface.snow_albedo) * under.shortwave,
        longwave=under.longwave,
        rain_heat=4.188e6 * under.temperature * (under.rain / 1000.0) / seconds,
        resistance=setting.winds.resistance_snow,
        wind=setting.winds.wind_snow,
        roughness=setting.site.snow_roughness,
        depth=torch.where(conducting, surface.snow_depth, 1.0),
        conducting=torch.where(conducting, c.SNOW_CONDUCTIVITY * (density * density), 0.0),
        ground_temperature=ground_temperature,
        heat_capacity=c.ICE_HEAT_CAPACITY * pack.surface,
        old_temperature=surface.surface_temperature,
        freezable=pack.surface_water * c.LATENT_HEAT_FUSION * c.WATER_DENSITY / seconds,
        seconds=torch.zeros_like(density) + seconds,
    )


def _settled(
    before: Surface,
    under: Air,
    result: PackResult,
    lying: Tensor,
    clock: tuple[Tensor, float],
) -> Surface:
    """State of the pack with its density, depth and melt season.

    A pack that owes water stays as it is until new snow covers the debt, as in VIC.
    """
    season, seconds = clock
    pack = result.pack
    water = pack.ice + pack.pack_water + pack.surface_water
    remains, gone = (water > 0) & lying, (water == 0) & lying

    def settled(values: Tensor, old: Tensor) -> Tensor:
        return torch.where(gone, 0.0, torch.where(lying, values, old))

    density = _density(before, under, pack, seconds)
    density = torch.where(gone, 0.0, torch.where(remains, density, before.snow_density))
    depth = torch.where(remains, ratio(WATER_EQUIVALENT * water, density), before.snow_depth)
    cold = torch.where(lying, pack.surface_cold, before.cold_content)
    melting = _melting(before.melting, cold, under.snowfall, season)
    melting = torch.where(remains, melting, before.melting)
    return before._replace(
        snow_water=settled(water, before.snow_water),
        surface_water=settled(pack.surface_water, before.surface_water),
        pack_water=settled(pack.pack_water, before.pack_water),
        surface_temperature=settled(pack.surface_temperature, before.surface_temperature),
        pack_temperature=settled(pack.pack_temperature, before.pack_temperature),
        cold_content=cold,
        snow_density=density,
        snow_depth=torch.where(gone, 0.0, depth),
        melting=torch.where(lying & ~gone, melting, 0.0),
        snow_cover=remains.to(water.dtype),
    )


def _density(before: Surface, under: Air, pack: Pack, seconds: float) -> Tensor:
    """Density of the pack [kg m-3]; one that is warm or unsolved takes that of fresh snow."""
    new_density = new_snow_density(under.temperature)
    packed = compacted_density(
        before.snow_depth,
        before.snow_water,
        under.snowfall,
        new_density,
        pack.surface_temperature.clamp(max=0),
        seconds,
    )
    fluffy = torch.where(before.snow_age == 0, new_density, before.snow_density)
    return torch.where(pack.surface_temperature > 0, fluffy, packed)


def _melting(melting: Tensor, cold_content: Tensor, snow: Tensor, season: Tensor) -> Tensor:
    """Whether the pack is in its melt season; `season` is 1 in the thawing part of the year."""
    begins = (cold_content >= 0) & (season > 0)
    ends = (melting > 0) & (snow > c.TRACE_SNOW)
    return torch.where(begins, 1.0, torch.where(ends, 0.0, melting))


def thawing_season(day_of_year: Tensor, northern: Tensor) -> Tensor:
    """1 in the part of the year where a warm pack melts, 0 elsewhere.

    Between days 60 and 273 in the north, outside of them in the south.
    """
    first, last = THAW_NORTH
    north = (day_of_year > first) & (day_of_year < last)
    south = (day_of_year < first) | (day_of_year > last)
    return torch.where(northern > 0, north, south).to(day_of_year.dtype)
