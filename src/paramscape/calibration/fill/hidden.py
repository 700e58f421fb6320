"""Judging a filler by observations that are hidden from it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

OVERPASSES = (1, 3, 10)
"""Numbers of observations in a row that are hidden together."""
WEEKS = (1, 2, 3)
"""Lengths of hidden gaps [weeks]."""
SHARE = 0.1
"""Share of each cell's observations that is hidden [1]."""
_SEASON = 15  # days before and after a day of the year that its climatology averages
_YEAR = 365


def gaps() -> dict[str, tuple[str, int]]:
    """Kinds of gaps by name: what is counted, and how many of it."""
    passes = {f"{n} overpass{'es' * (n > 1)}": ("overpasses", n) for n in OVERPASSES}
    return passes | {f"{n} week{'s' * (n > 1)}": ("days", 7 * n) for n in WEEKS}


def hide(observed: np.ndarray, gap: tuple[str, int], generator: np.random.Generator) -> np.ndarray:
    """(day, cell) bool: observations to hide, `SHARE` of each cell's, in gaps of one kind.

    Gaps start at random observations; a cell whose record is shorter than a gap has none.

    Args:
        observed: (day, cell), NaN where missing.
        gap: a kind of `gaps`.
        generator: of random numbers.
    """
    unit, length = gap
    hidden = np.zeros(observed.shape, bool)
    for cell in range(observed.shape[1]):
        days = np.flatnonzero(np.isfinite(observed[:, cell]))
        for start in generator.permutation(days.size):
            if hidden[:, cell].sum() >= SHARE * days.size:
                break
            if unit == "overpasses":
                chosen = days[start : start + length]
                is_whole = chosen.size == length
            else:
                inside = (days >= days[start]) & (days < days[start] + length)
                chosen, is_whole = days[inside], days[start] + length <= len(observed)
            if is_whole and not hidden[chosen, cell].any():
                hidden[chosen, cell] = True
    return hidden


def carry_forward(observed: np.ndarray) -> np.ndarray:
    """(day, cell) last observation before each day; NaN before the first."""
    return pd.DataFrame(observed).ffill().shift(1).to_numpy()


def interpolated(observed: np.ndarray) -> np.ndarray:
    """(day, cell) linear interpolation between observations, which sees the future.

    Before the first and after the last observation it is the nearest one.
    """
    return pd.DataFrame(observed).interpolate("linear", limit_direction="both").to_numpy()


def climatology(training: np.ndarray, training_days: np.ndarray, days: np.ndarray) -> np.ndarray:
    """(day, cell) mean of a cell's training observations within 15 days of the day of the year.

    The cell's mean where there is none.

    Args:
        training: (training day, cell), NaN where missing.
        training_days, days: datetime64[D].
    """
    of_training, of_days = _day_of_year(training_days), _day_of_year(days)
    known = np.isfinite(training)
    sums = np.where(known, training, 0.0)
    with np.errstate(invalid="ignore"):
        table = np.tile(sums.sum(0) / known.sum(0), (_YEAR, 1))
    for day in np.unique(of_days):
        apart = np.abs(of_training - day)
        near = np.minimum(apart, _YEAR - apart) <= _SEASON
        count = known[near].sum(0)
        table[day] = np.where(count > 0, sums[near].sum(0) / np.maximum(count, 1), table[day])
    return table[of_days]


def scores(
    estimates: Mapping[str, np.ndarray],
    observed: np.ndarray,
    hidden: np.ndarray,
    cell_means: np.ndarray,
) -> pd.DataFrame:
    """Scores of estimates at hidden observations, where every estimate has a value.

    Args:
        estimates: (day, cell) by name.
        observed: (day, cell).
        hidden: (day, cell) bool.
        cell_means: (cell,) mean of each cell's training observations.

    Returns:
        A row for each estimate: `by`, `values` (number of hidden observations), `rmse`, `bias` [the
        target's unit], `cc`, and `cc_anomaly`, that of differences from the cells' means.
    """
    common = hidden & np.isfinite(observed) & np.isfinite(cell_means)
    for values in estimates.values():
        common = common & np.isfinite(values)
    truth, level = observed[common], np.broadcast_to(cell_means, observed.shape)[common]
    rows = []
    for name, values in estimates.items():
        error = values[common] - truth
        rows.append(
            {
                "by": name,
                "values": int(common.sum()),
                "rmse": float(np.sqrt(np.mean(error**2))) if error.size else np.nan,
                "bias": float(error.mean()) if error.size else np.nan,
                "cc": _correlation(values[common], truth),
                "cc_anomaly": _correlation(values[common] - level, truth - level),
            }
        )
    return pd.DataFrame(rows)


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    if a.size < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _day_of_year(days: np.ndarray) -> np.ndarray:
    """Days since 1 January, 0 to 364; 31 December of a leap year is 364."""
    passed = days.astype("M8[D]") - days.astype("M8[Y]").astype("M8[D]")
    return np.minimum(passed.astype(int), _YEAR - 1)
