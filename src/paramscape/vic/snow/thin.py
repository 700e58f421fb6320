"""A pack too thin for a temperature of its own: it lies at air temperature and only sublimates."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.atmosphere import latent_heat_sublimation, saturation_vapour_pressure
from paramscape.vic.processes.safe_math import quotient, ratio, somewhere
from paramscape.vic.processes.soil_thermal import SoilTemperatures, ground_heat_flux, heat_released
from paramscape.vic.snow.options import PassOptions
from paramscape.vic.snow.records import GroundSnow
from paramscape.vic.surface import Air, Setting, Surface, soil_resistance


class ThinStart(NamedTuple):
    """Temperatures [C] around thin snow; both (lane,)."""

    base: Tensor  # at the base of soil layer 1 after the pass
    pack: Tensor  # of the pack's surface before the pass


class ThinStores(NamedTuple):
    """Water of thin snow; both (lane,) [m]."""

    water: Tensor  # water equivalent
    liquid: Tensor


def thin_snow(
    packed: GroundSnow, under: Air, setting: Setting, start: ThinStart, options: PassOptions
) -> GroundSnow:
    """Sublimate and refreeze the lanes of `packed.thin`, with VIC's units.

    Vapour uses the density of ice. Melt happens only at exactly 0 C; VIC adds its metres to
    millimetres of water, so that nearly all of it is lost, and leaves more liquid than snow where
    liquid melts. To `conserve` water, all of it reaches the soil.

    Args:
        packed: the ground after `ground_snow`.
        under: the air below the vegetation.
        setting: of the model step.
        start: temperatures of soil and pack.
        options: length of the pass and choices.
    """
    snow, thin = packed.surface, packed.thin
    vapour = _vapour(under, setting)
    refreezing = _refreezing(packed, under, setting, vapour, start, options.seconds)
    gained = torch.maximum(vapour * options.seconds / c.ICE_DENSITY, -snow.snow_water)
    stores = ThinStores(snow.snow_water + gained, (snow.surface_water + gained).clamp(min=0))
    melt, liquid = _exchanged(stores, refreezing, options.seconds)
    released, reported = packed.water + torch.where(thin, melt, 0.0), melt
    if options.conserve:
        liquid = torch.minimum(liquid, stores.water - melt)
        released = packed.water + torch.where(thin, melt * 1000.0, 0.0)
        reported = packed.melt + melt * 1000.0
    if options.with_energy:
        packed = _with_heat(packed, under, vapour)
    left = ThinStores(stores.water - melt, liquid)
    return packed._replace(
        surface=_thinned(snow, thin, left, under.temperature.clamp(max=0)),
        water=released,
        melt=torch.where(thin, reported, packed.melt),
        sublimation=torch.where(thin, -gained, packed.sublimation),
    )


class ThinMelt(NamedTuple):
    """Thin snow after freezing or melting; both (lane,) [m]."""

    melt: Tensor
    liquid: Tensor  # that is left in the snow


def _exchanged(stores: ThinStores, refreezing: Tensor, seconds: float) -> ThinMelt:
    """Freeze liquid, or melt snow where the energy of `refreezing` [W m-2] is negative."""
    exchanged = refreezing.abs() / (c.LATENT_HEAT_FUSION * c.WATER_DENSITY) * seconds
    freezes, liquid = refreezing >= 0, stores.liquid
    liquid = torch.where(freezes, liquid - torch.minimum(exchanged, liquid), liquid)
    return ThinMelt(torch.where(freezes, 0.0, torch.minimum(exchanged, stores.water)), liquid)


def _with_heat(packed: GroundSnow, under: Air, vapour: Tensor) -> GroundSnow:
    """The ground with the heat of the `vapour` [kg m-2 s-1] of thin snow, at air temperature."""
    thin, warm = packed.thin, under.temperature >= 0
    latent = torch.where(warm, under.latent * vapour, 0.0)
    frozen = latent_heat_sublimation(under.temperature) * vapour
    return packed._replace(
        latent=torch.where(thin, latent, packed.latent),
        latent_of_ice=torch.where(thin, torch.where(warm, 0.0, frozen), packed.latent_of_ice),
        sensible=torch.where(thin, 0.0, packed.sensible),
    )


def _thinned(snow: Surface, thin: Tensor, left: ThinStores, temperature: Tensor) -> Surface:
    """State of the thin lanes with the water `left` at `temperature` [C], the others unchanged."""
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
    vapour: Tensor,
    start: ThinStart,
    seconds: float,
) -> Tensor:
    """Energy of refreezing [W m-2], negative for melt, which needs air at exactly 0 C."""
    snow, air = packed.surface, under.temperature
    available = snow.surface_water * c.LATENT_HEAT_FUSION * snow.snow_density / seconds
    at_zero = air == 0
    if not somewhere(at_zero):
        return available
    ground, after = setting.ground, SoilTemperatures(air, start.base)
    heat = ground_heat_flux(ground, air, start.base)
    heat = heat + heat_released(ground, snow.soil_temperatures, after, seconds)
    ice = snow.snow_water - snow.surface_water
    warming = c.ICE_HEAT_CAPACITY * ice * (0.0 - start.pack) / seconds
    balance = (
        heat
        + (1.0 - snow.snow_albedo) * under.shortwave
        + (under.longwave - under.emitted)
        + under.latent * vapour
        - warming
    )
    return torch.where(at_zero & (balance > -available), -balance, available)
