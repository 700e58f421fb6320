"""Forcing files of VIC's image driver, on the study's grid."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.checks import FileOf, require_physical, require_times
from paramscape.products.errors import ProductError
from paramscape.products.looks import FileLooks
from paramscape.products.netcdf_reader import ProductFile, open_product
from paramscape.products.time_steps import check_points, day_after, finished
from paramscape.products.units import convert, is_kind_of
from paramscape.products.vic_forcing.files import path_of
from paramscape.study import Period, VicForcing
from paramscape.study.quantities import FORCINGS, UNITS

_WIND_LABELS = ("mm s-1", "mm/s")


def read_forcing(
    settings: VicForcing, period: Period, box: Box, ends_record: bool = True
) -> xr.Dataset:
    """Steps of VIC forcing files, at the files' own step, in the cells of a box.

    A file without `units` attribute is assumed to have VIC's units; one in kelvin or pascal
    is converted. VIC's own preprocessors label wind in m s-1 as `mm s-1`, which is read as m s-1.

    Args:
        settings: path prefix of the yearly files, and names of variables that differ from ours.
        period: days to read.
        box: the domain's edges.
        ends_record: not used; a file has whole steps.

    Returns:
        tas, prcp, pres, dswrf, dlwrf, vp, wind (time, lat, lon), latitude ascending; NaN in
        inactive cells; time is the start of a step.

    Raises:
        ProductError: if a file is missing, damaged, has gaps in time or unphysical values.
    """
    years = range(period.start.year, period.end.year + 1)
    parts, units = [], {}
    for year in years:
        part, units = _year(settings, year, period, box)
        parts.append(part)
    steps = xr.concat(parts, "time", join="exact") if len(parts) > 1 else parts[0]
    times = steps["time"].values
    hours = _step_hours(times, path_of(settings, years[0]))
    points = {name: steps[name].assign_attrs(units=UNITS[name]) for name in FORCINGS}
    check_points(points, hours, settings.supersaturation, forcing_file(settings), units)
    return finished(steps, hours)


def forcing_file(settings: VicForcing) -> FileOf:
    """The file of the year of a time."""

    def file(name: str, time: np.datetime64 | None) -> Path:
        year = "YYYY" if time is None else f"{np.datetime64(time, 'Y')}"
        return Path(f"{settings.prefix}{year}.nc")

    return file


def _year(
    settings: VicForcing, year: int, period: Period, box: Box
) -> tuple[xr.Dataset, dict[str, str | None]]:
    path = path_of(settings, year)
    with open_product(path) as raw:
        inside = records_of_year(raw, year, period)
        fields, units = {}, {}
        for name in FORCINGS:
            fields[name] = vic_field(raw, settings, name, box, inside)
            units[name] = raw.units(settings.names.get(name, name))
    return xr.Dataset(fields), units


def vic_field(
    raw: ProductFile, settings: VicForcing, name: str, box: Box, records: slice
) -> xr.DataArray:
    """Some records of one of our variables in an open file, (time, lat, lon) in our unit.

    Raises:
        ProductError: if the variable is missing or damaged, or its unit unknown.
    """
    variable = settings.names.get(name, name)
    if variable not in raw.variables:
        raise ProductError(
            f"the file has no variable {variable!r} for {name}", raw.path, variable,
            cure=f"give its name in the files as products.forcing.names.{name}; they have "
            f"{', '.join(raw.variables)}",
        )  # fmt: skip
    field = raw.field(variable, box, records, margin=0)
    units = raw.units(variable)
    said = UNITS[name] if _is_vics(name, units) else units
    hours = _step_hours(raw.time, raw.path)
    values = _in_vics_units(field.values, name, said, hours, (raw.path, variable))
    return field.rename(name).copy(data=values)


def _in_vics_units(
    values: np.ndarray, name: str, units: str | None, hours: int, place: tuple[Path, str]
) -> np.ndarray:
    """Values of one of our variables in VIC's unit; rain may be a rate."""
    if name == "prcp" and is_kind_of(units, "mm h-1"):
        return convert(values, units, "mm h-1", *place) * values.dtype.type(hours)
    return convert(values, units, UNITS[name], *place)


def records_of_year(raw: ProductFile, year: int, period: Period) -> slice:
    """The records of a year that lie in the period, after checking that none is missing.

    Raises:
        ProductError: naming the first record that is missing, repeated or out of order.
    """
    if raw.time is None or raw.time.size < 2:
        raise ProductError(
            "a VIC forcing file needs a time axis of at least two records", raw.path, "time",
            cure="write `time` with units such as 'hours since 2009-01-01' and a calendar",
        )  # fmt: skip
    start = max(np.datetime64(period.start), np.datetime64(f"{year}-01-01"))
    end = min(np.datetime64(day_after(period)), np.datetime64(f"{year + 1}-01-01"))
    _step_hours(raw.time, raw.path)
    step = np.median(np.diff(raw.time))
    expected = np.arange(start.astype("datetime64[ns]"), end.astype("datetime64[ns]"), step)
    found = np.flatnonzero((raw.time >= expected[0]) & (raw.time < end))
    require_times(raw.time[found], expected, raw.path)
    return slice(int(found[0]), int(found[-1]) + 1)


def _step_hours(times: np.ndarray, path: Path) -> int:
    hours = np.median(np.diff(times)) / np.timedelta64(1, "h")
    if hours < 1 or hours > 24 or 24 % hours:
        raise ProductError(
            f"the step is {hours:g} hours, which does not divide the day into whole hours",
            path, "time", cure="give forcing with 1 to 24 steps a day",
        )  # fmt: skip
    return int(hours)


def _is_vics(name: str, units: str | None) -> bool:
    return units is None or (name == "wind" and units.strip().lower() in _WIND_LABELS)


def looks_at_forcing(settings: VicForcing, period: Period, box: Box) -> Iterator[FileLooks]:
    """Looks at the years that exist: times, units and grid of all variables, and a record."""
    for days in period.by_year():
        path = path_of(settings, days.start.year)
        if path.is_file():
            looks = [partial(_look_at_variable, settings, name, days, box) for name in FORCINGS]
            yield FileLooks(path, tuple(looks))


def _look_at_variable(settings: VicForcing, name: str, days: Period, box: Box) -> None:
    """Refuse one of our variables of a year whose times, unit, grid or first record is wrong."""
    path = path_of(settings, days.start.year)
    with open_product(path) as raw:
        first = records_of_year(raw, days.start.year, days).start
        field = vic_field(raw, settings, name, box, slice(first, first + 1))
        units = raw.units(settings.names.get(name, name))
        require_physical(field.assign_attrs(units=UNITS[name]), path, units)
