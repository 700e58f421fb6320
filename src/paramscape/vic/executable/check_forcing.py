"""Checks of forcing files as VIC will read them."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import cftime
import numpy as np
import torch

from paramscape.vic.check_forcing import FILE_NAMES, PLAUSIBLE, ROUNDING, implausible
from paramscape.vic.executable.errors import CaseError
from paramscape.vic.executable.raw import NUMBER, StoredFile, StoredGrid, open_stored
from paramscape.vic.forcing_units import conversion
from paramscape.vic.image.write_global import FORCING, ImageCase
from paramscape.vic.processes.atmosphere import saturation_vapour_pressure

_DAY = 86400
_SAME_CALENDAR = {"gregorian": "standard", "365_day": "noleap", "366_day": "all_leap"}


@dataclass(frozen=True)
class ForcingTotals:
    """Totals of the forcing, for checks of a run's outputs.

    precipitation: (day, cell) total [mm]. at_freezing: (day, cell) bool, whether a step of the day
    has exactly 0 degrees Celsius.
    """

    precipitation: np.ndarray
    at_freezing: np.ndarray


def check_case_forcing(folder: Path, case: ImageCase, grid: StoredGrid) -> ForcingTotals:
    """Check the forcing of every year of the run, and return its totals.

    Raises:
        CaseError: naming file, variable, value, time and cell.
    """
    years = range(case.start.year, case.end.year + 1)
    parts = [_year(folder / f"{FORCING}{year}.nc", year, case, grid) for year in years]
    return ForcingTotals(
        np.concatenate([part.precipitation for part in parts]),
        np.concatenate([part.at_freezing for part in parts]),
    )


def _year(path: Path, year: int, case: ImageCase, grid: StoredGrid) -> ForcingTotals:
    begin, end = max(case.start, date(year, 1, 1)), min(case.end, date(year, 12, 31))
    steps = case.options.snow_steps_per_day
    with open_stored(path) as file:
        file.require_grid(grid)
        chosen = _records(file, (begin, end), case)
        fields = {field: _read(file, field, (chosen, steps), grid) for field in FILE_NAMES}
    first = cftime.datetime(begin.year, begin.month, begin.day, calendar=case.calendar)
    for field, values in fields.items():
        _check_values(path, field, values, (first, _DAY // steps), grid)
    _check_magnitudes(path, fields, steps)
    days = (len(fields["prec"]) // steps, steps, grid.count)
    air = fields["air_temp"].reshape(days)
    frozen = (air == 0).any(1) | (np.abs(air.mean(1)) < 1e-9)
    return ForcingTotals(fields["prec"].reshape(days).sum(1), frozen)


def _records(file: StoredFile, days: tuple[date, date], case: ImageCase) -> slice:
    """Records of some days; VIC counts records and reads only the first two times."""
    seconds = _seconds(file, case, days[0])
    step = _DAY // case.options.snow_steps_per_day
    uneven = np.flatnonzero(np.diff(seconds) != step)
    if len(seconds) < 2 or uneven.size:
        found = f"{np.diff(seconds)[uneven[0]]:g} s after record {uneven[0]}" if uneven.size else ""
        raise CaseError(
            f"{file.path}: time must go on in steps of {step} s, as many a day as "
            f"SNOW_STEPS_PER_DAY={case.options.snow_steps_per_day}; the file has {len(seconds)} "
            f"records{', with a step of ' if found else ''}{found}"
        )
    wanted = ((days[1] - days[0]).days + 1) * _DAY // step
    first = int(-seconds[0] // step)
    from_new_year = days[0] > case.start
    if (
        seconds[0] > 0
        or seconds[0] % step
        or (from_new_year and first)
        or (first + wanted > len(seconds))
    ):
        raise CaseError(
            f"{file.path}: the run needs {wanted} records from {days[0]} 00:00 to the end of "
            f"{days[1]}, beginning with the file's first record in all years but the run's first; "
            f"the file has {len(seconds)}, the first {seconds[0] / 3600:g} h after {days[0]} 00:00"
        )
    return slice(first, first + wanted)


def _seconds(file: StoredFile, case: ImageCase, first_day: date) -> np.ndarray:
    """Times of all records, in seconds since the start of a day."""
    numbers = np.asarray(file.variable("time", ("time",), NUMBER)[:], dtype=float)
    units, calendar = file.attribute("time", "units"), file.attribute("time", "calendar")
    if units is None or calendar is None:
        raise CaseError(f"{file.path}: VIC needs the attributes units and calendar of time")
    pair = [_SAME_CALENDAR.get(c.lower(), c.lower()) for c in (calendar, case.calendar)]
    if pair[0] != pair[1]:
        raise CaseError(
            f"{file.path}: its calendar is {calendar}, that of the run {case.calendar}; VIC counts "
            "days by the latter"
        )
    try:
        dates = cftime.num2date(numbers, units, calendar=case.calendar)
        origin = f"seconds since {first_day.isoformat()} 00:00:00"
        return np.rint(cftime.date2num(dates, origin, calendar=case.calendar))
    except (ValueError, OverflowError) as error:
        raise CaseError(f"{file.path}: time in {units!r} cannot be read: {error}") from error


def _read(file: StoredFile, field: str, chosen: tuple[slice, int], grid: StoredGrid) -> np.ndarray:
    """Values (record, cell) of some records of a field."""
    name, (records, steps_per_day) = FILE_NAMES[field], chosen
    variable = file.variable(name, ("time", "lat", "lon"))
    units = file.attribute(name, "units")
    try:
        other = conversion(field, units, _DAY / steps_per_day).changes
    except ValueError as error:
        raise CaseError(f"{file.path}: {name} {error}") from None
    if other:
        raise CaseError(
            f"{file.path}: {name} is in {units!r}, but VIC would read it as {PLAUSIBLE[field][2]}; "
            "convert it"
        )
    return variable[records][:, grid.active].astype(float)


def _check_values(
    path: Path, field: str, values: np.ndarray, times: tuple[cftime.datetime, int], grid: StoredGrid
) -> None:
    low, high, unit = PLAUSIBLE[field]
    outside = ~((values >= low - ROUNDING.get(field, 0.0)) & (values <= high))
    if outside.any():
        record, cell = np.argwhere(outside)[0]
        first, step = times
        when = first + timedelta(seconds=int(record) * step)
        raise CaseError(
            f"{path}: {FILE_NAMES[field]} must lie between {low:g} and {high:g} [{unit}] and is "
            f"{values[record, cell]:g} at {when} in the cell at {grid.place(cell)}, and outside "
            f"{int(outside.sum())} times in {int(outside.any(0).sum())} of {grid.count} cells. "
            "Missing values and other units look like this, and VIC would continue with them"
        )


def _check_magnitudes(path: Path, fields: dict[str, np.ndarray], steps_per_day: int) -> None:
    """Refuse impossible values, which show another unit."""
    air = torch.from_numpy(fields["air_temp"])
    saturated = saturation_vapour_pressure(air).numpy() / 1000.0
    found = implausible(fields, saturated, steps_per_day)
    if found is not None:
        field, why = found
        raise CaseError(f"{path}: {FILE_NAMES[field]} {why}; it must be in {PLAUSIBLE[field][2]}")
