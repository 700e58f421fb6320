"""Aerodynamic resistances and wind speeds under, in and above the vegetation, at unit wind.

Shuttleworth (1993) for open ground, Storck's forest profile (DHSVM) for an overstory. Resistances
are divided by the wind of the model step and wind speeds multiplied by it.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.safe_math import exp, log

LOG_OFFSET = 1.0 / 0.63 - 1.0  # height above displacement, per unit of displacement


class Stand(NamedTuple):
    """The geometry of a vegetation; all of one shape, heights in m."""

    displacement: Tensor
    roughness: Tensor
    reference_height: Tensor  # of the wind measurement above this vegetation
    snow_roughness: Tensor
    wind_attenuation: Tensor
    trunk_ratio: Tensor
    overstory: Tensor  # bool

    @property
    def height(self) -> Tensor:
        """Height of the vegetation [m]."""
        return self.displacement / c.DISPLACEMENT_TO_HEIGHT


class Profile(NamedTuple):
    """Resistance [s m-1] and wind speed [m s-1] at unit wind over three surfaces."""

    resistance_ground: Tensor  # snow-free surface below the vegetation
    resistance_canopy: Tensor
    resistance_snow: Tensor
    wind_ground: Tensor
    wind_canopy: Tensor
    wind_snow: Tensor


def open_resistance(displacement: Tensor, roughness: Tensor) -> Tensor:
    """Resistance [s m-1] at unit wind of a surface without overstory; heights in m."""
    height = c.REFERENCE_ROUGHNESS_HEIGHT + LOG_OFFSET * displacement
    return log(height / roughness) * log(height / (0.1 * roughness)) / c.KARMAN**2


def open_profile(stand: Stand) -> Profile:
    """Resistances and wind speeds of vegetation without overstory."""
    resistance = open_resistance(stand.displacement, stand.roughness)
    above = log((stand.reference_height - stand.displacement) / stand.roughness)
    near = log((c.REFERENCE_ROUGHNESS_HEIGHT + stand.roughness) / stand.roughness)
    snow = log((c.REFERENCE_ROUGHNESS_HEIGHT + stand.snow_roughness) / stand.snow_roughness)
    snow_above = log(stand.reference_height / stand.snow_roughness)
    return Profile(
        resistance_ground=resistance,
        resistance_canopy=resistance,
        resistance_snow=snow * snow_above / c.KARMAN**2,
        wind_ground=near / above,
        wind_canopy=near / above,
        wind_snow=snow / snow_above,
    )


def forest_profile(stand: Stand) -> Profile:
    """Resistances and wind speeds of an overstory: logarithmic, exponential, logarithmic.

    The canopy is exponential between the trunk space and the height of the trees, with a
    transition layer above it (Storck et al. 2002).
    """
    d, z0, h, attenuation = (
        stand.displacement,
        stand.roughness,
        stand.height,
        stand.wind_attenuation,
    )
    transition = 1.5 * h - 0.5 * d
    above = log((stand.reference_height - d) / z0)
    within = exp(attenuation * (1.0 - (d + z0) / h)) - 1.0
    resistance_canopy = (above / c.KARMAN**2) * (
        h / (attenuation * (transition - d)) * within
        + (transition - h) / (transition - d)
        + log((stand.reference_height - d) / (transition - d))
    )
    wind_transition = log((transition - d) / z0) / above
    wind_top = wind_transition - (1.0 - (h - d) / (transition - d)) / above
    resistance_snow, wind_snow = _below_trees(stand, transition, above, wind_top)
    return Profile(
        resistance_ground=open_resistance(d, z0),
        resistance_canopy=resistance_canopy,
        resistance_snow=resistance_snow,
        wind_ground=log((c.REFERENCE_ROUGHNESS_HEIGHT + z0) / z0) / above,
        wind_canopy=wind_top * exp(attenuation * ((z0 + d) / h - 1.0)),
        wind_snow=wind_snow,
    )


def _below_trees(
    stand: Stand, transition: Tensor, above: Tensor, wind_top: Tensor
) -> tuple[Tensor, Tensor]:
    """Resistance and wind of snow below trees; three cases by the height of the trunk space."""
    h, z0s, attenuation = stand.height, stand.snow_roughness, stand.wind_attenuation
    trunk = stand.trunk_ratio * h
    top = c.REFERENCE_ROUGHNESS_HEIGHT + z0s
    wind_trunk = wind_top * exp(attenuation * (trunk / h - 1.0))
    layer = log(trunk / z0s)
    near = log(top / z0s)
    scale = h * above / (attenuation * c.KARMAN**2 * (transition - stand.displacement))
    from_trunk = exp(attenuation * (1.0 - trunk / h))
    below = layer * layer / (c.KARMAN**2 * wind_trunk)
    in_trunks = trunk > top
    in_canopy = h > top
    resistance = torch.where(
        in_trunks,
        near * layer / (c.KARMAN**2 * wind_trunk),
        below
        + scale * (from_trunk - torch.where(in_canopy, exp(attenuation * (1.0 - top / h)), 1.0)),
    )
    wind_in_canopy = wind_top * exp(attenuation * (top / h - 1.0))
    wind = torch.where(
        in_trunks, wind_trunk * near / layer, torch.where(in_canopy, wind_in_canopy, wind_top)
    )
    return resistance, wind


def profile(stand: Stand) -> Profile:
    """Resistances and wind speeds of each stand at unit wind.

    Args:
        stand: of any one shape. An overstory needs displacement > 0; elsewhere the forest's
            formulas are evaluated on a stand-in, so that no gradient becomes NaN.
    """
    trees = stand.overstory
    safe = stand._replace(
        displacement=torch.where(trees, stand.displacement, 6.7),
        roughness=torch.where(trees, stand.roughness, 1.23),
        reference_height=torch.where(trees, stand.reference_height, 30.0),
        wind_attenuation=torch.where(trees, stand.wind_attenuation, 0.5),
        trunk_ratio=torch.where(trees, stand.trunk_ratio, 0.2),
    )
    forest, ground = forest_profile(safe), open_profile(stand)
    return Profile(*(torch.where(trees, a, b) for a, b in zip(forest, ground, strict=True)))


def stability_factor(
    height: Tensor, surface: Tensor, air: Tensor, wind: Tensor, roughness: Tensor
) -> Tensor:
    """Factor by which thermal stability divides the resistance.

    (1 - Ri / 0.2)^2 in stable and sqrt(1 - 16 Ri) in unstable air, with the bulk Richardson
    number limited on both sides; 1 where the temperatures are equal.

    Args:
        height: of measurement above the displacement height [m].
        surface: surface temperature [C].
        air: air temperature [C].
        wind: wind speed [m s-1]; 0 gives a factor of 1.
        roughness: roughness length [m].
    """
    moving = wind > 0
    speed = torch.where(moving, wind, 1.0)
    mean = ((air + c.FREEZING_POINT) + (surface + c.FREEZING_POINT)) / 2.0
    number = c.GRAVITY * (air - surface) * height / (mean * speed * speed)
    limit = (air + c.FREEZING_POINT) / (mean * (torch.log(height / roughness) + 5.0))
    number = torch.minimum(number, limit)
    stable = (1.0 - number.clamp(min=0) / c.CRITICAL_RICHARDSON) ** 2
    unstable = torch.sqrt(1.0 - 16.0 * number.clamp(min=c.LOWEST_RICHARDSON, max=0))
    factor = torch.where(number > 0, stable, unstable)
    return torch.where(moving & (air != surface), factor, 1.0)
