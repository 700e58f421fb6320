"""Energy balance of the foliage of an overstory in the snow regime (Andreadis et al. 2009)."""

from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.aerodynamic import stability_factor
from paramscape.vic.processes.atmosphere import (
    emitted_longwave,
    latent_heat_sublimation,
    saturation_vapour_pressure,
)
from paramscape.vic.processes.brent import Bracket
from paramscape.vic.processes.canopy import CanopyBalance, canopy_balance
from paramscape.vic.processes.penman_monteith import Evaporative, penman_monteith
from paramscape.vic.processes.safe_math import quotient
from paramscape.vic.snow.options import PassOptions


class Foliage(NamedTuple):
    """Inputs of the foliage's energy balance; all (lane,), per unit of canopy."""

    snow: Tensor  # in the canopy [m]
    store: Tensor  # liquid before the step [m]
    rain: Tensor  # [m]
    capacity: Tensor  # [mm]
    fraction: Tensor  # covered by the canopy
    shortwave: Tensor  # absorbed [W m-2]
    longwave: Tensor  # from the sky [W m-2]
    longwave_up: Tensor  # from the ground [W m-2]
    temperature: Tensor  # of the air [C]
    density: Tensor  # of the air [kg m-3]
    pressure: Tensor  # [Pa]
    vapour_pressure: Tensor  # [Pa]
    slope: Tensor  # these five as in `Evaporative`
    psychrometric: Tensor
    latent: Tensor
    drying: Tensor
    deficit: Tensor
    architectural: Tensor  # resistance of the leaves [s m-1]
    resistance_ground: Tensor  # [s m-1]
    resistance_canopy: Tensor  # [s m-1]
    wind: Tensor  # in the canopy [m s-1]
    above_displacement: Tensor  # height of the wind measurement [m]
    roughness: Tensor  # [m]


class FoliageEnergy(NamedTuple):
    """Energy balance at a trial temperature."""

    residual: Tensor  # [W m-2]
    refreezing: Tensor  # energy of refreezing, negative for melt [W m-2]
    vapour: Tensor  # gained by the canopy's snow [m s-1]
    evaporation: Tensor  # of the canopy's water, where it has no snow [mm]
    store: Tensor  # the canopy's water after that [mm]
    throughfall: Tensor  # [mm]
    emitted: Tensor  # longwave to the ground [W m-2]
    resistance: Tensor  # aerodynamic, last used [s m-1]
    latent: Tensor  # heat of vaporization, or of sublimation where there is snow [W m-2]


SNOW_RESISTANCE = 10.0  # factor on the canopy's resistance while it holds snow


def foliage_energy(foliage: Foliage, surface: Tensor, seconds: float, scheme: str) -> FoliageEnergy:
    """Energy balance of foliage at `surface` [C].

    Evaporation of a canopy without snow enters with VIC's sign, which warms the foliage.

    Args:
        foliage: its surroundings.
        surface: trial temperature [C].
        seconds: length of the step.
        scheme: VIC's AERO_RESIST_CANSNOW.
    """
    snowy = foliage.snow > 0
    emitted = emitted_longwave(surface, c.CANOPY_EMISSIVITY)
    net = foliage.shortwave + foliage.longwave + foliage.longwave_up - 2.0 * emitted
    over = _resistances(foliage, surface, scheme)
    vapour = _vapour(foliage, surface, over.snow_vapour)
    wet = _evaporated(foliage, net, over.wet, seconds)
    sublimed = latent_heat_sublimation(surface) * vapour * 1000.0
    evaporated = foliage.latent * (wet.evaporation / (1000.0 * seconds) * foliage.fraction)
    resistance = torch.where(snowy, over.snow_heat, over.wet)
    sensible = c.AIR_HEAT_CAPACITY * foliage.density * (foliage.temperature - surface) / resistance
    advected = 4.188e6 * foliage.temperature * foliage.rain / seconds
    latent = torch.where(snowy, sublimed, evaporated * 1000.0)
    balance = sensible + latent + net + advected
    freezable = foliage.store * c.LATENT_HEAT_FUSION * c.WATER_DENSITY / seconds
    freezable = torch.where(snowy, freezable, 0.0)
    melts = snowy & (surface == 0) & (balance > -freezable)
    return FoliageEnergy(
        residual=torch.where(melts, 0.0, balance + freezable),
        refreezing=torch.where(melts, -balance, freezable),
        vapour=torch.where(snowy, vapour, 0.0),
        evaporation=torch.where(snowy, 0.0, wet.evaporation),
        store=wet.store,
        throughfall=wet.throughfall,
        emitted=emitted,
        resistance=resistance,
        latent=latent,
    )


class FoliageResistances(NamedTuple):
    """Aerodynamic resistances of a canopy [s m-1]; all (lane,)."""

    snow_vapour: Tensor  # for vapour over canopy snow
    snow_heat: Tensor  # for heat over canopy snow
    wet: Tensor  # of a canopy without snow


def _resistances(foliage: Foliage, surface: Tensor, scheme: str) -> FoliageResistances:
    """Resistances of a canopy whose foliage is at `surface` [C], by AERO_RESIST_CANSNOW."""
    canopy = foliage.resistance_canopy
    if scheme == "AR_410":
        factor = stability_factor(
            foliage.above_displacement,
            surface,
            foliage.temperature,
            foliage.wind,
            foliage.roughness,
        )
        stable = canopy / factor.clamp(min=1e-12)
        return FoliageResistances(stable, stable, canopy)
    rough = SNOW_RESISTANCE * canopy
    if scheme == "AR_406":
        return FoliageResistances(rough, rough / SNOW_RESISTANCE, foliage.resistance_ground)
    wet = canopy if scheme == "AR_406_FULL" else foliage.resistance_ground
    return FoliageResistances(rough, rough, wet)


def _vapour(foliage: Foliage, surface: Tensor, resistance: Tensor) -> Tensor:
    """Vapour flux to the canopy's snow [m s-1]."""
    gradient = foliage.vapour_pressure - saturation_vapour_pressure(surface)
    flux = (
        foliage.density * quotient(c.VAPOUR_TO_AIR_MASS, foliage.pressure) * gradient / resistance
    )
    flux = torch.where((foliage.deficit == 0) & (flux < 0), 0.0, flux)
    return flux / c.WATER_DENSITY


def _evaporated(foliage: Foliage, net: Tensor, resistance: Tensor, seconds: float) -> CanopyBalance:
    air = Evaporative(*(getattr(foliage, name) for name in Evaporative._fields))
    potential = penman_monteith(air, net, resistance, 0.0, foliage.architectural)
    store, rain = foliage.store * 1000.0, foliage.rain * 1000.0
    return canopy_balance(store, rain, foliage.capacity, potential, seconds)


class FoliageSolution(NamedTuple):
    """Foliage temperature (lane,) [C] and the energy balance there."""

    temperature: Tensor
    energy: FoliageEnergy


def solve_foliage(
    foliage: Foliage, start: Tensor, before: Tensor, snowing: Tensor, options: PassOptions
) -> FoliageSolution:
    """Foliage temperature that balances its energy.

    Where there is or falls snow, the foliage melts at 0 C or is colder; elsewhere it is within
    5 K of its temperature before.

    Args:
        foliage: its surroundings.
        start: (lane,) temperature that the bracket is centred on [C].
        before: (lane,) temperature of the pass before, kept where the balance has no root [C].
        snowing: (lane,) bool, snow in the canopy or falling into it.
        options: length of the pass and choices.
    """
    energy = partial(foliage_energy, seconds=options.seconds, scheme=options.scheme)

    def residual(problem: Foliage, surface: Tensor) -> Tensor:
        return energy(problem, surface).residual

    zero = torch.zeros_like(start)
    melting = snowing & (residual(foliage, zero) == 0)
    first, width = start.detach(), c.BRACKET_HALF_WIDTH
    bracket = Bracket(
        lower=torch.where(snowing, first.clamp(max=0) - width, first - width),
        upper=torch.where(snowing, 0.0, first + width),
        otherwise=before.detach(),
    )
    temperature = options.solve(residual, foliage, bracket, ~melting)
    return FoliageSolution(temperature, energy(foliage, temperature))
