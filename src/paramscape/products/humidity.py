"""Vapour pressure from specific humidity, and saturation vapour pressure."""

import numpy as np

RATIO = 0.622
"""Molecular weight of water over that of dry air [1]."""


def vapour_pressure(humidity: np.ndarray, pressure: np.ndarray) -> np.ndarray:
    """Vapour pressure e = q p / (0.622 + 0.378 q), in the unit of `pressure`.

    Args:
        humidity: specific humidity q [kg kg-1]; NaN gives NaN.
        pressure: air pressure p, of the same shape.
    """
    ratio = humidity.dtype.type(RATIO)
    return humidity * pressure / (ratio + (1 - ratio) * humidity)


def saturation_pascals(celsius: np.ndarray) -> np.ndarray:
    """Saturation vapour pressure over water [Pa] at a temperature [C], also below freezing.

    e_s = 610.78 exp(17.269 T / (237.3 + T)) (Tetens; Shuttleworth 1993). NaN gives NaN.
    """
    return 610.78 * np.exp(17.269 * celsius / (237.3 + celsius))
