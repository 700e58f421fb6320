"""The global 9 km EASE-Grid 2.0 (EPSG:6933), and areas of its pixels in cells.

Brodzik et al. (2012), ISPRS Int. J. Geo-Inf. 1, 32-45. The projection is cylindrical and
equal-area: x depends on longitude alone, y on latitude alone, and areas in the plane are areas on
the ellipsoid.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from paramscape.grid.overlap import between, overlap

EPSG = 6933
PIXEL = 9008.055210146  # [m]
WEST, NORTH = -17367530.4451615, 7314540.8306386  # upper left corner [m]
SHAPE = (1624, 3856)  # rows from the north, columns from the west
SHAPE_36_KM = (406, 964)


@dataclass(frozen=True)
class CellWeights:
    """Shares of cells that pixels cover.

    rows, columns: the window of pixels. lat: (lat, row), lon: (lon, column) shares [1] along y and
    x; their product is the share of a cell's area.
    """

    rows: slice
    columns: slice
    lat: np.ndarray
    lon: np.ndarray

    @classmethod
    def of(cls, lat: np.ndarray, lon: np.ndarray) -> "CellWeights":
        """The weights of cells between latitudes (lat, 2) and longitudes (lon, 2) [degrees].

        Raises:
            ValueError: if a cell lies beyond the grid: 85.04 degrees north or south, 180 degrees
                east or west.
        """
        x, y = projected(lat, lon)
        column, row = (x - WEST) / PIXEL, (NORTH - y[:, ::-1]) / PIXEL
        limits = ((row, SHAPE[0], "latitude"), (column, SHAPE[1], "longitude"))
        for edges, size, axis in limits:
            if edges.min() < -1e-6 or edges.max() > size + 1e-6:
                raise ValueError(f"cells lie beyond the EASE-Grid along {axis}")
        (rows, by_row), (columns, by_column) = (_shares(e, s) for e, s, _ in limits)
        return cls(rows, columns, by_row, by_column)

    def mean(self, values: np.ndarray, kept: np.ndarray, minimum_share: float) -> np.ndarray:
        """(lat, lon) mean of the kept pixels of a window.

        Args:
            values: (row, column), anything where not kept.
            kept: (row, column), whether a pixel counts.
            minimum_share: of a cell's area that kept pixels must cover [1]; NaN where less.
        """
        share = self.lat @ kept.astype("f8") @ self.lon.T
        total = self.lat @ np.where(kept, values, 0.0).astype("f8") @ self.lon.T
        enough = share >= minimum_share * (1 - 1e-6)
        return np.where(enough, total / np.where(enough, share, 1.0), np.nan)


def projected(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """x of longitudes and y of latitudes [m], each in the shape given."""
    forward = _transform(False)
    x, _ = forward(lon, np.zeros_like(lon))
    _, y = forward(np.zeros_like(lat), lat)
    return x, y


def longitudes(columns: slice = slice(None)) -> np.ndarray:
    """Longitudes of the centres of a window's columns [degrees]."""
    x = WEST + PIXEL * (np.arange(SHAPE[1])[columns] + 0.5)
    return _transform(True)(x, np.zeros_like(x))[0]


def latitudes(rows: slice = slice(None)) -> np.ndarray:
    """Latitudes of the centres of a window's rows [degrees]."""
    y = NORTH - PIXEL * (np.arange(SHAPE[0])[rows] + 0.5)
    return _transform(True)(np.zeros_like(y), y)[1]


def _shares(edges: np.ndarray, size: int) -> tuple[slice, np.ndarray]:
    """Window of pixels that touch intervals (n, 2) [pixels], and their shares (n, pixel)."""
    window = slice(max(int(np.floor(edges.min())), 0), min(int(np.ceil(edges.max())), size))
    pixels = between(np.arange(window.start, window.stop + 1))
    return window, overlap(pixels, edges)


@lru_cache(maxsize=2)
def _transform(back: bool) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    try:
        from pyproj import Transformer
    except ImportError as error:
        raise ImportError(
            "products on the EASE-Grid need pyproj; install paramscape with its extra `conus` "
            "(pip install 'paramscape[conus]')"
        ) from error
    source, target = (EPSG, 4326) if back else (4326, EPSG)
    return Transformer.from_crs(source, target, always_xy=True).transform
