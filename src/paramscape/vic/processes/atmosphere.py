"""Properties of the air: vapour pressure, density, latent heats, and the phase of precipitation."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.safe_math import quotient


def saturation_vapour_pressure(temperature: Tensor) -> Tensor:
    """Saturation vapour pressure [Pa] over water, or over ice below freezing.

    e_s = 610.78 exp(17.269 T / (237.3 + T)), times 1 + 0.00972 T + 4.2e-5 T^2 for T < 0
    (Shuttleworth 1993). `temperature` is of any shape, in C. The arithmetic keeps VIC's order.
    """
    exponent = c.SATURATION_GROWTH * temperature / (c.SATURATION_OFFSET + temperature)
    over_water = c.SATURATION_PRESSURE * torch.exp(exponent)
    ice = 1.0 + 0.00972 * temperature + 0.000042 * temperature * temperature
    return torch.where(temperature < 0, over_water * ice, over_water) * 1000.0


def vapour_pressure_slope(temperature: Tensor) -> Tensor:
    """Slope [Pa K-1] of the saturation vapour pressure at `temperature` [C].

    17.269 * 237.3 / (237.3 + T)^2 * e_s(T); the slope of the ice factor is left out, as in VIC.
    """
    offset = c.SATURATION_OFFSET + temperature
    scale = c.SATURATION_GROWTH * c.SATURATION_OFFSET
    return quotient(scale, offset * offset) * saturation_vapour_pressure(temperature)


def air_density(temperature: Tensor, pressure: Tensor) -> Tensor:
    """Density of dry air [kg m-3] at `temperature` [C] and `pressure` [Pa]."""
    return pressure / (c.GAS_CONSTANT_DRY_AIR * (c.FREEZING_POINT + temperature))


def latent_heat_vaporization(temperature: Tensor) -> Tensor:
    """Latent heat of vaporization [J kg-1] at `temperature` [C]."""
    return 2.501e6 - 2361.0 * temperature


def latent_heat_sublimation(temperature: Tensor) -> Tensor:
    """Latent heat of sublimation [J kg-1] at `temperature` [C]."""
    return (677.0 - 0.07 * temperature) * c.JOULES_PER_CALORIE * 1000.0


def emitted_longwave(temperature: Tensor, emissivity: float) -> Tensor:
    """Longwave radiation [W m-2] emitted by ground, snow or foliage at `temperature` [C]."""
    kelvin = temperature + c.FREEZING_POINT
    return emissivity * c.STEFAN_BOLTZMANN * kelvin * kelvin * kelvin * kelvin


class PhaseRange(NamedTuple):
    """Air temperatures [C] below which all precipitation is snow, and above which all is rain."""

    all_snow_below: Tensor | float
    all_rain_above: Tensor | float


def rain_and_snow(
    temperature: Tensor, precipitation: Tensor, phases: PhaseRange, conserve: bool = False
) -> tuple[Tensor, Tensor]:
    """Split precipitation into rain and snow.

    Rain rises linearly with temperature, from none to all. Snowfall below 1e-5 mm is discarded, as
    in VIC; to `conserve` water, it falls as rain.

    Args:
        temperature: air temperature [C].
        precipitation: of the step [mm], same shape.
        phases: the ends of the rise; -0.5 and 0.5 C in VIC.

    Returns:
        Rain and snowfall [mm].
    """
    below, above = phases
    fraction = (temperature - below) / (above - below)
    rain = torch.where(temperature < above, fraction.clamp(min=0) * precipitation, precipitation)
    snow = precipitation - rain
    trace = snow < c.SNOWFALL_CUT
    if conserve:
        rain = torch.where(trace, precipitation, rain)
    return rain, torch.where(trace, 0.0, snow)
