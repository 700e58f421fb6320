"""Tensor operations whose gradient stays finite where a plain formula divides by zero."""

import math
from collections.abc import Callable
from contextvars import ContextVar

import numpy as np
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


def to_the_last_digit(values: Tensor) -> bool:
    """Whether formulas that lose digits in single precision are to be VIC's own.

    In double precision they are, because its last digit decides some of VIC's choices; in single
    precision their stable equivalents are closer to VIC.
    """
    return values.dtype == torch.float64


def quotient(constant: float, divisor: Tensor) -> Tensor:
    """Divide a constant in one rounding; PyTorch multiplies it by the reciprocal, in two."""
    return torch.full_like(divisor, constant) / divisor


def over_wind(resistance: Tensor, wind: Tensor, still: float) -> Tensor:
    """Divide the resistance at unit wind by the wind; `still` [s m-1] where there is no wind."""
    moving = wind > 0
    return torch.where(moving, resistance / torch.where(moving, wind, 1.0), still)


def somewhere(condition: Tensor) -> bool:
    """Whether a condition holds in any lane; taken as possible while the physics is traced."""
    return TRACED.get() or bool(condition.any())


def exp(x: Tensor) -> Tensor:
    """e^x, in double precision to the last digit of the C library, as VIC has it."""
    return _as_in_c(torch.exp(x), math.exp, x)


def log(x: Tensor) -> Tensor:
    """Natural logarithm, in double precision to the last digit of the C library."""
    return _as_in_c(torch.log(x), math.log, x)


def exact_power(base: Tensor | float, exponent: Tensor | float) -> Tensor:
    """base^exponent, in double precision to the last digit of the C library."""
    return _as_in_c(base**exponent, math.pow, base, exponent)


def _as_in_c(result: Tensor, function: Callable[..., float], *arguments: Tensor | float) -> Tensor:
    """The result of PyTorch with the C library's last digit; the gradient is unchanged.

    For what is worked out once: element by element it is too slow for every step. Compiled steps
    call the C library themselves.
    """
    if TRACED.get() or result.dtype != torch.float64 or result.device.type != "cpu":
        return result
    with torch.no_grad():
        finite = torch.isfinite(result) & (result != 0)
        wide = [torch.as_tensor(a, dtype=result.dtype).expand_as(result) for a in arguments]
        exact = np.frompyfunc(function, len(wide), 1)(*(a[finite].numpy() for a in wide))
        change = torch.zeros_like(result)
        change[finite] = torch.as_tensor(exact.astype(float)) - result[finite]
    return result + change


def in_order(values: Tensor) -> Tensor:
    """Sum over the last axis, from its first entry to its last as VIC adds."""
    total = torch.zeros_like(values[..., 0])
    for part in values.unbind(-1):
        total = total + part
    return total
