"""The days on which every simulation is compared with observations."""

import numpy as np

from paramscape.study import Period


def days_of(period: Period) -> np.ndarray:
    """(day,) datetime64 of a period."""
    first = np.datetime64(period.start, "D")
    return (first + np.arange(period.days)).astype("datetime64[ns]")
