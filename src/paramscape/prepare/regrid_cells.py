"""Conservative regridding to single cells, whose axes are not evenly spaced."""

import numpy as np
import xarray as xr

from paramscape.grid.cell_size import bounds_around, cell_size
from paramscape.grid.overlap import overlap

_SLACK = 1e-6  # [share of a cell]


def means_of_cells(
    data: xr.Dataset, target: xr.Dataset, size: float, minimum_share: float
) -> xr.Dataset:
    """Area-weighted means over cells of a size, as `conservative` returns them.

    On a sphere, the share of a cell that a source cell covers is the product of a share of its
    rows, in the sine of latitude, and of its columns.

    Args:
        data: fields (..., lat, lon) on a regular grid, or on some of its rows and columns with the
            attribute `resolution`; NaN is missing, as is all around it.
        target: data set with the centres `lat` and `lon` [degrees], ascending.
        size: height and width of the cells [degrees].
        minimum_share: smallest share of a cell's area that must be valid [1].
    """
    data = data.transpose(..., "lat", "lon").sortby(["lat", "lon"])
    weights, own = {}, cell_size(data)
    for axis, measure in (("lat", _sine), ("lon", np.asarray)):
        centres = on_lattice(data[axis].values.astype("f8"))
        step = own or (float(np.median(np.diff(centres))) if centres.size > 1 else size)
        wanted = bounds_around(target[axis].values, size)
        weights[axis] = _shares(measure(bounds_around(centres, step)), measure(wanted))
    used = {axis: np.flatnonzero(share.any(axis=0)) for axis, share in weights.items()}
    data = data.isel(used)
    rows, columns = weights["lat"][:, used["lat"]], weights["lon"][:, used["lon"]].T
    coords = {axis: target[axis] for axis in ("lat", "lon")}
    fields = {}
    for name, field in data.data_vars.items():
        mean = _mean(field.values.astype("f8"), rows, columns, minimum_share)
        others = {n: c for n, c in field.coords.items() if not {"lat", "lon"} & set(c.dims)}
        fields[name] = xr.DataArray(mean, {**others, **coords}, field.dims, attrs=field.attrs)
    return xr.Dataset(fields)


def on_lattice(centres: np.ndarray) -> np.ndarray:
    """Centres freed from 32-bit rounding where they lie on a lattice that divides the degree."""
    if centres.size < 2:
        return centres
    per_degree = round((centres.size - 1) / float(centres[-1] - centres[0]))
    if per_degree < 1:
        return centres
    lattice = np.round(centres * 2 * per_degree) / (2 * per_degree)
    return lattice if np.abs(centres - lattice).max() < 2e-3 / per_degree else centres


def _shares(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Shares that are not the rounding of common edges."""
    covered = overlap(source, target)
    return np.where(covered > _SLACK, covered, 0.0)


def _mean(
    values: np.ndarray, rows: np.ndarray, columns: np.ndarray, minimum_share: float
) -> np.ndarray:
    known = np.isfinite(values)
    share = rows @ known.astype("f8") @ columns
    total = rows @ np.where(known, values, 0.0) @ columns
    enough = share >= max(minimum_share - _SLACK, _SLACK)
    return np.divide(total, share, out=np.full_like(total, np.nan), where=enough)


def _sine(degrees: np.ndarray) -> np.ndarray:
    return np.sin(np.radians(degrees))
