"""GLEAM daily evaporation and soil moisture, v3 (0.25 degree) and v4 (0.1 degree)."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.checks import require_physical, require_times
from paramscape.products.errors import ProductError
from paramscape.products.gleam.files import path_of
from paramscape.products.listing import Listing
from paramscape.products.looks import FileLooks
from paramscape.products.netcdf_reader import ProductFile, open_product
from paramscape.products.observed import finished_days
from paramscape.products.plausible import require_plausible
from paramscape.products.units import convert
from paramscape.study import GleamObservations, Period
from paramscape.study.quantities import UNITS

_MISSING = -999.0


def read_observations(
    settings: GleamObservations, target: str, period: Period, box: Box
) -> xr.DataArray:
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
    listing, parts = Listing(), []
    for year in range(period.start.year, period.end.year + 1):
        with open_product(path_of(settings, target, year, listing)) as raw:
            parts.append(_year(raw, settings.variable_of(target), target, period, box, year))
    return finished_days(xr.concat(parts, "time", join="exact"), target, settings.folder)


def days_within(period: Period, year: int) -> np.ndarray:
    """The days of a period that lie in a year."""
    days = np.arange(period.start, np.datetime64(period.end) + 1, dtype="datetime64[D]")
    return days[days.astype("datetime64[Y]") == np.datetime64(f"{year:04d}", "Y")]


def _year(
    raw: ProductFile, variable: str, target: str, period: Period, box: Box, year: int
) -> xr.DataArray:
    days = days_in_file(raw)
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


def days_in_file(raw: ProductFile) -> np.ndarray:
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


def looks_at_observations(
    settings: GleamObservations, target: str, period: Period, box: Box
) -> Iterator[FileLooks]:
    """Looks at the years that exist: days, variable, unit and grid, and the first record."""
    listing = Listing()
    for days in period.by_year():
        path = path_of(settings, target, days.start.year, listing)
        if path.is_file():
            yield FileLooks(path, (partial(_look_at_year, path, settings, target, days, box),))


def _look_at_year(
    path: Path, settings: GleamObservations, target: str, days: Period, box: Box
) -> None:
    """Refuse a year whose days, variable, unit, grid or first record is wrong."""
    with open_product(path) as raw:
        found, wanted = days_in_file(raw), days_within(days, days.start.year)
        inside = (found >= wanted[0]) & (found <= wanted[-1])
        require_times(found[inside], wanted, path)
    read_observations(settings, target, Period(start=days.start, end=days.start), box)
