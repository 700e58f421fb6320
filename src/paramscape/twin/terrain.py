"""The twin's land: mountains in the south and west of a plain, and a basin with a ragged edge."""

import numpy as np

from paramscape.twin.fields import static_field


def elevation(seed: int, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Elevation (lat, lon) [m] of a plain at 40 m below hills and mountains of up to 1000 m."""
    north, east = lat[:, None], lon[None, :]
    south_range = np.clip((32.4 - north) / 1.0, 0, 1.2) ** 1.5
    west_range = np.clip((114.4 - east) / 1.2, 0, 1.2) ** 1.5
    hills = static_field(seed, "terrain: hills", 0.35, lat, lon)
    knolls = static_field(seed, "terrain: knolls", 0.08, lat, lon)
    mountains = 330 * (south_range + 0.7 * west_range) * np.exp(0.45 * hills)
    return 38 + mountains * (1 + 0.15 * knolls) + 14 * np.exp(0.5 * hills + 0.3 * knolls)


def basin_mask(
    seed: int, edges: tuple[float, float, float, float], lat: np.ndarray, lon: np.ndarray
) -> np.ndarray:
    """Whether points (lat, lon) lie in the basin, a ragged oval within `edges`.

    edges: west, east, south and north of the study's grid [degrees].
    """
    west, east, south, north = edges
    x = (lon[None, :] - (west + east) / 2) / ((east - west) / 2)
    y = (lat[:, None] - (south + north) / 2) / ((north - south) / 2)
    ragged = static_field(seed, "terrain: divide", 0.25 * (north - south), lat, lon)
    return (np.abs(x) ** 2.6 + np.abs(y) ** 2.6) * np.exp(0.3 * ragged) < 0.95
