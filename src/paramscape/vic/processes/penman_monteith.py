"""The Penman-Monteith equation as VIC writes it, and the canopy resistance after Jarvis."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.atmosphere import latent_heat_vaporization, vapour_pressure_slope


class Evaporative(NamedTuple):
    """What of the air enters Penman-Monteith; all of one shape."""

    slope: Tensor  # of the saturation vapour pressure [Pa K-1]
    psychrometric: Tensor  # [Pa K-1]
    latent: Tensor  # heat of vaporization [J kg-1]
    drying: Tensor  # air density * heat capacity * vapour pressure deficit [J m-3 Pa K-1]
    deficit: Tensor  # vapour pressure deficit [Pa]


def evaporative(temperature: Tensor, elevation: Tensor, deficit: Tensor) -> Evaporative:
    """Gather the air's part of Penman-Monteith (Shuttleworth 1993).

    The pressure is that of a standard atmosphere at the cell's elevation, not of the forcing.

    Args:
        temperature: air temperature [C].
        elevation: of the cell [m].
        deficit: vapour pressure deficit [Pa], negative where the mean air is supersaturated.
    """
    kelvin = temperature + c.FREEZING_POINT + 0.5 * elevation * c.LAPSE_RATE
    scale_height = c.GAS_CONSTANT_DRY_AIR / c.GRAVITY * kelvin
    pressure = c.STANDARD_PRESSURE * torch.exp(-elevation / scale_height)
    latent = latent_heat_vaporization(temperature)
    density = 0.003486 * pressure / (275.0 + temperature)
    return Evaporative(
        slope=vapour_pressure_slope(temperature),
        psychrometric=1628.6 * pressure / latent,
        latent=latent,
        drying=density * c.AIR_HEAT_CAPACITY * deficit,
        deficit=deficit,
    )


def penman_monteith(
    air: Evaporative,
    radiation: Tensor,
    aerodynamic: Tensor,
    canopy: Tensor | float,
    architectural: Tensor | float,
) -> Tensor:
    """Evaporation rate [mm d-1].

    (slope R + rho c_p vpd / r_a) / (L (slope + gamma (1 + (r_c + r_arc) / r_a))), times a day's
    seconds. Negative rates (dew) survive only where the deficit is negative.

    Args:
        air: from `evaporative`.
        radiation: net radiation [W m-2].
        aerodynamic: resistance [s m-1], above zero.
        canopy: canopy resistance [s m-1].
        architectural: resistance of the leaf boundary [s m-1].
    """
    supply = air.slope * radiation + air.drying / aerodynamic
    resistance = 1.0 + (canopy + architectural) / aerodynamic
    demand = air.latent * (air.slope + air.psychrometric * resistance)
    rate = supply / demand * c.SECONDS_PER_DAY
    return torch.where((air.deficit >= 0) & (rate < 0), 0.0, rate)


class Leaf(NamedTuple):
    """Leaf traits that the canopy resistance depends on."""

    resistance: Tensor  # smallest stomatal resistance rmin [s m-1]
    light: Tensor  # RGL, solar radiation at which stomata begin to close [W m-2]
    area: Tensor  # leaf area of the covered part [m2 m-2]


def canopy_resistance(
    leaf: Leaf, shortwave: Tensor, temperature: Tensor, deficit: Tensor, moisture: Tensor | float
) -> Tensor:
    """Canopy resistance [s m-1], at most 5000.

    r_min / (LAI g_sm f_T f_v) f_D after Jarvis (1976) with the factors of Wigmosta et al. (1994).

    Args:
        leaf: leaf traits.
        shortwave: net shortwave radiation [W m-2].
        temperature: air temperature [C].
        deficit: vapour pressure deficit [Pa].
        moisture: soil moisture factor g_sm (0 to 1]; may have a leading axis of layers.
    """
    # Classes without stomata have no light limit either, and 0 / 0 would reach the gradient.
    closed = leaf.resistance == 0
    least = torch.where(closed, 1.0, leaf.resistance)
    light = shortwave / torch.where(closed, 1.0, leaf.light)
    bounded = least / c.LARGEST_CANOPY_RESISTANCE
    dark = (1.0 + light) / (light + bounded.clamp(min=1e-30))
    warmth = 0.08 * temperature - 0.0016 * temperature * temperature
    warmth = torch.where(warmth <= 0, 1e-10, warmth)
    dryness = (1.0 - deficit / c.VAPOUR_DEFICIT_CLOSURE).clamp(min=c.SMALLEST_VAPOUR_DEFICIT_FACTOR)
    area = torch.where(leaf.area > 0, leaf.area, 1.0)
    resistance = least / (area * moisture * warmth * dryness) * dark
    resistance = resistance.clamp(max=c.LARGEST_CANOPY_RESISTANCE)
    resistance = torch.where(leaf.area > 0, resistance, c.LARGEST_CANOPY_RESISTANCE)
    return torch.where(closed, 0.0, resistance)
