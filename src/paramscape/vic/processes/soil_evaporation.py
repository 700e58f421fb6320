"""Evaporation from soil that is partly saturated (ARNO; Francini and Pacciani 1991)."""

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.safe_math import power, to_the_last_digit


def unsaturated_share(wetness: Tensor, infilt: Tensor) -> Tensor:
    """Share of the infiltration capacity still free, s = (1 - w / W)^(1 / (1 + b)).

    Args:
        wetness: water over capacity, 0 to 1.
        infilt: shape b of the infiltration capacity curve (Wood et al. 1992).
    """
    return power(1.0 - wetness, 1.0 / (1.0 + infilt))


def evaporation_series(infilt: Tensor) -> Tensor:
    """Coefficients b / (b + k) of the series of `evaporation_fraction`, k from 30 down to 0.

    (k, lane) of b (lane,).
    """
    k = torch.arange(c.SOIL_EVAPORATION_TERMS, -1, -1, dtype=infilt.dtype, device=infilt.device)
    return infilt / (infilt + k[:, None])


def evaporation_fraction(
    share: Tensor, infilt: Tensor, coefficients: Tensor, capacity: Tensor
) -> Tensor:
    """Fraction of potential evaporation that a partly saturated soil gives.

    1 - s^b + s^b (1 - s) sum_{k=0..30} b s^k / (b + k). VIC truncates the series after 30 powers,
    which matters for dry soil, and so do we.

    Args:
        share: s of `unsaturated_share` for layer 1.
        infilt: b.
        coefficients: of the series, see `evaporation_series`.
        capacity: of layer 1 [mm]; only the last digit depends on it.
    """
    if to_the_last_digit(share):
        largest = (1.0 + infilt) * capacity
        return _by_powers(1.0 - largest * (1.0 - share) / largest, infilt)
    return _by_horner(share, infilt, coefficients)


def _by_powers(share: Tensor, infilt: Tensor) -> Tensor:
    """The fraction in VIC's order: from the unsaturated area back to s, and term by term."""
    dry = power(share, infilt)
    share = power(dry, 1.0 / infilt)
    total, term = torch.ones_like(share), torch.ones_like(share)
    for number in range(1, c.SOIL_EVAPORATION_TERMS + 1):
        term = term * share
        total = total + infilt * term / (infilt + float(number))
    wet = 1.0 - dry
    return torch.where(dry > 0, wet + (1.0 - wet) * (1.0 - share) * total, 1.0)


def _by_horner(share: Tensor, infilt: Tensor, coefficients: Tensor) -> Tensor:
    total = coefficients[0].expand_as(share)
    for coefficient in coefficients[1:].unbind(0):
        total = torch.addcmul(coefficient, total, share)
    dry = power(share, infilt)
    return 1.0 - dry + dry * (1.0 - share) * total


def limited_soil_evaporation(potential: Tensor, fraction: Tensor, available: Tensor) -> Tensor:
    """Soil evaporation [mm], at most the water `available` [mm]; condensation is not limited."""
    evaporation = fraction * potential
    return torch.where(
        evaporation > 0, torch.minimum(evaporation, available.clamp(min=0)), evaporation
    )
