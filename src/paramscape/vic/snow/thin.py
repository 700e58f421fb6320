"""A pack too thin for a temperature of its own: it lies at air temperature and only sublimates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.atmosphere import latent_heat_sublimation, saturation_vapour_pressure
from paramscape.vic.processes.safe_math import quotient, ratio, somewhere
from paramscape.vic.processes.soil_thermal import ground_heat_flux, heat_released
from paramscape.vic.surface import Air, Setting, Surface, soil_resistance

if TYPE_CHECKING:
    from paramscape.vic.snow.ground_snow import GroundSnow
    from paramscape.vic.snow.options import PassOptions


def thin_snow(
    packed: GroundSnow,
    under: Air,
    setting: Setting,
    context: tuple[Tensor, Tensor, Tensor],
    options: PassOptions,
) -> GroundSnow:
    """Sublimate and refreeze thin snow, with VIC's units.

    Vapour uses the density of ice. Melt happens only at exactly 0 C; VIC adds its metres to
    millimetres of water, so that nearly all of it is lost, and leaves more liquid than snow where
    liquid melts. To `conserve` water, all of it reaches the soil.

    Args:
        packed: the ground after `ground_snow`.
        under: the air below the vegetation.
        setting: of the model step.
        context: which lanes (bool); temperature at the base of layer 1 after the pass [C];
            temperature of the pack before the pass [C].
        options: length of the pass and choices.
    """
    seconds = options.seconds
    thin, base, old = context
    snow = packed.surface
    vapour = _vapour(under, setting)
    refreezing = _refreezing(packed, under, setting, (vapour, base, old), seconds)
    gained = torch.maximum(vapour * seconds / c.ICE_DENSITY, -snow.snow_water)
    water = snow.snow_water + gained
    liquid = (snow.surface_water + gained).clamp(min=0)
    exchanged = refreezing.abs() / (c.LATENT_HEAT_FUSION * c.WATER_DENSITY) * seconds
    freezes = refreezing >= 0
    liquid = torch.where(freezes, liquid - torch.minimum(exchanged, liquid), liquid)
    melt = torch.where(freezes, 0.0, torch.minimum(exchanged, water))
    released = packed.water + torch.where(thin, melt, 0.0)
    reported = melt
    if options.conserve:
        liquid = torch.minimum(liquid, water - melt)
        released = packed.water + torch.where(thin, melt * 1000.0, 0.0)
        reported = packed.melt + melt * 1000.0
    if options.with_energy:
        packed = _with_heat(packed, under, thin, vapour)
    return packed._replace(
        surface=_thinned(snow, thin, (water - melt, liquid), under.temperature.clamp(max=0)),
        water=released,
        melt=torch.where(thin, reported, packed.melt),
        sublimation=torch.where(thin, -gained, packed.sublimation),
    )


def _with_heat(packed: GroundSnow, under: Air, thin: Tensor, vapour: Tensor) -> GroundSnow:
    """The ground with the heat of the vapour of thin snow, at air temperature."""
    warm = under.temperature >= 0
    latent = torch.where(warm, under.latent * vapour, 0.0)
    frozen = latent_heat_sublimation(under.temperature) * vapour
    return packed._replace(
        latent=torch.where(thin, latent, packed.latent),
        latent_of_ice=torch.where(thin, torch.where(warm, 0.0, frozen), packed.latent_of_ice),
        sensible=torch.where(thin, 0.0, packed.sensible),
    )


def _thinned(
    snow: Surface, thin: Tensor, left: tuple[Tensor, Tensor], temperature: Tensor
) -> Surface:
    """State of the thin lanes with the water and liquid `left` [m], the others unchanged."""
    water, liquid = left
    remains = water > 0

    def chosen(values: Tensor, otherwise: Tensor) -> Tensor:
        return torch.where(thin, torch.where(remains, values, 0.0), otherwise)

    cold = torch.where(remains, c.ICE_HEAT_CAPACITY * temperature * water, snow.cold_content)
    depth = ratio(1000.0 * water, snow.snow_density)
    return snow._replace(
        snow_water=chosen(water, snow.snow_water),
        surface_water=chosen(liquid, snow.surface_water),
        pack_water=chosen(snow.pack_water, snow.pack_water),
        surface_temperature=chosen(temperature, snow.surface_temperature),
        pack_temperature=chosen(snow.pack_temperature, snow.pack_temperature),
        cold_content=torch.where(thin, cold, snow.cold_content),
        snow_density=chosen(snow.snow_density, snow.snow_density),
        snow_depth=chosen(depth, snow.snow_depth),
        snow_cover=chosen(torch.ones_like(water), snow.snow_cover),
    )


def _vapour(under: Air, setting: Setting) -> Tensor:
    """Vapour flux to snow at air temperature [kg m-2 s-1]."""
    resistance = soil_resistance(setting, setting.winds.resistance_snow)
    gradient = under.vapour_pressure - saturation_vapour_pressure(under.temperature)
    flux = under.density * quotient(c.VAPOUR_TO_AIR_MASS, under.pressure) * gradient / resistance
    return torch.where((under.deficit == 0) & (flux < 0), 0.0, flux)


def _refreezing(
    packed: GroundSnow,
    under: Air,
    setting: Setting,
    fluxes: tuple[Tensor, Tensor, Tensor],
    seconds: float,
) -> Tensor:
    """Energy of refreezing [W m-2], negative for melt, which needs air at exactly 0 C."""
    vapour, base, old = fluxes
    snow = packed.surface
    available = snow.surface_water * c.LATENT_HEAT_FUSION * snow.snow_density / seconds
    at_zero = under.temperature == 0
    if not somewhere(at_zero):
        return available
    ground = setting.ground
    heat = ground_heat_flux(ground, under.temperature, base)
    before = (snow.ground_temperature, snow.base_temperature)
    heat = heat + heat_released(ground, before, (under.temperature, base), seconds)
    ice = snow.snow_water - snow.surface_water
    warming = c.ICE_HEAT_CAPACITY * ice * (0.0 - old) / seconds
    balance = (
        heat
        + (1.0 - snow.snow_albedo) * under.shortwave
        + (under.longwave - under.emitted)
        + under.latent * vapour
        - warming
    )
    return torch.where(at_zero & (balance > -available), -balance, available)
