"""Checks of the fields that are scored: equal shapes, a mask of 0 and 1, no infinite values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Field = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class DailyScore:
    """A score of maps, one value a day.

    Attributes:
        per_day: (time,) score of each day; NaN on days that are not scored because observations
            are missing, and on days whose simulation is NaN where an observation exists.
        mean: mean over the days that have observations; NaN as soon as one of them is NaN.
    """

    per_day: Field
    mean: float


def as_mask(mask: ArrayLike) -> Mask:
    """Return a domain mask (lat, lon) as booleans, true in active cells.

    Raises:
        ValueError: the mask is not two-dimensional, holds values other than 0 and 1, or has no
            active cell.
    """
    values = np.asarray(mask)
    if values.ndim != 2:
        raise ValueError(f"A mask has dimensions (lat, lon); got shape {values.shape}.")
    if not np.isin(values, (0, 1)).all():
        strange = np.unique(values[~np.isin(values, (0, 1))])[:3].tolist()
        raise ValueError(
            f"A mask holds 0 and 1 alone; got {strange}. Pass `mask > 0` of the domain file."
        )
    active = values.astype(bool)
    if not active.any():
        raise ValueError(f"The mask of shape {active.shape} has no active cell: nothing to score.")
    return active


def as_pair(
    simulated: ArrayLike, observed: ArrayLike, mask: ArrayLike, *, dims: tuple[str, ...]
) -> tuple[Field, Field, Mask]:
    """Return simulation, observation (NaN outside the mask) and mask after checking them.

    Args:
        simulated: (*dims) simulation; infinite values count as NaN.
        observed: (*dims) observation, NaN where missing.
        mask: (lat, lon) active cells.
        dims: names of the dimensions, the last two `lat` and `lon`.

    Raises:
        ValueError: shapes differ, or an observation in an active cell is infinite.
    """
    simulated = np.asarray(simulated, dtype=np.float64)
    observed = np.asarray(observed, dtype=np.float64)
    active = as_mask(mask)
    if simulated.shape != observed.shape or simulated.ndim != len(dims):
        raise ValueError(
            f"Simulation and observation share the dimensions ({', '.join(dims)}); got "
            f"{simulated.shape} for the simulation and {observed.shape} for the observation."
        )
    if observed.shape[-2:] != active.shape:
        raise ValueError(
            f"The mask covers the grid of the fields; got mask {active.shape} and fields "
            f"{observed.shape} of dimensions ({', '.join(dims)})."
        )
    observed = np.where(active, observed, np.nan)
    infinite = np.argwhere(np.isinf(observed))
    if infinite.size:
        where = dict(zip(dims, infinite[0].tolist(), strict=True))
        raise ValueError(
            f"{len(infinite)} observations are infinite, the first at {where}. "
            "Mark missing observations as NaN."
        )
    return np.where(np.isfinite(simulated), simulated, np.nan), observed, active


def mean_of_scored(per_day: Field, scored: Mask) -> float:
    """Mean of `per_day` (time,) over the days marked in `scored` (time,); NaN where none is."""
    return float(per_day[scored].mean()) if scored.any() else float("nan")


def ratio(numerator: Field, denominator: Field, defined: Mask) -> Field:
    """Quotient where `defined`, NaN elsewhere."""
    out = np.full(np.shape(denominator), np.nan)
    return np.divide(numerator, denominator, out=out, where=defined)
