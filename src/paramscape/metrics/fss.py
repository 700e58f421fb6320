"""Fractions skill score of maps under a mask (Roberts and Lean, 2008)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import convolve1d

from paramscape.metrics._grid import Field, Mask, as_pair

PERCENTILES = (5, 10, 20, 80, 90, 95)
WINDOWS = (1, 3, 5, 7, 9, 11, 13, 15, 17)


def fractions_skill_score(
    simulated: ArrayLike,
    observed: ArrayLike,
    mask: ArrayLike,
    *,
    percentile: float,
    window: int,
) -> float:
    """Fractions skill score of one map; 1 is perfect, 0 is a complete mismatch.

    Each field is cut at its own percentile, so that a bias does not count: values at or below it
    are events for percentiles under 50, values at or above it otherwise. The fraction of a cell
    is the share of events among the observed cells of a window x window square around it, and
    FSS = 1 - sum (O - S)^2 / (sum O^2 + sum S^2) over observed cells: equation (9) of the
    GAN-PO paper, from Roberts and Lean (2008).

    Args:
        simulated: (lat, lon) simulation, usually the mean over the scored period.
        observed: (lat, lon) observation, NaN where missing; such cells are left out.
        mask: (lat, lon) active cells.
        percentile: cut, above 0 and below 100, other than 50 [%].
        window: side of the square in cells, odd.

    Returns:
        The score; NaN without observations, and where the simulation is NaN in a cell with one.

    Raises:
        ValueError: shapes differ, or percentile or window are outside their range.
    """
    return float(
        fss_curves(simulated, observed, mask, percentiles=(percentile,), windows=(window,))[0, 0]
    )


def fss_curves(
    simulated: ArrayLike,
    observed: ArrayLike,
    mask: ArrayLike,
    *,
    percentiles: Sequence[float] = PERCENTILES,
    windows: Sequence[int] = WINDOWS,
) -> Field:
    """Fractions skill scores (percentile, window) of one map; see `fractions_skill_score`."""
    simulated, observed, _ = as_pair(simulated, observed, mask, dims=("lat", "lon"))
    for percentile in percentiles:
        _check_percentile(percentile)
    for window in windows:
        _check_window(window)
    present = ~np.isnan(observed)
    out = np.full((len(percentiles), len(windows)), np.nan)
    if not present.any() or np.isnan(simulated[present]).any():
        return out
    for row, percentile in enumerate(percentiles):
        events_s = _events(simulated, present, percentile)
        events_o = _events(observed, present, percentile)
        for column, window in enumerate(windows):
            cells = _box_sum(present, window)[present]
            fraction_s = _box_sum(events_s, window)[present] / cells
            fraction_o = _box_sum(events_o, window)[present] / cells
            mismatch = ((fraction_o - fraction_s) ** 2).sum()
            out[row, column] = 1 - mismatch / ((fraction_o**2).sum() + (fraction_s**2).sum())
    return out


def _events(field: Field, present: Mask, percentile: float) -> Mask:
    """Cells of the tail that the percentile cuts off."""
    # `lower` and `higher` cut at a value of the field: the events are those of a cut between two
    # values, but rounding cannot move a cell across it.
    if percentile < 50:
        cut = np.percentile(field[present], percentile, method="lower")
        return present & (field <= cut)
    cut = np.percentile(field[present], percentile, method="higher")
    return present & (field >= cut)


def _box_sum(cells: Mask, window: int) -> Field:
    """Number of true cells in the square around each cell; nothing lies beyond the grid."""
    ones = np.ones(window)
    rows = convolve1d(cells.astype(np.float64), ones, axis=0, mode="constant")
    return convolve1d(rows, ones, axis=1, mode="constant")


def _check_percentile(percentile: float) -> None:
    if not 0 < percentile < 100 or percentile == 50:
        raise ValueError(
            "A percentile lies between 0 and 100 and is not 50, below which events are low and "
            f"above which high; got {percentile}."
        )


def _check_window(window: int) -> None:
    if window < 1 or window % 2 != 1:
        raise ValueError(f"A window is an odd number of cells, at least 1; got {window}.")
