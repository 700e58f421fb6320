"""The days on which every simulation is compared with observations."""

import numpy as np

from paramscape.study import Period, Periods


def scored_period(periods: Periods) -> Period:
    """From the first day after the warm-up's start that serves a purpose to the last."""
    starts = [periods.train.start, periods.validation.start, periods.test.start]
    return Period(start=min(starts), end=periods.record.end)


def days_of(period: Period) -> np.ndarray:
    """(day,) datetime64 of a period."""
    first = np.datetime64(period.start, "D")
    return (first + np.arange(period.days)).astype("datetime64[ns]")
