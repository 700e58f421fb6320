"""The grids of the products, and the part of each that surrounds a study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paramscape.study import (
    BlocksDomain,
    Domain,
    Grid,
    MaskDomain,
    RectangleDomain,
    SettingsError,
)

MARGIN = 0.5  # [degrees]


@dataclass(frozen=True)
class Region:
    """A rectangle of cells in a product's grid.

    lat, lon: all cell centres of the product, in its own direction; rows, columns: the region's.
    """

    lat: np.ndarray
    lon: np.ndarray
    rows: slice
    columns: slice

    @property
    def corner(self) -> tuple[int, int]:
        """Row and column of the first cell."""
        return self.rows.start, self.columns.start

    @property
    def region_lat(self) -> np.ndarray:
        """Latitudes of the region, in the product's direction."""
        return self.lat[self.rows]

    @property
    def region_lon(self) -> np.ndarray:
        """Longitudes of the region."""
        return self.lon[self.columns]


def region(grid: Grid, lat: np.ndarray, lon: np.ndarray) -> Region:
    """The cells of a product within the margin around a study's grid.

    Raises:
        SettingsError: if the product's grid does not cover the study's.
    """
    return Region(
        lat,
        lon,
        _within(lat, grid.south - MARGIN, grid.north + MARGIN, "latitudes"),
        _within(lon, grid.west - MARGIN, grid.east + MARGIN, "longitudes"),
    )


def _within(axis: np.ndarray, low: float, high: float, name: str) -> slice:
    if low < axis.min() or high > axis.max():
        raise SettingsError(
            f"the twin's climate cannot reach {name} {low} to {high}: its files cover only "
            f"{axis.min():.2f} to {axis.max():.2f}. Move domain.grid, or use real files"
        )
    inside = np.flatnonzero((axis > low - 1e-6) & (axis < high + 1e-6))
    return slice(int(inside[0]), int(inside[-1]) + 1)


def cmfd_region(grid: Grid) -> Region:
    """CMFD: 400 x 700 cells of 0.1 degree, south to north."""
    return region(grid, np.arange(400) * 0.1 + 15.05, np.arange(700) * 0.1 + 70.05)


def soil_region(grid: Grid) -> Region:
    """China's soil: 4320 x 7440 cells of 30 arc-seconds, north to south."""
    step = 1 / 120
    return region(grid, 54 - (np.arange(4320) + 0.5) * step, 74 + (np.arange(7440) + 0.5) * step)


def fine_region(grid: Grid, step: float) -> Region:
    """Cells of `step` degrees in the study's grid and its margin only, south to north."""
    south, west = grid.south - MARGIN, grid.west - MARGIN
    rows = round((grid.north - grid.south + 2 * MARGIN) / step)
    columns = round((grid.east - grid.west + 2 * MARGIN) / step)
    lat = south + (np.arange(rows) + 0.5) * step
    lon = west + (np.arange(columns) + 0.5) * step
    return Region(lat, lon, slice(0, rows), slice(0, columns))


def grid_of(domain: Domain) -> Grid:
    """The grid around which the twin makes its land and climate.

    Raises:
        SettingsError: if the domain comes from a VIC domain file, which the twin cannot make.
    """
    if not isinstance(domain, RectangleDomain | MaskDomain | BlocksDomain):
        raise SettingsError(
            f"twin.climate needs domain.grid, but domain.kind is {domain.kind!r}. "
            "Use kind rectangle, mask or blocks, or set twin.climate to false"
        )
    return domain.grid
