"""Brent's root finder on many lanes at once, with VIC's bracket, tolerance and update rules."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes.lanes import pick

WIDENING = 10.0  # [K]
WIDENINGS = 5
TOLERANCE = 1e-7  # [K]
ITERATIONS = 100


class Iterates(NamedTuple):
    """Brent's iterates: best, previous, opposite end, and the last two steps."""

    a: Tensor
    b: Tensor
    c: Tensor
    fa: Tensor
    fb: Tensor
    fc: Tensor
    d: Tensor
    e: Tensor


@torch.no_grad()
def brent_root(
    residual: Callable[[NamedTuple, Tensor], Tensor],
    problem: NamedTuple,
    lower: Tensor,
    upper: Tensor,
    otherwise: Tensor,
) -> Tensor:
    """Find a root of `residual(problem, x)` between `lower` and `upper` in every lane.

    The bracket is widened by 10 K to both sides up to five times where the residual does not
    change its sign; where it still does not, the result is `otherwise`. The rules are those of
    Brent (1973), so that of several roots the same one is found as in VIC. No gradient: see
    `with_implicit_gradient`.

    Args:
        residual: function of a record of (lane,) tensors and of (lane,) points.
        problem: that record.
        lower: (lane,). upper: (lane,). otherwise: (lane,).
    """
    now = _widened(residual, problem, lower, upper)
    found = (now.fa * now.fb) < 0
    result = torch.where(found, now.b, otherwise)
    lanes = torch.nonzero(found).squeeze(1)
    problem = pick(problem, lanes)
    now = Iterates(*(v[lanes] for v in now))
    for _ in range(ITERATIONS):
        now = _ordered(now)
        open_ = _open(now)
        result = result.index_copy(0, lanes, now.b)
        if not open_.any():
            break
        if not open_.all():
            keep = torch.nonzero(open_).squeeze(1)
            lanes, problem = lanes[keep], pick(problem, keep)
            now = Iterates(*(v[keep] for v in now))
        now = _stepped(now)
        now = now._replace(fb=residual(problem, now.b))
    return result


def _widened(
    residual: Callable[[NamedTuple, Tensor], Tensor],
    problem: NamedTuple,
    lower: Tensor,
    upper: Tensor,
) -> Iterates:
    """First iterates: the bracket, widened where the residual does not change its sign."""
    a, b = lower, upper
    fa, fb = residual(problem, a), residual(problem, b)
    for _ in range(WIDENINGS):
        same_sign = (fa * fb) >= 0
        if not same_sign.any():
            break
        a = torch.where(same_sign, a - WIDENING, a)
        b = torch.where(same_sign, b + WIDENING, b)
        fa, fb = residual(problem, a), residual(problem, b)
    return Iterates(a=a, b=b, c=b, fa=fa, fb=fb, fc=fb, d=b - a, e=b - a)


def _ordered(now: Iterates) -> Iterates:
    """Make b and c enclose the root, and b the better of the two."""
    reset = (now.fb * now.fc) > 0
    step = now.b - now.a
    a, b, fa, fb = now.a, now.b, now.fa, now.fb
    c, fc = torch.where(reset, a, now.c), torch.where(reset, fa, now.fc)
    d, e = torch.where(reset, step, now.d), torch.where(reset, step, now.e)
    swap = fc.abs() < fb.abs()
    return Iterates(
        a=torch.where(swap, b, a),
        b=torch.where(swap, c, b),
        c=torch.where(swap, b, c),
        fa=torch.where(swap, fb, fa),
        fb=torch.where(swap, fc, fb),
        fc=torch.where(swap, fb, fc),
        d=d,
        e=e,
    )


class BrentStep(NamedTuple):
    """One iteration, but for the residual `fb` at the new point `b` of `after`."""

    after: Iterates
    best: Tensor  # the best point so far (lane,)
    goes_on: Tensor  # bool (lane,): the root is not found yet


def brent_step(now: Iterates) -> BrentStep:
    """One iteration without its residual, which the caller evaluates."""
    now = _ordered(now)
    return BrentStep(_stepped(now), now.b, _open(now))


def _tolerance(now: Iterates) -> Tensor:
    return 2.0 * torch.finfo(now.b.dtype).eps * now.b.abs() + TOLERANCE


def _open(now: Iterates) -> Tensor:
    middle = 0.5 * (now.c - now.b)
    return ~((middle.abs() <= _tolerance(now)) | (now.fb == 0))


def _stepped(now: Iterates) -> Iterates:
    """Take an interpolated step where it is safe, and bisect elsewhere."""
    a, b, c, fa, fb, fc, d, e = now
    middle, tolerance = 0.5 * (c - b), _tolerance(now)
    bisect = (e.abs() < tolerance) | (fa.abs() <= fb.abs())
    s = fb / torch.where(fa == 0, 1.0, fa)
    q, r = fa / torch.where(fc == 0, 1.0, fc), fb / torch.where(fc == 0, 1.0, fc)
    secant = a == c
    p = torch.where(
        secant,
        2.0 * middle * s,
        s * (2.0 * middle * q * (q - r) - (b - a) * (r - 1.0)),
    )
    q = torch.where(secant, 1.0 - s, (q - 1.0) * (r - 1.0) * (s - 1.0))
    q, p = torch.where(p > 0, -q, q), p.abs()
    short = 2.0 * p < 3.0 * middle * q - (tolerance * q).abs()
    shrinking = p < (0.5 * e * q).abs()
    take = ~bisect & short & shrinking
    e = torch.where(take, d, middle)
    d = torch.where(take, p / torch.where(q == 0, 1.0, q), middle)
    least = torch.where(middle > 0, tolerance, -tolerance)
    return now._replace(a=b, fa=fb, b=b + torch.where(d.abs() > tolerance, d, least), d=d, e=e)


class Bracket(NamedTuple):
    """Where a root is looked for, and what stands for it where there is none; all (lane,)."""

    lower: Tensor
    upper: Tensor
    otherwise: Tensor


Residual = Callable[[NamedTuple, Tensor], Tensor]
Solver = Callable[[Residual, NamedTuple, Bracket, Tensor], Tensor]


def solve_by_brent(
    residual: Residual, problem: NamedTuple, bracket: Bracket, where: Tensor
) -> Tensor:
    """Find the root in the lanes of `where` (bool), with its gradient; 0 in the others."""
    lanes = torch.nonzero(where).squeeze(1)
    if not lanes.shape[0]:
        return torch.zeros_like(bracket.otherwise)
    problem, bracket = pick(problem, lanes), pick(bracket, lanes)
    root = brent_root(residual, problem, *bracket)
    if torch.is_grad_enabled() and any(value.requires_grad for value in problem):
        root = with_implicit_gradient(residual, problem, root)
    return root.new_zeros(where.shape).index_copy(0, lanes, root)


SMALLEST_SLOPE = 0.1  # [W m-2 K-1], where two roots merge the true slope is 0


def with_implicit_gradient(
    residual: Callable[[NamedTuple, Tensor], Tensor], problem: NamedTuple, root: Tensor
) -> Tensor:
    """Attach to a root the gradient with respect to everything in `problem`.

    By the implicit function theorem dx = -(df / dproblem) / (df / dx). The value is unchanged.
    """
    value = residual(problem, root)
    with torch.no_grad():
        # Narrow, for the stability factor has a kink where surface and air are equally warm.
        width = 1e-6 if root.dtype == torch.float64 else 2e-2
        slope = residual(problem, root + width) - residual(problem, root - width)
        slope = slope / (2.0 * width)
        flat = slope.abs() < SMALLEST_SLOPE
        slope = torch.where(flat, SMALLEST_SLOPE * (2.0 * (slope > 0) - 1.0), slope)
    return root - (value - value.detach()) / slope
