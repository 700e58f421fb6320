"""The sphere on which lengths and areas of cells are computed."""

import numpy as np

METRES_PER_DEGREE = 111_195.0
"""Length of a degree of latitude [m]."""
EARTH_RADIUS = float(np.degrees(METRES_PER_DEGREE))
"""Radius of that sphere, 6371.004 km [m]; the mean radius of the Earth is 6371.009 km (IUGG)."""


def cell_area(lat_edges: np.ndarray, lon_edges: np.ndarray) -> np.ndarray:
    """Area (lat, lon) [m2] of cells between edges [degrees]: R2 (sin b - sin a) (east - west).

    Edges are those of adjoining cells (cell + 1,), or of single ones (cell, 2).
    """
    height = np.diff(np.sin(np.radians(lat_edges)))
    width = np.diff(np.radians(lon_edges))
    return EARTH_RADIUS**2 * np.outer(height, width)
