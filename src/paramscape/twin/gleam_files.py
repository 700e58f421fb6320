"""The twin's observations in the files of GLEAM v3."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products.gleam.files import canonical_path
from paramscape.twin._sparse import GEOGRAPHIC, add_axis, add_field, new_file

FILL = np.float32(-999)
STEP = 0.25
LAT = 89.875 - STEP * np.arange(720)
LON = -179.875 + STEP * np.arange(1440)
_EPOCH = date(1970, 1, 1).toordinal()
_UNITS = {"mm d-1": "mm/day", "m3 m-3": "m3/m3"}


def write_gleam(observed: xr.DataArray, folder: Path, version: str, variable: str) -> list[Path]:
    """Write daily observations as GLEAM's global yearly files.

    Args:
        observed: (time, lat, lon) daily values [mm d-1 or m3 m-3] on the study's grid; NaN is
            missing. A GLEAM cell takes the value of the study's cell in which its centre lies.
        folder: GLEAM's folder; files go to `daily/<year>/`.
        version: as in the file names, such as v3.7a.
        variable: GLEAM's name, such as E.

    Returns:
        the files; days of a year that `observed` lacks are missing in them.

    Raises:
        ValueError: if the unit is not one of GLEAM's.
    """
    units = observed.attrs.get("units")
    if units not in _UNITS:
        raise ValueError(f"GLEAM files hold mm d-1 or m3 m-3, but {variable} is in {units!r}")
    observed = observed.transpose("time", "lat", "lon")
    paths = []
    for year in np.unique(observed.time.dt.year.values):
        path = canonical_path(folder, version, variable, int(year))
        _write_year(path, observed.sel(time=str(year)), variable, _UNITS[units])
        paths.append(path)
    return paths


def _write_year(path: Path, observed: xr.DataArray, variable: str, units: str) -> None:
    year = int(observed.time.dt.year[0])
    first, after = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    rows, row_of = _cells(LAT, observed.lat.values)
    columns, column_of = _cells(LON, observed.lon.values)
    shape = np.ptp(rows) + 1, np.ptp(columns) + 1
    values = np.full((after - first, *shape), FILL)
    days = observed.time.dt.dayofyear.values - 1
    picked = observed.values[:, row_of][:, :, column_of]
    at = np.ix_(days, rows - rows[0], columns - columns[0])
    values[at] = np.where(np.isnan(picked), FILL, picked)
    about = {"Conventions": "CF-1.6", "title": f"GLEAM-like {variable} of the Paramscape twin"}
    with new_file(path, about) as file:
        time = np.arange(first, after) - _EPOCH
        calendar = {"units": "days since 1970-01-01 00:00:00", "calendar": "standard"}
        add_axis(file, "time", time.astype("f8"), calendar)
        add_axis(file, "lat", LAT, GEOGRAPHIC["lat"])
        add_axis(file, "lon", LON, GEOGRAPHIC["lon"])
        attributes = {"units": units, "_FillValue": FILL, "missing_value": FILL}
        add_field(file, variable, values, (int(rows[0]), int(columns[0])), attributes)


def _cells(axis: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Indices of GLEAM's cells in the study's cells, ascending, and the study's cell of each."""
    half = np.abs(np.diff(centres)).min() / 2 + 1e-6  # sampled cells are further apart than wide
    distance = np.abs(axis[:, None] - centres[None, :])
    inside = np.flatnonzero(distance.min(1) <= half)
    if not inside.size:
        raise ValueError("no centre of GLEAM's 0.25 degree cells lies in the study's grid")
    return inside, distance[inside].argmin(1)
