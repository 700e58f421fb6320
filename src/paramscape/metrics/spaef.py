"""Spatial efficiency of maps (Demirel et al., 2018; Koch et al., 2018)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paramscape.metrics._grid import Field, as_pair


@dataclass(frozen=True)
class Spaef:
    """Spatial efficiency and its three parts; 1 is perfect in all four.

    Attributes:
        score: 1 - sqrt((correlation - 1)^2 + (cv_ratio - 1)^2 + (overlap - 1)^2).
        correlation: Pearson correlation over cells.
        cv_ratio: coefficient of variation, simulated / observed.
        overlap: common area of the histograms of both fields' z-scores.
    """

    score: float
    correlation: float
    cv_ratio: float
    overlap: float


_UNDEFINED = Spaef(*(float("nan"),) * 4)


def spatial_efficiency(
    simulated: ArrayLike, observed: ArrayLike, mask: ArrayLike, *, bins: int = 20
) -> Spaef:
    """Compare the pattern of two maps by correlation, variability and histogram.

    Koch et al. (2018). They use 100 bins for thousands of cells; 20 suit some hundred. Bins have
    equal widths and span the z-scores of both fields.

    Args:
        simulated: (lat, lon) simulation.
        observed: (lat, lon) observation in the same unit, NaN where missing; left out.
        mask: (lat, lon) active cells.
        bins: number of histogram bins.

    Returns:
        All NaN where the simulation is NaN in a cell with an observation, or where either field
        is constant or has mean 0.

    Raises:
        ValueError: shapes differ, or `bins` is below 2.
    """
    simulated, observed, _ = as_pair(simulated, observed, mask, dims=("lat", "lon"))
    if bins < 2:
        raise ValueError(f"A histogram to compare has at least 2 bins; got {bins}.")
    present = ~np.isnan(observed)
    if present.sum() < 2 or np.isnan(simulated[present]).any():
        return _UNDEFINED
    return _compare(simulated[present], observed[present], bins)


def _compare(simulated: Field, observed: Field, bins: int) -> Spaef:
    mean_s, mean_o = simulated.mean(), observed.mean()
    std_s, std_o = simulated.std(), observed.std()
    flat = std_s <= 1e-10 * abs(mean_s) or std_o <= 1e-10 * abs(mean_o)
    if flat or mean_s == 0 or mean_o == 0:
        return _UNDEFINED
    z_s, z_o = (simulated - mean_s) / std_s, (observed - mean_o) / std_o
    extent = (min(z_s.min(), z_o.min()), max(z_s.max(), z_o.max()))
    counts_s, _ = np.histogram(z_s, bins, extent)
    counts_o, _ = np.histogram(z_o, bins, extent)
    correlation = float((z_s * z_o).mean())
    cv_ratio = float((std_s / mean_s) / (std_o / mean_o))
    overlap = float(np.minimum(counts_s, counts_o).sum() / counts_o.sum())
    distance = np.sqrt((correlation - 1) ** 2 + (cv_ratio - 1) ** 2 + (overlap - 1) ** 2)
    return Spaef(float(1 - distance), correlation, cv_ratio, overlap)
