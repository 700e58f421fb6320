"""How daily values of the twin's weather become records of a day, and how much it rains a day."""

import numpy as np
from scipy.special import ndtri


def between_days(daily: np.ndarray, steps: int) -> np.ndarray:
    """Values at the records of all days but the first and last, linear between daily noons.

    Args:
        daily: (day, ..., ...) values at noon.
        steps: records a day, the first at 00:00.
    """
    after_noon = np.arange(steps) / steps - 0.5
    share = np.abs(after_noon)[None, :, None, None]
    today = daily[1:-1, None]
    other = np.where(after_noon[None, :, None, None] < 0, daily[:-2, None], daily[2:, None])
    records = today * (1 - share) + other * share
    return records.reshape(-1, *records.shape[2:])


def daily_cosine(hours: np.ndarray, lon: np.ndarray, peak: float) -> np.ndarray:
    """Daily cosine (time, 1, lon) that is 1 at the local solar hour `peak` [h].

    hours: (time,) [h UTC]; lon: (lon,) [degrees east].
    """
    local = hours[:, None] + lon[None, :] / 15
    return np.cos(2 * np.pi * (local - peak) / 24)[:, None, :]


def wet_threshold(wet: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Threshold that a standard Gaussian exceeds with probability `wet`, and the mean of the
    square of what exceeds it.
    """
    threshold = ndtri(1 - wet)
    density = np.exp(-(threshold**2) / 2) / np.sqrt(2 * np.pi)
    return threshold, (1 + threshold**2) * wet - threshold * density
