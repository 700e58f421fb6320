"""Energy balance of the surface of a snowpack."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.aerodynamic import stability_factor
from paramscape.vic.processes.atmosphere import (
    emitted_longwave,
    latent_heat_sublimation,
    latent_heat_vaporization,
    saturation_vapour_pressure,
)
from paramscape.vic.processes.safe_math import quotient


class PackSurface(NamedTuple):
    """Inputs of the energy balance of a pack's surface; all (lane,)."""

    temperature: Tensor  # of the air [C]
    density: Tensor  # of the air [kg m-3]
    pressure: Tensor  # [Pa]
    vapour_pressure: Tensor  # [Pa]
    deficit: Tensor  # [Pa]
    shortwave: Tensor  # absorbed [W m-2]
    longwave: Tensor  # incoming [W m-2]
    rain_heat: Tensor  # [W m-2], counted for a melting surface only
    resistance: Tensor  # aerodynamic, neutral [s m-1]
    wind: Tensor  # [m s-1]
    roughness: Tensor  # [m]
    depth: Tensor  # [m]
    conducting: Tensor  # coefficient of conduction from the ground, 0 where there is none
    ground_temperature: Tensor  # [C]
    heat_capacity: Tensor  # of the surface layer [J m-2 K-1]
    old_temperature: Tensor  # of the pack's surface before the step [C]
    freezable: Tensor  # latent heat of the surface layer's liquid over the time step [W m-2]
    seconds: Tensor  # length of the step


class PackEnergy(NamedTuple):
    """Energy balance at a trial temperature."""

    residual: Tensor  # [W m-2]
    refreezing: Tensor  # energy of refreezing, negative for melt [W m-2]
    vapour: Tensor  # mass flux to the surface [kg m-2 s-1]
    net_longwave: Tensor  # [W m-2]
    latent: Tensor  # heat of the vapour [W m-2]
    sensible: Tensor  # [W m-2]


def pack_energy(pack: PackSurface, surface: Tensor) -> PackEnergy:
    """Energy balance of a pack whose surface is at `surface` [C].

    At 0 C, where energy is left after freezing nothing, the rest melts: the residual is 0 and
    `refreezing` takes it up. Conduction from the ground is divided by the time step and counted
    twice, as in VIC's program.
    """
    melting = surface == 0
    factor = stability_factor(
        c.REFERENCE_ROUGHNESS_HEIGHT + pack.roughness,
        surface,
        pack.temperature,
        pack.wind,
        pack.roughness,
    )
    resistance = pack.resistance / factor.clamp(min=1e-12)
    sensible = c.AIR_HEAT_CAPACITY * pack.density * (pack.temperature - surface) / resistance
    vapour = vapour_flux(pack, surface, resistance)
    heat = torch.where(
        surface >= 0,
        latent_heat_vaporization(pack.temperature),
        latent_heat_sublimation(surface),
    )
    net_longwave = pack.longwave - emitted_longwave(surface, c.SNOW_EMISSIVITY)
    rain = torch.where(melting, pack.rain_heat, 0.0)
    conduction = pack.conducting * (pack.ground_temperature - surface) / pack.depth / pack.seconds
    cold = pack.heat_capacity * (surface - pack.old_temperature) / pack.seconds - conduction
    latent = heat * vapour
    balance = pack.shortwave + net_longwave + sensible + latent + rain + conduction - cold
    melts = melting & (balance > -pack.freezable)
    return PackEnergy(
        residual=torch.where(melts, 0.0, balance + pack.freezable),
        refreezing=torch.where(melts, -balance, pack.freezable),
        vapour=vapour,
        net_longwave=net_longwave,
        latent=latent,
        sensible=sensible,
    )


def vapour_flux(pack: PackSurface, surface: Tensor, resistance: Tensor) -> Tensor:
    """Vapour flux to a snow surface at `surface` [C], negative for sublimation [kg m-2 s-1].

    Saturated air takes nothing up.
    """
    gradient = pack.vapour_pressure - saturation_vapour_pressure(surface)
    flux = pack.density * quotient(c.VAPOUR_TO_AIR_MASS, pack.pressure) * gradient / resistance
    return torch.where((pack.deficit == 0) & (flux < 0), 0.0, flux)


def pack_residual(pack: PackSurface, surface: Tensor) -> Tensor:
    """Residual [W m-2] of the energy balance at `surface` [C]."""
    return pack_energy(pack, surface).residual
