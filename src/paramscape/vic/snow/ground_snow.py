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
from paramscape.vic.snow.records import GroundSnow
from paramscape.vic.snow.thin import ThinStart, thin_snow
from paramscape.vic.surface import Air, Setting, StepStart, Surface

THAW_NORTH = (60, 273)  # days of the year between which a warm pack counts as melting
WATER_EQUIVALENT = 1000.0


class PackInputs(NamedTuple):
    """What the pack on the ground reads of a pass besides state, air and setting."""

    snowing: Tensor  # bool (lane,): snow falls from the sky
    start: StepStart
    base_temperature: Tensor  # (lane,) at the base of soil layer 1 after the pass [C]


def ground_snow(
    surface: Surface, under: Air, setting: Setting, inputs: PackInputs, options: PassOptions
) -> GroundSnow:
    """Advance the pack under the vegetation by one pass.

    Args:
        surface: before the pass.
        under: the air, with the rain, snow and radiation that reach the ground.
        setting: of the model step.
        inputs: snowfall, start of the model step and soil temperature.
        options: length of the pass and choices.
    """
    lying = (surface.snow_water > 0) | (under.snowfall > 0)
    new, seconds = setting.site.new_snow_albedo, options.seconds
    surface = _aged(surface, under, inputs.snowing, lying, new, seconds)
    pack = _loaded(surface, under, lying)
    energy = _energy(surface, under, setting, pack, inputs.start.ground_temperature, seconds)
    result = pack_step(pack, energy, options)
    after = _settled(surface, under, result, lying, inputs.start.thawing, seconds)
    packed = _packed(after, under, result, lying)
    if not somewhere(packed.thin):
        return packed
    before = ThinStart(inputs.base_temperature, surface.surface_temperature)
    return thin_snow(packed, under, setting, before, options)


def _loaded(surface: Surface, under: Air, lying: Tensor) -> Pack:
    """The pack in its two layers with the snow and rain of the pass."""
    pack = layered(
        surface.snow_water,
        surface.surface_water,
        surface.pack_water,
        surface.surface_temperature,
        surface.pack_temperature,
    )
    rain = torch.where(lying, under.rain, 0.0) / 1000.0
    return with_new_snow(pack, under.snowfall / 1000.0, rain, under.temperature)


def _packed(after: Surface, under: Air, result: PackResult, lying: Tensor) -> GroundSnow:
    """The ground after a pass, thin packs not yet treated as such."""
    remains = after.snow_water > 0
    thin = result.thin & remains & lying
    return GroundSnow(
        surface=after,
        water=torch.where(lying, result.outflow * 1000.0, under.rain),
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


def _aged(
    surface: Surface, under: Air, snowing: Tensor, lying: Tensor, new: Tensor, seconds: float
) -> Surface:
    """Age of the snow and its albedo, by the state before the pass.

    Args:
        surface: before the pass.
        under: the air below the vegetation.
        snowing: bool, snow falls from the sky.
        lying: bool, snow lies or falls on the ground.
        new: albedo of new snow.
        seconds: length of the pass.
    """
    old = (surface.snow_water > 0) & ~snowing
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
    pack: Pack,
    ground_temperature: Tensor,
    seconds: float,
) -> PackSurface:
    """What the surface temperature of the pack depends on; the ground's temperature is in C."""
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
    thawing: Tensor,
    seconds: float,
) -> Surface:
    """State of the pack with its density, depth and melt season.

    A pack with negative water is left unchanged until snowfall makes it positive, as in VIC.
    """
    pack = result.pack
    water = pack.ice + pack.pack_water + pack.surface_water
    remains, gone = (water > 0) & lying, (water == 0) & lying

    def settled(values: Tensor, old: Tensor) -> Tensor:
        return torch.where(gone, 0.0, torch.where(lying, values, old))

    density = _density(before, under, pack, seconds)
    density = torch.where(gone, 0.0, torch.where(remains, density, before.snow_density))
    depth = torch.where(remains, ratio(WATER_EQUIVALENT * water, density), before.snow_depth)
    cold = torch.where(lying, pack.surface_cold, before.cold_content)
    melting = _melting(before.melting, cold, under.snowfall, thawing)
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


def _melting(melting: Tensor, cold_content: Tensor, snow: Tensor, thawing: Tensor) -> Tensor:
    """1 where the pack is in its melt season; `thawing` is 1 in the thawing part of the year."""
    begins = (cold_content >= 0) & (thawing > 0)
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
