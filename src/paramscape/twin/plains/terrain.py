"""The land of the plains: it rises to the west, to mountains beyond 105 degrees west."""

import numpy as np

from paramscape.twin.fields import static_field


def elevation(seed: int, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Elevation (lat, lon) [m]: 300 m in the east, 1600 m in the west, mountains above."""
    hills = static_field(seed, "plains: hills", 0.5, lat, lon)
    knolls = static_field(seed, "plains: knolls", 0.1, lat, lon)
    slope = 250 + 1350 / (1 + np.exp((lon[None, :] + 100.5) / 2.2))
    west = np.clip((-104.6 - lon[None, :]) / 1.5, 0, 1.2) ** 1.5
    mountains = 800 * west * np.exp(0.35 * hills) * (1 + 0.15 * knolls)
    return slope + mountains + 35 * np.exp(0.5 * hills + 0.3 * knolls)


def is_lake(seed: int, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Whether points (lat, lon) lie in a lake or reservoir; about 1 % do."""
    return static_field(seed, "plains: lakes", 0.12, lat, lon) > 2.3
