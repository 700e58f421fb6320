"""Joint EOF similarity of simulated and observed maps (Koch et al., 2015)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paramscape.metrics._grid import DailyScore, Field, Mask, as_pair, mean_of_scored
from paramscape.metrics.patterns import enough_cells, too_few_cells


@dataclass(frozen=True)
class EofSimilarity(DailyScore):
    """Joint EOF similarity; 0 is perfect, lower is better.

    Attributes:
        per_day: (time,) score of each day, NaN on days that were left out.
        mean: mean over the days used.
        scaled: mean x sqrt(2T), T the days used, which can be compared between periods.
        days: (time,) days used.
        cells: (lat, lon) cells used.
        not_scored: why the observations do not allow a score, which is NaN then; else empty.
    """

    scaled: float
    days: Mask
    cells: Mask
    not_scored: str = ""


def joint_eof_similarity(
    simulated: ArrayLike,
    observed: ArrayLike,
    mask: ArrayLike,
    *,
    min_coverage: float = 0.9,
) -> EofSimilarity:
    """Compare the loadings of simulated and observed maps in their common EOFs.

    Each map loses its own spatial mean; F = [O | S], cell x 2T, is decomposed into U Sigma V';
    mode i weighs w_i = sigma_i^2 / sum sigma^2; the score of day t is
    sum_i w_i |V[T + t, i] - V[t, i]| over all modes: equation (8) of the GAN-PO paper, from
    Koch et al. (2015). Columns of V have unit norm, so that values shrink as 1 / sqrt(2T):
    compare `mean` between equally long periods only, or use `scaled`. All cells have
    the same weight, regardless of their area.

    The decomposition needs complete maps. Which days and cells take part depends on the
    observations alone, and is therefore the same for every method: cells never observed leave;
    then days on which fewer than `min_coverage` of the remaining cells are observed; then cells
    with a gap on any day that is left. Where that leaves too few cells (see `patterns`), the days
    on which every remaining cell is observed are used. Where there is no such day either, nothing
    is scored.

    Args:
        simulated: (time, lat, lon) simulation. NaN where day and cell take part makes every day
            NaN, because the modes are shared.
        observed: (time, lat, lon) observation in the same unit, NaN where missing.
        mask: (lat, lon) active cells.
        min_coverage: share of the observed cells that a day must have [1].

    Raises:
        ValueError: shapes differ.
    """
    simulated, observed, active = as_pair(simulated, observed, mask, dims=("time", "lat", "lon"))
    days, cells = _complete(~np.isnan(observed), active, min_coverage)
    per_day = np.full(len(observed), np.nan)
    if reason := _incomplete(~np.isnan(observed), days, cells, active):
        return EofSimilarity(per_day, np.nan, np.nan, days, cells, reason)
    per_day[days] = _loading_distance(simulated[days][:, cells], observed[days][:, cells])
    mean = mean_of_scored(per_day, days)
    scaled = mean * np.sqrt(2 * days.sum())
    return EofSimilarity(per_day=per_day, mean=mean, scaled=float(scaled), days=days, cells=cells)


def _complete(present: Mask, active: Mask, min_coverage: float) -> tuple[Mask, Mask]:
    """Choose days (time,) and cells (lat, lon) without gaps from `present` (time, lat, lon)."""
    ever = present.any(axis=0)
    coverage = present[:, ever].sum(axis=1) / max(ever.sum(), 1)
    for least in (min_coverage, 1.0):
        days = (coverage >= least) & (coverage > 0)
        cells = present[days].all(axis=0) & ever
        if days.any() and enough_cells(cells.sum(), active.sum()):
            break
    return days, cells


def _incomplete(present: Mask, days: Mask, cells: Mask, active: Mask) -> str:
    """Why the chosen days and cells do not allow a score; empty where they do."""
    ever = present.any(axis=0).sum()
    if reason := too_few_cells(int(ever), int(active.sum())):
        return reason
    if not days.any():
        return f"on none of {days.size} days are all of the {ever} observed cells observed"
    return too_few_cells(int(cells.sum()), int(active.sum()))


def _loading_distance(simulated: Field, observed: Field) -> Field:
    """Weighted distance of loadings per day; both maps are (day, cell)."""
    if np.isnan(simulated).any():
        return np.full(len(observed), np.nan)
    maps = np.concatenate([observed, simulated])
    patterns = maps - maps.mean(axis=1, keepdims=True)
    loadings, singular, _ = np.linalg.svd(patterns, full_matrices=False)
    variance = singular**2
    # Flat maps have no pattern: what is left of them after centring is rounding.
    if variance.sum() <= 1e-20 * (maps**2).sum():
        return np.full(len(observed), np.nan)
    loads_observed, loads_simulated = np.split(loadings, 2)
    return np.abs(loads_simulated - loads_observed) @ (variance / variance.sum())
