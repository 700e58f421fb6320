"""The rectangle of a study and the part of a native grid around it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.grid.cell_size import cell_size
from paramscape.grid.sphere import EARTH_RADIUS
from paramscape.products.errors import ProductError

_TOLERANCE = 1e-3  # degrees; float32 coordinates of the products are off by less
_SAME = 1e-3  # of a cell, within which two centres are the same, [1]


@dataclass(frozen=True)
class Box:
    """Outer edges of a domain's active cells [degrees].

    rows, columns: lower and upper edges of the rows and columns of sampled cells; empty where the
    cells fill the box.
    """

    west: float
    south: float
    east: float
    north: float
    rows: tuple[tuple[float, float], ...] = ()
    columns: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of(cls, domain: xr.Dataset) -> "Box":
        """The edges of the active cells of a domain (`mask` above 0 on lat, lon)."""
        active = domain["mask"].transpose("lat", "lon").values > 0
        height, width = cell_sizes(domain)
        lat = domain["lat"].values[active.any(axis=1)]
        lon = domain["lon"].values[active.any(axis=0)]
        return cls(
            float(lon.min() - width / 2),
            float(lat.min() - height / 2),
            float(lon.max() + width / 2),
            float(lat.max() + height / 2),
            **({} if cell_size(domain) is None else {
                "rows": _intervals(lat, height), "columns": _intervals(lon, width),
            }),
        )  # fmt: skip

    def touched(self, axis: str, centres: np.ndarray, step: float) -> np.ndarray:
        """Which cells (n,) of a native axis overlap the box's cells; all if they fill the box.

        Args:
            axis: `lat` or `lon`.
            centres: (n,) of the native cells [degrees], near the box's longitudes.
            step: their size [degrees].
        """
        edges = np.array(self.rows if axis == "lat" else self.columns)
        if not edges.size:
            return np.ones(centres.size, bool)
        slack = step / 2 - _TOLERANCE * min(step, 1)
        low, high = centres[:, None] - slack, centres[:, None] + slack
        return ((low < edges[:, 1]) & (high > edges[:, 0])).any(axis=1)


@dataclass(frozen=True)
class Window:
    """Which part of a file's latitudes or longitudes lies around a box.

    slice: the stretch to read; order: (n,) indices into that stretch, ascending in `values`;
    values: (n,) cell centres, ascending [degrees].
    """

    slice: slice
    order: np.ndarray
    values: np.ndarray

    @classmethod
    def whole(cls, centres: np.ndarray) -> "Window":
        """All cells of an axis."""
        order = np.argsort(centres, kind="stable")
        return cls(slice(0, centres.size), order, centres[order])

    @classmethod
    def around(
        cls,
        centres: np.ndarray,
        span: tuple[float, float],
        margin: int,
        place: tuple[Path, str],
        partial: bool = False,
    ) -> "Window":
        """The cells that touch a span from low to high, and `margin` more on either side.

        Raises:
            ProductError: if the axis does not cover the span; with `partial`, if it lies outside
                the span, or a coordinate comes twice.
        """
        low, high = span
        step = _spacing(centres, high - low)
        if not partial:
            _require_cover(centres, step, span, place)
        reach = margin * step + step / 2 - _TOLERANCE * min(step, 1)
        inside = np.flatnonzero((centres > low - reach) & (centres < high + reach))
        touches = step / 2 - _TOLERANCE * min(step, 1)
        if not ((centres > low - touches) & (centres < high + touches)).any():
            _refuse_cover(centres, step, span, place)
        stretch = slice(int(inside[0]), int(inside[-1]) + 1)
        order = inside[np.argsort(centres[inside], kind="stable")]
        order = order[np.concatenate([[True], np.diff(centres[order]) > _SAME * step])]
        return cls(stretch, order - stretch.start, centres[order])

    def touching(self, box: Box, axis: str, step: float) -> "Window":
        """The cells of the window that overlap the box's sampled cells, see `Box.touched`."""
        kept = box.touched(axis, self.values, step)
        return Window(self.slice, self.order[kept], self.values[kept])


def cell_sizes(domain: xr.Dataset) -> tuple[float, float]:
    """Height and width of a cell [degrees]; a single row or column is taken to be square."""
    size = cell_size(domain)
    if size is not None:
        return size, size
    sizes = [_spacing(domain[axis].values, np.nan) for axis in ("lat", "lon")]
    finite = [s for s in sizes if np.isfinite(s)]
    if not finite:
        side = float(np.sqrt(domain["area"].values.max()))
        finite = [np.degrees(side / EARTH_RADIUS)]
    return tuple(s if np.isfinite(s) else finite[0] for s in sizes)


def cell_edges(domain: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Edges (lat, 2) and (lon, 2) of a domain's cells [degrees], which need not touch."""
    half = np.array([-0.5, 0.5])
    height, width = cell_sizes(domain)
    lat, lon = (domain[axis].values.astype("f8")[:, None] for axis in ("lat", "lon"))
    return lat + height * half, lon + width * half


def contiguous(longitudes: np.ndarray) -> np.ndarray:
    """Longitudes from -180 to 180, or from 0 to 360 where that keeps a grid in one piece."""
    west, east = near(longitudes, 0.0), near(longitudes, 180.0)
    return east if np.ptp(east) < np.ptp(west) - 1e-6 else west


def near(longitudes: np.ndarray, middle: float) -> np.ndarray:
    """The same meridians, within 180 degrees of a middle one."""
    turns = np.round((middle - longitudes) / 360.0)
    return longitudes + 360.0 * turns


def nearest(have: np.ndarray, wanted: np.ndarray, tolerance: float) -> np.ndarray:
    """Index of the nearest of `have` for each of `wanted`; -1 where it is beyond a tolerance.

    The tolerance is at most a fifth of the spacing of `wanted`, so that a shifted grid is not
    mistaken for the same grid.
    """
    if wanted.size > 1:
        tolerance = min(tolerance, 0.2 * _spacing(wanted, tolerance))
    distance = np.abs(have[:, None] - wanted[None, :])
    return np.where(distance.min(axis=0) <= tolerance, distance.argmin(axis=0), -1)


def _intervals(centres: np.ndarray, step: float) -> tuple[tuple[float, float], ...]:
    return tuple((float(c - step / 2), float(c + step / 2)) for c in centres)


def _spacing(centres: np.ndarray, fallback: float) -> float:
    if centres.size < 2:
        return fallback
    return float(np.median(np.diff(np.sort(centres))))


def _require_cover(
    centres: np.ndarray, step: float, span: tuple[float, float], place: tuple[Path, str]
) -> None:
    low, high = span
    first, last = float(centres.min()) - step / 2, float(centres.max()) + step / 2
    if first > low + _TOLERANCE or last < high - _TOLERANCE:
        _refuse_cover(centres, step, span, place)


def _refuse_cover(
    centres: np.ndarray, step: float, span: tuple[float, float], place: tuple[Path, str]
) -> None:
    low, high = span
    first, last = float(centres.min()) - step / 2, float(centres.max()) + step / 2
    file, axis = place
    outside = low if first > low + _TOLERANCE else high
    raise ProductError(
        f"the grid covers {axis} {first:g} to {last:g} degrees, but the domain reaches from "
        f"{low:g} to {high:g}",
        file,
        axis,
        f"{axis} {outside:g}",
        "take files that cover the domain, or make the domain smaller",
    )
