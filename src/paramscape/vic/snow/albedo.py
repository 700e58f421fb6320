"""Ageing of the snow's albedo and density."""

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.safe_math import ratio

MILLIMETRES_PER_INCH = 25.4
INCHES_PER_METRE = 1000.0 / MILLIMETRES_PER_INCH


def aged_albedo(
    age: Tensor,
    snow: Tensor,
    cold_content: Tensor,
    melting: Tensor,
    seconds: float,
    new: Tensor | float = c.NEW_SNOW_ALBEDO,
) -> Tensor:
    """Albedo of snow that has not been snowed upon in this step.

    new * 0.94^(days^0.58) while the pack accumulates and new * 0.82^(days^0.46) while it melts.

    Args:
        age: [snow steps], at least 1.
        snow: from the canopy in this step [mm].
        cold_content: of the surface layer before the step [J m-2].
        melting: 1 in the melt season.
        seconds: length of the step.
        new: albedo of new snow.
    """
    days = (age * seconds / c.SECONDS_PER_DAY).clamp(min=1e-6)
    base, exponent = c.ACCUMULATING_ALBEDO
    accumulating = new * base ** (days**exponent)
    base, exponent = c.THAWING_ALBEDO
    thawing = new * base ** (days**exponent)
    cold = cold_content < 0
    aged = torch.where(cold & (melting == 0), accumulating, thawing)
    return torch.where(cold & (snow > c.TRACE_SNOW), new, aged)


def new_snow_density(temperature: Tensor) -> Tensor:
    """Density of falling snow [kg m-3] by air temperature [C] (Bras 1990)."""
    fahrenheit = temperature * 9.0 / 5.0 + 32.0
    scaled = fahrenheit / c.NEW_DENSITY_SCALE
    density = c.NEW_SNOW_DENSITY + 1000.0 * scaled * scaled
    density = torch.where(fahrenheit > 0, density, c.NEW_SNOW_DENSITY)
    return density.clamp(max=c.LARGEST_NEW_DENSITY)


def compacted_density(
    depth: Tensor, water: Tensor, snow: Tensor, new_density: Tensor, surface: Tensor, seconds: float
) -> Tensor:
    """Density [kg m-3] after new snow has settled on the pack and the pack has aged (Bras 1990).

    Args:
        depth: of the pack before the step [m].
        water: water equivalent before the step [m].
        snow: new [mm].
        new_density: of the new snow [kg m-3].
        surface: temperature of the pack's surface [C].
        seconds: length of the step.
    """
    snowing, lying = snow > 0, depth > 0
    inches = depth.clamp(min=1e-12) * INCHES_PER_METRE
    load = ratio(snow / MILLIMETRES_PER_INCH * inches, water * INCHES_PER_METRE)
    settled = load * (inches / c.SETTLING_SCALE) ** c.SETTLING_EXPONENT / INCHES_PER_METRE
    settled = torch.minimum(settled, c.LARGEST_COMPACTION * depth)
    on_pack = depth - settled + snow / new_density
    mass = water + torch.where(snowing, snow / 1000.0, 0.0)
    on_ground = 1000.0 * mass / new_density
    depth = torch.where(snowing, torch.where(lying, on_pack, on_ground), depth)
    density = ratio(1000.0 * mass, depth)
    density = torch.where(snowing & ~lying, new_density, density)
    overburden = 0.5 * c.GRAVITY * c.WATER_DENSITY * mass
    warmth = (surface + c.FREEZING_POINT) - c.FREEZING_POINT  # VIC goes by way of kelvin
    stiffness = c.SNOW_VISCOSITY * torch.exp(
        -c.VISCOSITY_TEMPERATURE * warmth + c.VISCOSITY_DENSITY * density.clamp(max=2000.0)
    )
    squeezed = torch.minimum(overburden / stiffness * depth * seconds, c.LARGEST_COMPACTION * depth)
    return ratio(1000.0 * mass, depth - squeezed)
