"""Tensor operations whose gradient stays finite where a plain formula divides by zero."""

from contextvars import ContextVar

import torch
from torch import Tensor

TRACED: ContextVar[bool] = ContextVar("TRACED", default=False)
"""Whether the physics is being written down for a compiler, for any values of the lanes."""


def power(base: Tensor, exponent: Tensor | float) -> Tensor:
    """Raise a number that may be zero (or negative by rounding) to a positive power.

    The result is 0 for base <= 0, and the gradient is 0 there: the slope of a root at zero is
    infinite, and a NaN behind `torch.where` would still reach the parameters.
    """
    floor = torch.finfo(base.dtype).eps ** 2
    return torch.where(base > 0, base.clamp(min=floor) ** exponent, 0.0)


def ratio(numerator: Tensor, denominator: Tensor, otherwise: float = 0.0) -> Tensor:
    """Divide where the denominator is not zero; `otherwise` elsewhere, without a gradient."""
    defined = denominator != 0
    return torch.where(defined, numerator / torch.where(defined, denominator, 1.0), otherwise)


def over_wind(resistance: Tensor, wind: Tensor, still: float) -> Tensor:
    """Divide the resistance at unit wind by the wind; `still` [s m-1] where there is no wind."""
    moving = wind > 0
    return torch.where(moving, resistance / torch.where(moving, wind, 1.0), still)


def somewhere(condition: Tensor) -> bool:
    """Whether a condition holds in any lane; taken as possible while the physics is traced."""
    return TRACED.get() or bool(condition.any())
