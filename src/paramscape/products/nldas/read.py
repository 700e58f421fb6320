"""NLDAS-2 hourly forcing, File A, NetCDF V2.0 (NLDAS_FORA0125_H)."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.checks import (
    FileOf,
    require_physical,
    require_rain_rate,
    require_steady_cover,
)
from paramscape.products.humidity import vapour_pressure
from paramscape.products.listing import Listing
from paramscape.products.looks import FileLooks, look_at_header
from paramscape.products.nldas.files import file_of, hours, path_of, year_path
from paramscape.products.nldas.records import (
    RESOLUTION,
    VARIABLES,
    Records,
    has_record,
    hour_of,
    read_file,
    read_records,
    require_same_grid,
)
from paramscape.products.time_steps import check_points, joined_steps, record_times, steps_between
from paramscape.study import NldasForcing, Period
from paramscape.study.quantities import UNITS

PIECE_DAYS = 10
"""Days that are read at once; yearly files are best stored in chunks of as many."""
_HOURS = 24  # records a day


def read_forcing(
    settings: NldasForcing, period: Period, box: Box, ends_record: bool = True
) -> xr.Dataset:
    """Steps of one or several hours around a box, from hourly records.

    A record's `Rainf` is the total of the hour before its time, everything else a value at its
    time. So the step [t, t + 1 h) has the rain of record t + 1 h and the mean of records t and
    t + 1 h of everything else. Wind speed and vapour pressure are computed of each record. Longer
    steps have the means of these, and the total of the rain. Some days at a time are in memory.

    Args:
        settings: folder of the files, their layout, and steps a day.
        period: days to read.
        box: the domain's edges; of sampled cells only their own rows and columns are returned.
        ends_record: the data may end with the period: where the record of the midnight after it
            is absent, it is taken to equal the last one.

    Returns:
        tas, prcp, pres, dswrf, dlwrf, vp, wind (time, lat, lon) on the native grid; NaN over water
        and outside the product. Of sampled cells with the attribute `resolution`.

    Raises:
        ProductError: if a file is missing, damaged or unphysical.
    """
    parts = []
    for points, units in _whole_days(settings, period, box, ends_record):
        check_points(points, 1, settings.supersaturation, forcing_file(settings), units)
        hourly = steps_between(points, 1)
        parts.append(joined_steps(hourly, _HOURS // settings.steps_per_day))
    steps = parts[0] if len(parts) == 1 else xr.concat(parts, "time", join="exact")
    length = _HOURS // settings.steps_per_day
    require_steady_cover(steps["tas"], forcing_file(settings))
    require_rain_rate(steps["prcp"], length, forcing_file(settings), units.get("prcp"))
    return steps.assign_attrs(step_hours=length, **({"resolution": RESOLUTION} if box.rows else {}))


def forcing_file(settings: NldasForcing) -> FileOf:
    """The file of a time."""
    listing = Listing()

    def file(name: str, time: np.datetime64 | None) -> Path:
        if time is None:
            return settings.folder
        return file_of(settings, hour_of(time), listing)

    return file


def _whole_days(
    settings: NldasForcing, period: Period, box: Box, ends_record: bool
) -> Iterator[tuple[dict[str, xr.DataArray], Mapping[str, str | None]]]:
    """Our variables of consecutive whole days, with the record that ends the last of them."""
    listing, times = Listing(), record_times(period, 1)
    ends_here = ends_record and not has_record(settings, times[-1], listing)
    held: dict[str, xr.DataArray] = {}
    for piece in _pieces(times[:-1] if ends_here else times):
        records = read_records(settings, piece, box, listing)
        points = _combined(records)
        if held:
            path = file_of(settings, hour_of(piece[0]), listing)
            require_same_grid(points["tas"], held["tas"], path)
            points = {name: _after(held[name], points[name]) for name in points}
        if ends_here and piece[-1] == times[-2]:
            points = {name: _with_repeated_end(field, times[-1]) for name, field in points.items()}
        last = (points["tas"].sizes["time"] - 1) // _HOURS * _HOURS
        if last:
            yield {n: f.isel(time=slice(0, last + 1)) for n, f in points.items()}, records.units
        held = {name: field.isel(time=slice(last, None)) for name, field in points.items()}


def _pieces(times: np.ndarray) -> list[np.ndarray]:
    """Times of some days each, which start on the days 1, 11, 21, ... of a year."""
    years = times.astype("M8[Y]")
    number = (times.astype("M8[D]") - years.astype("M8[D]")).astype(int) // PIECE_DAYS
    return np.split(times, np.flatnonzero(np.diff(number)) + 1)


def _after(before: xr.DataArray, field: xr.DataArray) -> xr.DataArray:
    joined = xr.concat([before, field], "time", join="exact")
    return joined.assign_attrs(field.attrs)


def _with_repeated_end(field: xr.DataArray, time: np.datetime64) -> xr.DataArray:
    return _after(field, field.isel(time=slice(-1, None)).assign_coords(time=[time]))


def _combined(records: Records) -> dict[str, xr.DataArray]:
    raw = dict(records.fields)
    northward = raw.pop("northward").values
    raw["wind"] = raw["wind"].copy(data=np.hypot(raw["wind"].values, northward))
    raw["vp"] = raw["vp"].copy(data=vapour_pressure(raw["vp"].values, raw["pres"].values))
    return {name: f.rename(name).assign_attrs(units=UNITS[name]) for name, f in raw.items()}


def looks_at_forcing(settings: NldasForcing, period: Period, box: Box) -> Iterator[FileLooks]:
    """Looks at the files that exist: time, variables, units and grid, and their values."""
    listing, wanted = Listing(), tuple(VARIABLES.values())
    if settings.layout == "yearly":
        for part in period.by_year():
            path = year_path(settings, part.start.year, listing)
            if path.is_file():
                day = Period(start=part.start, end=part.start)
                times = record_times(day, 1)[:-1]
                yield FileLooks(path, (), (partial(_look_at_records, path, times, box),))
        return
    for hour in hours(period.start, period.end):
        path, time = path_of(settings, hour, listing), np.array([hour], "datetime64[ns]")
        if path.is_file():
            header = partial(look_at_header, path, time, wanted, box)
            yield FileLooks(path, (header,), (partial(_look_at_records, path, time, box),))


def _look_at_records(path: Path, times: np.ndarray, box: Box) -> None:
    """Refuse a file whose values are wrong, that lacks times, or that is not of File A."""
    records = read_file(path, times, box)
    for name in ("tas", "prcp", "pres", "dswrf", "dlwrf"):
        described = records.fields[name].rename(name).assign_attrs(units=UNITS[name])
        require_physical(described, path, records.units[name])
