"""Pilot fit of each cell; its residuals give the error model, its parameters are not used."""

from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.calibration.smoother.errors import Fit
from paramscape.calibration.smoother.sensitivity import LARGEST_SCORE, Generation, Simulate

_DIFFERENCE = 0.1  # of a normal score, for the derivatives
_DAMPINGS = (0.1, 1.0, 10.0)
_PRIOR = 0.1  # weight of the normal scores' squares: weak
_LARGEST_STEP = 1.0


@dataclass
class _Cells:
    """All cells' fits: scores (cell, parameter), series (day, cell), damping (cell,)."""

    scores: Tensor
    series: Tensor
    damping: Tensor


def pilot_fit(simulate: Simulate, observed: Tensor, first: Generation, steps: int) -> Fit:
    """Levenberg-Marquardt steps in each cell from its best member, by finite differences.

    Every step takes a run for each parameter's derivative and one for each of three dampings, of
    which each cell takes the best if it improves.

    Args:
        simulate: the simulator.
        observed: (day, cell), NaN where missing.
        first: members that were simulated already.
        steps: how many.
    """
    present = torch.isfinite(observed)
    target = observed.nan_to_num()

    def residuals(series: Tensor) -> Tensor:
        return (target - series.to(target)) * present

    squares = residuals(first.series).square().sum(-2)
    best = squares.argmin(0)
    cell = torch.arange(observed.shape[1], device=observed.device)
    now = _Cells(
        first.scores[best, cell].clamp(-LARGEST_SCORE, LARGEST_SCORE),
        first.series[best, :, cell].T.to(target),
        torch.ones_like(squares[0]),
    )
    variance = (residuals(now.series).square().sum(0) / present.sum(0).clamp(min=1)).clamp(
        min=1e-12
    )
    for _ in range(steps):
        slopes = _slopes(simulate, now) * present[..., None]
        _step(simulate, now, slopes, residuals, variance)
    left = torch.where(present, target - now.series, torch.full_like(target, torch.nan))
    return Fit(left, _slopes(simulate, now) * present[..., None])


def _slopes(simulate: Simulate, now: _Cells) -> Tensor:
    """Derivatives (day, cell, parameter), by steps towards the prior's middle."""
    count = now.scores.shape[1]
    change = -_DIFFERENCE * torch.sign(now.scores)
    change = torch.where(change == 0, torch.full_like(change, _DIFFERENCE), change)
    moved = now.scores[None] + torch.diag_embed(change).movedim(1, 0)
    series = simulate(moved).to(now.series)
    return torch.stack(
        [(series[place] - now.series) / change[:, place] for place in range(count)], -1
    )


def _step(simulate, now: _Cells, slopes: Tensor, residuals, variance: Tensor) -> None:
    """Try three dampings in every cell, and keep the best where it lowers the misfit."""

    def misfit(scores: Tensor, series: Tensor) -> Tensor:
        fit = residuals(series).square().sum(-2) / variance
        return fit + _PRIOR * scores.square().sum(-1)

    curvature = torch.einsum("tcp,tcq->cpq", slopes, slopes) / variance[:, None, None]
    slope = torch.einsum("tcp,tc->cp", slopes, residuals(now.series)) / variance[:, None]
    downhill = slope - _PRIOR * now.scores
    eye = torch.eye(slopes.shape[-1]).to(slopes)
    size = curvature.diagonal(dim1=1, dim2=2).mean(1).clamp(min=1e-9)
    tried = []
    for factor in _DAMPINGS:
        ridge = (_PRIOR + factor * now.damping * size)[:, None, None] * eye
        move = torch.linalg.solve(curvature + ridge, downhill)
        moved = now.scores + move.clamp(-_LARGEST_STEP, _LARGEST_STEP)
        tried.append(moved.clamp(-LARGEST_SCORE, LARGEST_SCORE))
    scores = torch.stack(tried)
    series = simulate(scores).to(now.series)
    before, after = misfit(now.scores, now.series), misfit(scores, series)
    best = after.argmin(0)
    cell = torch.arange(len(best), device=best.device)
    better = after[best, cell] < before
    now.scores = torch.where(better[:, None], scores[best, cell], now.scores)
    now.series = torch.where(better, series[best, :, cell].T, now.series)
    chosen = torch.tensor(_DAMPINGS).to(size)[best]
    now.damping = (now.damping * torch.where(better, chosen, torch.full_like(chosen, 10.0))).clamp(
        1e-6, 1e6
    )
