"""Thermal properties of the soil and the ground heat flux below a prescribed surface."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes.safe_math import exact_power


class ThermalSoil(NamedTuple):
    """Constant thermal properties of soil layers; all of one shape."""

    depth: Tensor  # [m]
    solid_fraction: Tensor  # bulk over particle density
    porosity: Tensor
    dry_conductivity: Tensor  # [W m-1 K-1]
    saturated_conductivity: Tensor  # [W m-1 K-1]


def thermal_soil(depth: Tensor, bulk: Tensor, particle: Tensor, quartz: Tensor) -> ThermalSoil:
    """Thermal properties from texture (Johansen 1975, Farouki 1986).

    Args:
        depth: thickness of the layer [m].
        bulk: bulk density [kg m-3].
        particle: density of the particles [kg m-3].
        quartz: content of quartz, 0 to 1.
    """
    solid = bulk / particle
    porosity = 1.0 - solid
    other = torch.where(quartz < 0.2, torch.full_like(quartz, 3.0), 2.2)
    solids = exact_power(7.7, quartz) * exact_power(other, 1.0 - quartz)
    return ThermalSoil(
        depth=depth,
        solid_fraction=solid,
        porosity=porosity,
        dry_conductivity=(0.135 * bulk + 64.7) / (particle - 0.947 * bulk),
        saturated_conductivity=(exact_power(solids, 1.0 - porosity) * exact_power(0.57, porosity)),
    )


def conductivity(soil: ThermalSoil, moisture: Tensor) -> Tensor:
    """Thermal conductivity [W m-1 K-1] at volumetric `moisture` [m3 m-3]."""
    wet = moisture > 0
    saturation = torch.where(wet, moisture, 1.0) / soil.porosity
    kersten = 0.7 * torch.log10(saturation) + 1.0
    mixed = (soil.saturated_conductivity - soil.dry_conductivity) * kersten
    mixed = mixed + soil.dry_conductivity
    return torch.where(wet, torch.maximum(mixed, soil.dry_conductivity), soil.dry_conductivity)


def heat_capacity(soil: ThermalSoil, moisture: Tensor) -> Tensor:
    """Volumetric heat capacity [J m-3 K-1] at volumetric `moisture` [m3 m-3]."""
    air = 1.0 - (soil.solid_fraction + moisture)
    return 2.0e6 * soil.solid_fraction + 4.2e6 * moisture + 1.3e3 * air


class Ground(NamedTuple):
    """Inputs of the ground heat flux, fixed during a model step; all of shape (lane,)."""

    depth: Tensor  # of layer 1 [m]
    damping_depth: Tensor  # dp [m]
    decay: Tensor  # exp(-depth / damping_depth)
    growth: Tensor  # exp(depth / damping_depth)
    deep_temperature: Tensor  # [C]
    upper_conductivity: Tensor  # of layer 1 [W m-1 K-1]
    lower_conductivity: Tensor  # of layer 2 [W m-1 K-1]
    upper_capacity: Tensor  # of layer 1 [J m-3 K-1]
    lower_capacity: Tensor  # of layer 2 [J m-3 K-1]


class SoilTemperatures(NamedTuple):
    """Temperatures [C] at the top and the base of layer 1; both (lane,)."""

    surface: Tensor
    base: Tensor


def layer_base_temperature(ground: Ground, surface: Tensor, base: Tensor, seconds: float) -> Tensor:
    """Temperature [C] at the base of layer 1 after a step (Liang et al. 1999).

    Args:
        ground: thermal state of the lane.
        surface: prescribed surface temperature [C].
        base: temperature at the base of layer 1 before the step [C].
        seconds: length of the step.
    """
    d, decay = ground.depth, ground.decay
    k1, k2 = ground.upper_conductivity, ground.lower_conductivity
    c1 = ground.lower_capacity * ground.damping_depth / d * (1.0 - decay)
    c2 = -(1.0 - ground.growth) * decay
    c3 = k1 / d - k2 / d + k2 / d * decay
    gained = (
        k1 / 2.0 / d / d * surface
        + c1 / seconds * base
        + (2.0 * c2 - 1.0 + decay) * k2 / 2.0 / d / d * ground.deep_temperature
    )
    return gained / (c1 / seconds + k2 / d / d * c2 + c3 / 2.0 / d)


def ground_heat_flux(ground: Ground, surface: Tensor, base: Tensor) -> Tensor:
    """Heat flux to the surface [W m-2] through layers 1 and 2, before attenuation."""
    upper = ground.upper_conductivity / ground.depth * (base - surface)
    lower = (
        ground.lower_conductivity
        / ground.depth
        * (1.0 - ground.decay)
        * (ground.deep_temperature - base)
    )
    return (upper + lower) / 2.0


def heat_released(
    ground: Ground, before: SoilTemperatures, after: SoilTemperatures, seconds: float
) -> Tensor:
    """Heat [W m-2] that layer 1 releases while it cools from `before` to `after`.

    C (T_s + T_b - T_s' - T_b') d / (2 dt), of the mean temperature of the layer.
    """
    change = (before.surface + before.base) - (after.surface + after.base)
    return ground.upper_capacity * change * ground.depth / (2.0 * seconds)
