"""Conservative regridding: area-weighted means that keep the area-weighted mean of the domain."""

from __future__ import annotations

import numpy as np
import xarray as xr
import xarray_regrid  # noqa: F401  (adds the .regrid accessor)

from paramscape.grid.cell_size import bounds_around, cell_size
from paramscape.grid.overlap import between
from paramscape.grid.sphere import EARTH_RADIUS
from paramscape.prepare.regrid_cells import means_of_cells, on_lattice

MOST_ROWS = 16
_SLACK = 1e-6  # [share of a cell]
_SAME = 1e-3  # [share of a cell] within which two centres are the same


def conservative(data: xr.Dataset, target: xr.Dataset, minimum_share: float = 1.0) -> xr.Dataset:
    """Area-weighted means of `data` over the cells of a target grid.

    Args:
        data: fields (..., lat, lon) on a regular grid; NaN is missing, as is all around it.
        target: data set with the coordinates `lat` and `lon` [degrees], cell centres, ascending;
            a single cell needs `area` [m2], too; cells on axes that are not evenly spaced need the
            attribute `resolution`, see `cell_size`.
        minimum_share: smallest share of a target cell's area that must be valid [1].

    Returns:
        fields (..., lat, lon) on the target grid with the sources' attributes, 64-bit. Each is
        the mean over the valid part of a cell, NaN where less than `minimum_share` is valid.
    """
    size = cell_size(target)
    if size is not None:
        return means_of_cells(data, target, size, minimum_share)
    lat, lon = target["lat"].values, target["lon"].values
    lat_edges, lon_edges = edges_of(target)
    data = data.transpose(..., "lat", "lon").sortby(["lat", "lon"]).astype("f8")
    data = data.assign_coords(
        lat=_on_centres(data["lat"].values, lat), lon=_on_centres(data["lon"].values, lon)
    )
    data = _cover(_cover(data, "lat", lat_edges), "lon", lon_edges)
    fine = _split_rows(data, lat_edges)
    # A guard cell at either end, since the library takes a single cell for the whole globe.
    guarded = xr.Dataset(coords={"lat": _guarded(lat, lat_edges), "lon": _guarded(lon, lon_edges)})
    complete = not any(v.isnull().any() for v in fine.data_vars.values())
    with np.errstate(invalid="ignore", divide="ignore"):
        result = fine.regrid.conservative(
            guarded,
            latitude_coord="lat",
            skipna=not complete,
            nan_threshold=1 - minimum_share * (1 - _SLACK),
        )
    result = result.isel(lat=slice(1, -1), lon=slice(1, -1))
    return result.assign_coords(lat=target["lat"], lon=target["lon"]).transpose(..., "lat", "lon")


def edges_of(grid: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """`grid_edges` of a data set's axes; a single cell is as large as its `area` [m2] says.

    Such a cell is taken to be square in degrees: area = R2 cos(lat) side2.

    Raises:
        ValueError: for a grid of a single cell without `area`.
    """
    lat, lon = grid["lat"].values, grid["lon"].values
    if lat.size > 1 or lon.size > 1 or "area" not in grid:
        return grid_edges(lat, lon)
    across = np.sqrt(float(grid["area"].max()) / np.cos(np.radians(lat[0])))
    side = float(np.degrees(across / EARTH_RADIUS))
    return _edges(lat, side), _edges(lon, side)


def cell_bounds(grid: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper edges (lat, 2) and (lon, 2) of a data set's rows and columns [degrees].

    Raises:
        ValueError: for a grid of a single cell without `area`.
    """
    size = cell_size(grid)
    if size is None:
        lat, lon = edges_of(grid)
        return between(lat), between(lon)
    return bounds_around(grid["lat"].values, size), bounds_around(grid["lon"].values, size)


def grid_edges(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges (lat + 1,) and (lon + 1,) of a grid's cells [degrees]; a lone row is square.

    Raises:
        ValueError: for a grid of one single cell.
    """
    steps = [float(abs(a[1] - a[0])) for a in (lat, lon) if a.size > 1]
    if not steps:
        raise ValueError(
            "a grid of a single cell does not tell its cell size; add the variable `area` [m2], or "
            "give the domain at least two cells along latitude or longitude (the mask may exclude "
            "one)"
        )
    return _edges(lat, steps[0]), _edges(lon, steps[0])


def _edges(centres: np.ndarray, step: float) -> np.ndarray:
    if centres.size == 1:
        return centres[0] + np.array([-step / 2, step / 2])
    middle = (centres[:-1] + centres[1:]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])


def _guarded(centres: np.ndarray, cell_edges: np.ndarray) -> np.ndarray:
    first, last = np.diff(cell_edges)[[0, -1]]
    return np.concatenate([[centres[0] - first], centres, [centres[-1] + last]])


def _cover(data: xr.Dataset, axis: str, wanted: np.ndarray) -> xr.Dataset:
    """Crop an axis to a centre on or beyond the target's edges; extend it there with NaN."""
    centres = data[axis].values
    step = float(np.median(np.diff(centres))) if centres.size > 1 else wanted[1] - wanted[0]
    low, high = wanted[0], wanted[-1]
    before = max(int(np.ceil((centres[0] - low) / step)), 0)
    after = max(int(np.ceil((high - centres[-1]) / step)), 0)
    axis_values = np.concatenate(
        [
            centres[0] - step * np.arange(before, 0, -1),
            centres,
            centres[-1] + step * np.arange(1, after + 1),
        ]
    )
    if before or after:
        data = data.pad({axis: (before, after)})
    data = data.assign_coords({axis: axis_values})
    return data.isel({axis: (axis_values > low - step) & (axis_values < high + step)})


def _on_centres(centres: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Centres freed from rounding: those among a target's centres are the target's."""
    centres = on_lattice(centres.astype("f8"))
    step = float(np.median(np.diff(target))) if target.size > 1 else 0.0
    nearest = target[np.abs(centres[:, None] - target[None, :]).argmin(axis=1)]
    inside = (centres > target[0] - step / 2) & (centres < target[-1] + step / 2)
    same = np.abs(nearest - centres) <= _SAME * step
    return np.where(inside, nearest, centres) if same[inside].all() else centres


def _split_rows(data: xr.Dataset, lat_edges: np.ndarray) -> xr.Dataset:
    """Cut source rows so that target edges fall on row edges.

    The library weights a partly covered row by its share in degrees of latitude; cut rows are
    covered wholly, and the weights become exact areas. Where edges do not fall on sixteenths of a
    row, means are off by some 1e-5 of their variation.
    """
    centres = data.lat.values
    have = _edges(centres, 0.0)
    step = float(np.median(np.diff(have)))
    inner = lat_edges[(lat_edges > have[0]) & (lat_edges < have[-1])]
    for parts in range(1, MOST_ROWS + 1):
        place = (inner - have[0]) / step * parts
        if np.abs(place - np.round(place)).max(initial=0) < 1e-3:
            break
    if parts == 1:
        return data
    offsets = (np.arange(parts) + 0.5) / parts
    rows = (have[:-1, None] + np.diff(have)[:, None] * offsets).ravel()
    return data.isel(lat=np.arange(centres.size).repeat(parts)).assign_coords(lat=rows)
