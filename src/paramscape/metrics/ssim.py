"""Structural similarity of maps under a mask (Wang et al., 2004)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import gaussian_filter

from paramscape.metrics._grid import DailyScore, Field, Mask, as_pair, mean_of_scored

_SIGMA = 1.5
_TRUNCATE = 3.5
_K1, _K2 = 0.01, 0.03


def observed_range(observed: ArrayLike, mask: ArrayLike) -> float:
    """Range of the observations (time, lat, lon) in active cells, in the field's unit.

    Take it once over the scored period and use it for every method. 0 without observations, and
    where they do not vary: SSIM is not defined then.

    Raises:
        ValueError: shapes differ.
    """
    _, observed, _ = as_pair(observed, observed, mask, dims=("time", "lat", "lon"))
    present = observed[~np.isnan(observed)]
    return float(np.ptp(present)) if present.size else 0.0


def ssim_map(
    simulated: ArrayLike, observed: ArrayLike, mask: ArrayLike, *, data_range: float
) -> Field:
    """Structural similarity around each cell of one map; 1 is perfect, higher is better.

    Equation (10) of the GAN-PO paper, from Wang et al. (2004): Gaussian weights of sigma 1.5
    cells (11 x 11), c1 = (0.01 range)^2, c2 = (0.03 range)^2. Means, variances and covariance
    take cells with an observation alone, their weights divided by the weights' sum, so that
    neither the grid's edge nor a coast adds values. Where the window is complete the result
    equals scikit-image's with `gaussian_weights=True, sigma=1.5, use_sample_covariance=False`.
    The luminance term keeps the score sensitive to bias.

    Args:
        simulated: (lat, lon) simulation.
        observed: (lat, lon) observation in the same unit, NaN where missing.
        mask: (lat, lon) active cells.
        data_range: range of the observations over the scored period, equal for all methods.

    Returns:
        (lat, lon) similarity; NaN outside the mask, without observation, and around cells where
        the simulation is NaN though an observation exists.

    Raises:
        ValueError: shapes differ, or `data_range` is not positive.
    """
    simulated, observed, _ = as_pair(simulated, observed, mask, dims=("lat", "lon"))
    if not data_range > 0:
        raise ValueError(f"`data_range` is positive, in the field's unit; got {data_range}.")
    return _similarity(simulated, observed, data_range)


def ssim_per_day(
    simulated: ArrayLike, observed: ArrayLike, mask: ArrayLike, *, data_range: float
) -> DailyScore:
    """Structural similarity of each day's maps: the mean of `ssim_map` over observed cells.

    Args:
        simulated: (time, lat, lon) simulation.
        observed: (time, lat, lon) observation in the same unit, NaN where missing. Days without
            any observation are left out.
        mask: (lat, lon) active cells.
        data_range: range of the observations over the scored period, equal for all methods.

    Returns:
        Score per day (time,), NaN on days whose simulation is NaN where an observation exists.

    Raises:
        ValueError: shapes differ, or `data_range` is not positive.
    """
    simulated, observed, active = as_pair(simulated, observed, mask, dims=("time", "lat", "lon"))
    present = ~np.isnan(observed)
    scored = present.any(axis=(1, 2))
    per_day = np.full(len(observed), np.nan)
    for day in np.flatnonzero(scored):
        local = ssim_map(simulated[day], observed[day], active, data_range=data_range)
        per_day[day] = local[present[day]].mean()
    return DailyScore(per_day=per_day, mean=mean_of_scored(per_day, scored))


def _similarity(simulated: Field, observed: Field, extent: float) -> Field:
    """Evaluate the similarity in cells with an observation; all are (lat, lon)."""
    present = ~np.isnan(observed)
    mean_s = _local_mean(simulated, present)
    mean_o = _local_mean(observed, present)
    variance_s = _local_mean(simulated**2, present) - mean_s**2
    variance_o = _local_mean(observed**2, present) - mean_o**2
    covariance = _local_mean(simulated * observed, present) - mean_s * mean_o
    c1, c2 = (_K1 * extent) ** 2, (_K2 * extent) ** 2
    luminance = (2 * mean_s * mean_o + c1) / (mean_s**2 + mean_o**2 + c1)
    structure = (2 * covariance + c2) / (variance_s + variance_o + c2)
    return np.where(present, luminance * structure, np.nan)


def _local_mean(values: Field, present: Mask) -> Field:
    """Gaussian mean of the present values around each present cell; NaN elsewhere."""
    weights = gaussian_filter(
        present.astype(np.float64), _SIGMA, mode="constant", truncate=_TRUNCATE
    )
    total = gaussian_filter(
        np.where(present, values, 0.0), _SIGMA, mode="constant", truncate=_TRUNCATE
    )
    out = np.full(values.shape, np.nan)
    return np.divide(total, weights, out=out, where=present)
