"""Scores of a cell's record over time: RMSE, correlation, Kling-Gupta efficiency.

A missing observation leaves its day out. A simulation that is NaN where an observation exists
makes the skill of that cell NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paramscape.metrics._grid import Field, Mask, as_mask, as_pair, ratio

_DIMS = ("time", "lat", "lon")
_ROUNDING = 1e-20


@dataclass(frozen=True)
class KgeComponents:
    """The three parts of the Kling-Gupta efficiency, each (lat, lon); 1 is perfect.

    Attributes:
        r: linear correlation [1].
        gamma: variability ratio, standard deviation simulated / observed [1]; called alpha by
            Gupta et al. (2009) and gamma in equation (6) of the GAN-PO paper.
        beta: bias ratio, mean simulated / observed [1].
    """

    r: Field
    gamma: Field
    beta: Field


@dataclass(frozen=True)
class PairMoments:
    """Means and centred sums of days with an observation; adding two joins two periods.

    All are (lat, lon); with x the field's unit: `days` [1], `mean_observed` and
    `mean_simulated` [x], `spread_observed`, `spread_simulated`, `co_spread` and `error_sq` [x2].
    Spreads are sums of squared deviations from the mean, `co_spread` that of the products,
    `error_sq` the sum of squared differences. NaN where the simulation is NaN on a day with an
    observation. Centred sums, and Chan's rule for joining them, keep their digits where the mean
    is large compared with the variation.
    """

    days: Field
    mean_observed: Field
    mean_simulated: Field
    spread_observed: Field
    spread_simulated: Field
    co_spread: Field
    error_sq: Field

    def __add__(self, other: PairMoments) -> PairMoments:
        if self.days.shape != other.days.shape:
            raise ValueError(
                "Two periods join on the same grid; got "
                f"{self.days.shape} and {other.days.shape} (lat, lon)."
            )
        days = self.days + other.days
        weight = other.days / np.maximum(days, 1)
        to_observed = other.mean_observed - self.mean_observed
        to_simulated = other.mean_simulated - self.mean_simulated
        between = self.days * weight
        return PairMoments(
            days=days,
            mean_observed=self.mean_observed + weight * to_observed,
            mean_simulated=self.mean_simulated + weight * to_simulated,
            spread_observed=self.spread_observed + other.spread_observed + between * to_observed**2,
            spread_simulated=self.spread_simulated
            + other.spread_simulated
            + between * to_simulated**2,
            co_spread=self.co_spread + other.co_spread + between * to_observed * to_simulated,
            error_sq=self.error_sq + other.error_sq,
        )

    def rmse(self) -> Field:
        """Root mean square error (lat, lon) in the field's unit; 0 is perfect.

        sqrt(sum (S - O)^2 / N), equation (4) of the GAN-PO paper. NaN without observations.
        """
        return np.sqrt(ratio(self.error_sq, self.days, self.days > 0))

    def cc(self) -> Field:
        """Pearson correlation (lat, lon); 1 is perfect. Equation (5) of the GAN-PO paper.

        NaN where observation or simulation does not vary: no correlation is defined there.
        """
        scale = np.sqrt(self.spread_observed) * np.sqrt(self.spread_simulated)
        defined = self.observed_varies() & self._varies(self.spread_simulated, self.mean_simulated)
        return np.clip(ratio(self.co_spread, scale, defined), -1.0, 1.0)

    def kge_components(self) -> KgeComponents:
        """Correlation, variability ratio and bias ratio, each (lat, lon).

        NaN where the observation does not vary, and `beta` also where its mean is 0.
        """
        varies = self.observed_varies()
        spread = np.sqrt(ratio(self.spread_simulated, self.spread_observed, varies))
        has_mean = varies & (self.mean_observed != 0)
        return KgeComponents(
            r=self.cc(),
            gamma=spread,
            beta=ratio(self.mean_simulated, self.mean_observed, has_mean),
        )

    def kge(self) -> Field:
        """Kling-Gupta efficiency (lat, lon) in its form of 2009; 1 is perfect, higher is better.

        1 - sqrt((r - 1)^2 + (gamma - 1)^2 + (beta - 1)^2): Gupta et al. (2009), equation (6) of
        the GAN-PO paper. NaN where one of the three components is.
        """
        parts = self.kge_components()
        return 1 - np.sqrt((parts.r - 1) ** 2 + (parts.gamma - 1) ** 2 + (parts.beta - 1) ** 2)

    def nse(self) -> Field:
        """Nash-Sutcliffe efficiency (lat, lon) [1]; 1 is perfect, higher is better.

        1 - sum (S - O)^2 / sum (O - mean O)^2: Nash and Sutcliffe (1970), equation (3). NaN where
        the observation does not vary.
        """
        return 1 - ratio(self.error_sq, self.spread_observed, self.observed_varies())

    def observed_varies(self) -> Mask:
        """True in cells (lat, lon) whose observations vary: those where skill is defined."""
        return self._varies(self.spread_observed, self.mean_observed)

    def _varies(self, spread: Field, mean: Field) -> Mask:
        # What rounding leaves of a constant record is some 1e-32 of its sum of squares.
        return spread > _ROUNDING * (spread + self.days * mean**2)


def moments(simulated: ArrayLike, observed: ArrayLike, mask: ArrayLike) -> PairMoments:
    """Gather the moments of a period, from which every score of this module follows.

    Args:
        simulated: (time, lat, lon) simulation.
        observed: (time, lat, lon) observation in the same unit, NaN where missing.
        mask: (lat, lon) active cells; others count no day.

    Raises:
        ValueError: shapes differ, or an observation is infinite.
    """
    simulated, observed, _ = as_pair(simulated, observed, mask, dims=_DIMS)
    present = ~np.isnan(observed)
    days = present.sum(axis=0).astype(np.float64)
    at_least_one = np.maximum(days, 1)
    observed = np.where(present, observed, 0.0)
    simulated = np.where(present, simulated, 0.0)
    mean_observed = observed.sum(axis=0) / at_least_one
    mean_simulated = simulated.sum(axis=0) / at_least_one
    from_mean_observed = np.where(present, observed - mean_observed, 0.0)
    from_mean_simulated = np.where(present, simulated - mean_simulated, 0.0)
    return PairMoments(
        days=days,
        mean_observed=mean_observed,
        mean_simulated=mean_simulated,
        spread_observed=(from_mean_observed**2).sum(axis=0),
        spread_simulated=(from_mean_simulated**2).sum(axis=0),
        co_spread=(from_mean_observed * from_mean_simulated).sum(axis=0),
        error_sq=((simulated - observed) ** 2).sum(axis=0),
    )


def rmse(simulated: ArrayLike, observed: ArrayLike, mask: ArrayLike) -> Field:
    """Root mean square error per cell; see `PairMoments.rmse` and `moments`."""
    return moments(simulated, observed, mask).rmse()


def cc(simulated: ArrayLike, observed: ArrayLike, mask: ArrayLike) -> Field:
    """Pearson correlation per cell; see `PairMoments.cc` and `moments`."""
    return moments(simulated, observed, mask).cc()


def kge(simulated: ArrayLike, observed: ArrayLike, mask: ArrayLike) -> Field:
    """Kling-Gupta efficiency per cell; see `PairMoments.kge` and `moments`."""
    return moments(simulated, observed, mask).kge()


def kge_components(simulated: ArrayLike, observed: ArrayLike, mask: ArrayLike) -> KgeComponents:
    """Components of the Kling-Gupta efficiency; see `PairMoments.kge_components`."""
    return moments(simulated, observed, mask).kge_components()


def relative_rmse_change(default: ArrayLike, calibrated: ArrayLike) -> Field:
    """Reduction of the RMSE by calibration, in percent of the default parameters' RMSE.

    (RMSE_default - RMSE_calibrated) / RMSE_default x 100 %, equation (7) of the GAN-PO paper;
    positive where calibration helps.

    Args:
        default: (...) RMSE with default parameters.
        calibrated: (...) RMSE with calibrated parameters, same shape and unit.

    Returns:
        (...) change [%]; NaN where either is NaN or the default's RMSE is 0.

    Raises:
        ValueError: shapes differ.
    """
    default = np.asarray(default, dtype=np.float64)
    calibrated = np.asarray(calibrated, dtype=np.float64)
    if default.shape != calibrated.shape:
        raise ValueError(
            "RMSE of default and calibrated parameters come on one grid; got "
            f"{default.shape} for the default and {calibrated.shape} for the calibrated."
        )
    return 100 * ratio(default - calibrated, default, default > 0)


def share_of_cells(passes: ArrayLike, counted: ArrayLike) -> float:
    """Share of the counted cells that pass, in percent.

    Args:
        passes: (lat, lon) true in cells that pass. Comparing a NaN score gives false, so a cell
            whose skill is NaN counts as failed.
        counted: (lat, lon) cells in the denominator, such as the domain's mask or
            `scorable_cells`.

    Raises:
        ValueError: shapes differ, or no cell is counted.
    """
    counted = as_mask(counted)
    passes = np.asarray(passes, dtype=bool)
    if passes.shape != counted.shape:
        raise ValueError(
            f"One verdict per cell of the grid; got {passes.shape} for the verdicts and "
            f"{counted.shape} for the counted cells."
        )
    return float(100 * passes[counted].mean())


def share_above(score: ArrayLike, threshold: float, counted: ArrayLike) -> float:
    """Share of the counted cells whose score (lat, lon) exceeds the threshold [%]."""
    return share_of_cells(np.asarray(score) > threshold, counted)


def share_improved(default: ArrayLike, calibrated: ArrayLike, counted: ArrayLike) -> float:
    """Share of the counted cells whose RMSE (lat, lon) is below that of the default [%]."""
    return share_above(relative_rmse_change(default, calibrated), 0.0, counted)


def scorable_cells(observed: ArrayLike, mask: ArrayLike) -> Mask:
    """Active cells (lat, lon) whose observations (time, lat, lon) vary, so that skill is defined.

    They depend on the observations alone and are therefore the same for every method.
    """
    return moments(observed, observed, mask).observed_varies()
