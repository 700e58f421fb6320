"""China Meteorological Forcing Dataset, v1.6 and v2.0, 3-hourly (He et al. 2020)."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.checks import FileOf, require_physical, require_times
from paramscape.products.cmfd.files import VARIABLES, months, path_of
from paramscape.products.humidity import vapour_pressure
from paramscape.products.listing import Listing
from paramscape.products.looks import FileLooks, look_at_header
from paramscape.products.netcdf_reader import open_product
from paramscape.products.time_steps import check_points, day_after, record_times, steps_between
from paramscape.products.units import convert
from paramscape.study import CmfdForcing, Period
from paramscape.study.quantities import UNITS

STEP_HOURS = 24 // CmfdForcing.steps_per_day


def read_forcing(
    settings: CmfdForcing, period: Period, box: Box, ends_record: bool = True
) -> xr.Dataset:
    """Steps of 3 hours around a box, from monthly files.

    A record of `prec` is the mean rate over the 3 hours before it; those of radiation are means
    around it (v2.0: `lrad` at it), all others values at it. So the step [t, t + 3 h) has the rain
    of record t + 3 h and the mean of records t and t + 3 h of everything else. Vapour pressure is
    computed from humidity and pressure of the same record.

    Args:
        settings: folder and version.
        period: days to read; those of one year keep memory small.
        box: the domain's edges.
        ends_record: the data may end with the period: where the month after it has no file, its
            first record, which closes the last step, is taken to equal the last one.

    Returns:
        tas, prcp, pres, dswrf, dlwrf, vp, wind (time, lat, lon) on the native grid; NaN outside
        the product.

    Raises:
        ProductError: if a file is missing, damaged, incomplete or unphysical.
    """
    file = forcing_file(settings)
    points, units = {}, {}
    for name in VARIABLES:
        points[name], units[name] = _records(settings, name, period, box, ends_record)
    humidity = points["vp"]
    points["vp"] = humidity.copy(data=vapour_pressure(humidity.values, points["pres"].values))
    points["prcp"] = points["prcp"] * np.float32(STEP_HOURS)
    for name, field in points.items():
        points[name] = field.rename(name).assign_attrs(units=UNITS[name])
    check_points(points, STEP_HOURS, settings.supersaturation, file, units)
    return steps_between(points, STEP_HOURS)


def forcing_file(settings: CmfdForcing) -> FileOf:
    """The file of a variable of ours at a time."""
    listing = Listing()

    def file(name: str, time: np.datetime64 | None) -> Path:
        if time is None:
            return settings.folder
        return path_of(settings, VARIABLES[name], np.datetime64(time, "D").item(), listing)

    return file


def _records(
    settings: CmfdForcing, name: str, period: Period, box: Box, ends_record: bool
) -> tuple[xr.DataArray, str | None]:
    """Records of one variable from the period's start to the midnight after it, and their units."""
    listing = Listing()
    wanted = record_times(period, STEP_HOURS)
    parts, units = [], []
    for month in months(period.start, day_after(period)):
        path = path_of(settings, VARIABLES[name], month, listing)
        is_after = month > period.end
        if is_after and ends_record and not path.is_file():
            parts.append(parts[-1].isel(time=[-1]).assign_coords(time=wanted[-1:]))
            continue
        part, unit = read_month(path, name, month, box, wanted)
        parts.append(part)
        units.append(unit)
    said = list(dict.fromkeys(units))
    return (
        xr.concat(parts, "time", join="exact"),
        said[0] if len(said) == 1 else " or ".join(map(str, said)),
    )


def read_month(
    path: Path, name: str, month: date, box: Box, wanted: np.ndarray
) -> tuple[xr.DataArray, str | None]:
    """Records of one of our variables in the file of a month, and its `units` attribute.

    The time axis must hold every record of the month; only those in `wanted` are read.

    Raises:
        ProductError: if the file is damaged, incomplete, or of an unknown unit.
    """
    variable, unit = VARIABLES[name].name, VARIABLES[name].units
    whole = times_of_month(month)
    with open_product(path) as raw:
        if raw.time is None:
            require_times(np.array([], "datetime64[ns]"), whole, path)
        require_times(raw.time, whole, path)
        inside = np.flatnonzero(np.isin(whole, wanted))
        field = raw.field(variable, box, slice(int(inside[0]), int(inside[-1]) + 1))
        units = raw.units(variable)
        return field.copy(data=convert(field.values, units, unit, path, variable)), units


def times_of_month(month: date) -> np.ndarray:
    """Times (record,) that the file of a month holds."""
    following = (month + timedelta(days=31)).replace(day=1)
    return record_times(Period(start=month, end=following - timedelta(days=1)), STEP_HOURS)[:-1]


def looks_at_forcing(settings: CmfdForcing, period: Period, box: Box) -> Iterator[FileLooks]:
    """Looks at the months that exist: times, variable, unit and grid, and the first record."""
    listing = Listing()
    for name, variable in VARIABLES.items():
        for month in months(period.start, period.end):
            path = path_of(settings, variable, month, listing)
            if path.is_file():
                wanted = ((variable.name, variable.units),)
                header = partial(look_at_header, path, times_of_month(month), wanted, box)
                yield FileLooks(path, (header,), (partial(_look_at_month, path, name, month, box),))


def _look_at_month(path: Path, name: str, month: date, box: Box) -> None:
    """Refuse a month whose first record is wrong."""
    first = np.array([np.datetime64(month)], "datetime64[ns]")
    field, units = read_month(path, name, month, box, first)
    if name != "vp":  # humidity there
        described = field.rename(name).assign_attrs(units=VARIABLES[name].units)
        require_physical(described, path, units)
