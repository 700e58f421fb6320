"""Which pixels of MODIS' sinusoidal grid lie in which cell of a study."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from paramscape.grid.cells import Cells
from paramscape.products.bounding_box import cell_sizes, near
from paramscape.products.mod16.files import TILE_DEGREES

PIXELS = 2400
"""Rows and columns of a tile with pixels of 500 m."""
PER_DEGREE = PIXELS / TILE_DEGREES
ROWS, COLUMNS = 18 * PIXELS, 36 * PIXELS


@dataclass(frozen=True)
class TilePixels:
    """The pixels of one tile that lie in cells, each (pixel,): row, column, index of the cell."""

    row: np.ndarray
    column: np.ndarray
    cell: np.ndarray

    @property
    def window(self) -> tuple[slice, slice]:
        """The rows and columns of the tile that hold all of them."""
        return tuple(slice(int(a.min()), int(a.max()) + 1) for a in (self.row, self.column))

    def of(self, window: np.ndarray) -> np.ndarray:
        """Values (pixel,) of what was read of `window`."""
        rows, columns = self.window
        return window[self.row - rows.start, self.column - columns.start]


def pixels_of(domain: xr.Dataset) -> dict[str, TilePixels]:
    """The pixels whose centres lie in the active cells of a domain, by the name of their tile.

    Row r and column c of the whole grid, counted from the north-west, have their centre at
    lat = 90 - (r + 0.5) / n and lon = ((c + 0.5) / n - 180) / cos(lat), n the pixels per degree.
    """
    rows, columns, owners = [], [], []
    for cell, (south, north, west, east) in enumerate(_edges(domain)):
        row = np.arange(*_centres_between((90 - north) * PER_DEGREE, (90 - south) * PER_DEGREE))
        shrunk = np.cos(np.radians(90 - (row + 0.5) / PER_DEGREE))
        edges = (np.array([[west], [east]]) * shrunk + 180) * PER_DEGREE
        first, last = _centres_between(*edges)
        count = np.maximum(last - first, 0)
        starts = np.repeat(first - np.cumsum(count) + count, count)
        rows.append(np.repeat(row, count))
        columns.append(np.arange(count.sum()) + starts)
        owners.append(np.full(count.sum(), cell))
    return _by_tile(*(np.concatenate(parts) for parts in (rows, columns, owners)))


def _centres_between(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First index whose centre (index + 0.5) is at least `low`, and first that is at least `high`.

    Neighbouring cells share their edge, so that each pixel belongs to one of them.
    """
    return tuple(np.ceil(np.round(edge, 6) - 0.5).astype(np.int64) for edge in (low, high))


def _by_tile(row: np.ndarray, column: np.ndarray, cell: np.ndarray) -> dict[str, TilePixels]:
    v, h = row // PIXELS, column // PIXELS
    found = {}
    for code in np.unique(100 * v + h):
        inside = 100 * v + h == code
        parts = (row[inside] % PIXELS, column[inside] % PIXELS, cell[inside])
        found[f"h{code % 100:02d}v{code // 100:02d}"] = TilePixels(*parts)
    return found


def _edges(domain: xr.Dataset) -> np.ndarray:
    """(cell, 4) southern, northern, western and eastern edges of the active cells [degrees]."""
    cells = Cells.of(domain)
    row, column = np.unravel_index(cells.flat_index, cells.shape)
    lat, lon = cells.lat[row], near(cells.lon[column], 0.0)
    height, width = (size / 2 for size in cell_sizes(domain))
    return np.stack([lat - height, lat + height, lon - width, lon + width], axis=1)
