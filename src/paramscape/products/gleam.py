"""GLEAM daily evaporation and soil moisture, v3 (0.25 degree) and v4 (0.1 degree)."""

from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products import paths
from paramscape.products.bounding_box import Box
from paramscape.products.checks import require_physical, require_times
from paramscape.products.errors import ProductError
from paramscape.products.netcdf_reader import ProductFile, open_product
from paramscape.products.plausible import require_plausible
from paramscape.products.units import convert
from paramscape.study import GleamObservations, Period
from paramscape.study.quantities import LONG_NAMES, UNITS

_MISSING = -999.0


def read_gleam(settings: GleamObservations, target: str, period: Period, box: Box) -> xr.DataArray:
    """Daily values of a target around a box, from global yearly files.

    The files of v3.0 to v3.5 hold (time, lon, lat), later ones (time, lat, lon), all with
    descending latitude; v3.0 and v3.1 give their days as `DATE(3, n)` instead of a time axis.

    Args:
        settings: folder, version and variable.
        target: `et` or `soil_moisture`.
        period: days to read.
        box: the domain's edges.

    Returns:
        (time, lat, lon) on GLEAM's grid, named after the target, mm d-1 or m3 m-3; NaN where GLEAM
        has no value. Evaporation may be slightly negative (dew).

    Raises:
        ProductError: if a file is missing, damaged, lacks days or has unphysical values.
    """
    listing = paths.Listing()
    variable = settings.variable_of(target)
    parts = []
    for year in range(period.start.year, period.end.year + 1):
        path = paths.find_gleam(listing, settings.folder, settings.version, variable, year)
        with open_product(path) as raw:
            parts.append(_year(raw, variable, target, period, box, year))
    daily = xr.concat(parts, "time", join="exact")
    return described(daily, target)


def described(daily: xr.DataArray, target: str) -> xr.DataArray:
    """A daily field with the target's name, unit and axes described."""
    daily = daily.rename(target)
    daily.attrs = {"units": UNITS[target], "long_name": LONG_NAMES[target]}
    daily["lat"].attrs = {"units": "degrees_north", "standard_name": "latitude"}
    daily["lon"].attrs = {"units": "degrees_east", "standard_name": "longitude"}
    return daily


def days_within(period: Period, year: int) -> np.ndarray:
    """The days of a period that lie in a year."""
    days = np.arange(period.start, np.datetime64(period.end) + 1, dtype="datetime64[D]")
    return days[days.astype("datetime64[Y]") == np.datetime64(f"{year:04d}", "Y")]


def _year(
    raw: ProductFile, variable: str, target: str, period: Period, box: Box, year: int
) -> xr.DataArray:
    days = days_of(raw)
    wanted = days_within(period, year)
    inside = np.flatnonzero((days >= wanted[0]) & (days <= wanted[-1]))
    require_times(days[inside], wanted, raw.path)
    field = raw.field(variable, box, slice(int(inside[0]), int(inside[-1]) + 1))
    field = field.where(field != _MISSING)
    values = convert(field.values, raw.units(variable), UNITS[target], raw.path, variable)
    field = field.copy(data=values).assign_coords(time=wanted.astype("datetime64[ns]"))
    field = field.rename(target).assign_attrs(units=UNITS[target])
    require_physical(field, raw.path, raw.units(variable))
    require_plausible(field, raw.path, raw.units(variable))
    return field


def days_of(raw: ProductFile) -> np.ndarray:
    """(n,) days of the file's records."""
    if raw.time is not None:
        return raw.time.astype("datetime64[D]")
    if "DATE" not in raw.variables:
        raise ProductError(
            "the file has neither a time axis nor DATE(3, n)", Path(raw.path), "time",
            cure="take GLEAM's daily files",
        )  # fmt: skip
    date = raw.raw("DATE")
    date = date if date.shape[0] == 3 else date.T
    return np.array([f"{int(y):04d}-{int(m):02d}-{int(d):02d}" for y, m, d in date.T], "M8[D]")
