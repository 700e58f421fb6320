"""Roots of zones distributed over soil layers."""

import torch
from torch import Tensor

from paramscape.vic.processes.safe_math import in_order

SMALLEST_FRACTION = 1e-4


def layer_roots(zone_depth: Tensor, zone_fraction: Tensor, layer_depth: Tensor) -> Tensor:
    """Fraction of roots in each soil layer.

    Roots are uniform within a zone; what lies below the soil column counts to its last layer;
    fractions below 1e-4 become 0 and the rest is scaled to sum to 1. A class without roots at all
    keeps zeros.

    Args:
        zone_depth: (..., zone) thickness of the zones [m].
        zone_fraction: (..., zone) fraction of the roots in each.
        layer_depth: (..., layer) thickness of the layers [m]; leading axes broadcast.

    Returns:
        (..., layer).
    """
    bottom_zone, bottom = zone_depth.cumsum(-1), layer_depth.cumsum(-1)
    top_zone, top = _tops(bottom_zone), _tops(bottom)
    endless = torch.full_like(bottom[..., -1:], torch.inf)
    bottom = torch.cat([bottom[..., :-1], endless], -1)
    upper = torch.maximum(top[..., :, None], top_zone[..., None, :])
    lower = torch.minimum(bottom[..., :, None], bottom_zone[..., None, :])
    thickness = torch.where(zone_depth > 0, zone_depth, 1.0)
    density = torch.where(zone_depth > 0, zone_fraction / thickness, 0.0)
    within = lower - upper
    # Zones often end where a layer ends; maximum, unlike clamp, then gives the mean of both slopes.
    within = torch.maximum(within, torch.zeros_like(within))
    fraction = in_order(within * density[..., None, :])
    fraction = torch.where(fraction < SMALLEST_FRACTION, 0.0, fraction)
    total = in_order(fraction)[..., None]
    return torch.where(total > 0, fraction / torch.where(total > 0, total, 1.0), 0.0)


def _tops(bottom: Tensor) -> Tensor:
    """Depth of the upper boundaries of zones or layers, of that of the lower ones (..., zone)."""
    return torch.cat([torch.zeros_like(bottom[..., :1]), bottom[..., :-1]], -1)
