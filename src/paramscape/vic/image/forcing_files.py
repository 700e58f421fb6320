"""The image driver's yearly forcing files, read in windows of bounded memory."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import cftime
import numpy as np
import xarray as xr

from paramscape.vic.check_forcing import FILE_NAMES, WEATHER, implausible
from paramscape.vic.forcing import Forcing
from paramscape.vic.forcing_units import AS_IT_IS, NEEDED, Conversion, conversion
from paramscape.vic.image.forcing_grid import opened_forcing
from paramscape.vic.image.global_file import GlobalFile
from paramscape.vic.image.grid import ImageGrid
from paramscape.vic.processes.atmosphere import saturation_vapour_pressure

SAME_CALENDAR = {"gregorian": "standard", "noleap": "365_day", "all_leap": "366_day"}
WINDOW_BYTES = 2**28
SECOND = timedelta(seconds=1)
Period = tuple[cftime.datetime, cftime.datetime]


def check_forcing_files(run: GlobalFile, grid: ImageGrid) -> None:
    """Refuse forcing files that are missing, have gaps, or another grid, calendar or time step.

    Values are checked when they are read.

    Raises:
        FileNotFoundError, ValueError: naming the file, the variable and the time.
    """
    for period in _years(run):
        for prefix, fields in _files(run).items():
            path = _path(prefix, period)
            with opened_forcing(path, grid, tuple(fields.values())) as raw:
                _check_calendar(path, raw, run.calendar)
                _records(path, raw, period, run.options.snow_steps_per_day)
                for field, name in fields.items():
                    _conversion(path, field, raw[name], run)


def forcing_windows(
    run: GlobalFile, grid: ImageGrid, outputs: int
) -> Iterator[tuple[cftime.datetime, Forcing]]:
    """Forcing of the run in successive windows, each with the end of its last step.

    A window ends with a year, at the time of the state file, or when the forcing and `outputs`
    values per step and cell fill about WINDOW_BYTES.

    Raises:
        ValueError: if values are missing or not in VIC's units; names the file, the variable,
            the time and the cell.
    """
    options = run.options
    per_step = 8 * int(grid.active.sum()) * (len(WEATHER) * options.substeps + outputs)
    days = max(1, WINDOW_BYTES // (per_step * options.model_steps_per_day))
    for begin, year_end in _years(run):
        while begin < year_end:
            end = min(year_end, begin + timedelta(days=days))
            if run.state and begin < run.state.time < end:
                end = run.state.time
            yield end, _window(run, grid, (begin, end))
            begin = end


def _years(run: GlobalFile) -> Iterator[Period]:
    for year in range(run.start.year, run.end.year + 1):
        begin = max(run.start, cftime.datetime(year, 1, 1, calendar=run.calendar))
        end = min(run.end, cftime.datetime(year + 1, 1, 1, calendar=run.calendar))
        if begin < end:
            yield begin, end


def _sources(run: GlobalFile) -> dict[str, tuple[str, str]]:
    """For each field of `Forcing`, the prefix of its files and its name there."""
    default = {field: (run.forcing_prefix, name) for field, name in FILE_NAMES.items()}
    return default | dict(run.forcing)


def _files(run: GlobalFile) -> dict[str, dict[str, str]]:
    """For each prefix of files, the fields of `Forcing` in them and their names there."""
    files: dict[str, dict[str, str]] = {}
    for field, (prefix, name) in _sources(run).items():
        files.setdefault(prefix, {})[field] = name
    return files


def _window(run: GlobalFile, grid: ImageGrid, period: Period) -> Forcing:
    fields = {}
    for prefix, names in _files(run).items():
        path = _path(prefix, period)
        with opened_forcing(path, grid, tuple(names.values())) as raw:
            chosen = _records(path, raw, period, run.options.snow_steps_per_day)
            for field, name in names.items():
                part = raw[name].isel(time=chosen).load().drop_vars("time").astype(float)
                factor, offset = _conversion(path, field, raw[name], run)
                fields[field] = part * factor + offset if (factor, offset) != AS_IT_IS else part
    step = timedelta(days=1) / run.options.snow_steps_per_day
    times = np.array([period[0] + step * record for record in range(chosen.stop - chosen.start)])
    ds = xr.Dataset(fields).assign_coords(time=("time", times), **_places(grid))
    try:
        forcing = Forcing.from_dataset(
            ds, grid.active, run.options, {name: name for name in WEATHER}
        )
        _check_magnitudes(forcing, run.options.snow_steps_per_day)
    except ValueError as error:
        where = [
            f"{field} is {name} of {_path(prefix, period)}"
            for field, (prefix, name) in _sources(run).items()
            if f"forcing {field} " in str(error)
        ]
        raise ValueError(f"{error} ({', '.join(where)})") from error
    return forcing


def _places(grid: ImageGrid) -> dict[str, tuple]:
    if grid.latitude.ndim == 2:
        return {}
    return {"lat": ("lat", grid.latitude), "lon": ("lon", grid.longitude)}


def _conversion(path: Path, field: str, values: xr.DataArray, run: GlobalFile) -> Conversion:
    """Conversion of a variable to VIC's unit, by its `units`."""
    seconds = 86400.0 / run.options.snow_steps_per_day
    try:
        return conversion(field, values.attrs.get("units"), seconds)
    except ValueError as error:
        raise ValueError(f"{path}: {values.name} {error}") from None


def _check_magnitudes(forcing: Forcing, steps_per_day: int) -> None:
    """Refuse numbers that look like another unit, with which VIC would continue."""
    fields = {name: getattr(forcing, name).flatten(0, 1).numpy() for name in WEATHER}
    saturated = saturation_vapour_pressure(forcing.air_temp.flatten(0, 1)).numpy() / 1000.0
    found = implausible(fields, saturated, steps_per_day)
    if found is not None:
        field, why = found
        raise ValueError(
            f"forcing {field} {why}; VIC needs {NEEDED[field]}. Give the file's variable its "
            "right `units`, by which it is converted"
        )


def _path(prefix: str, period: Period) -> Path:
    return Path(f"{prefix}{period[0].year:4d}.nc")


def _check_calendar(path: Path, ds: xr.Dataset, calendar: str) -> None:
    theirs = ds["time"].attrs.get("calendar") if "time" in ds.variables else None
    if theirs is None:
        raise ValueError(f"{path}: time has no calendar attribute; add calendar = {calendar!r}")
    pair = [SAME_CALENDAR.get(c, c) for c in (theirs.lower(), calendar)]
    if pair[0] != pair[1]:
        raise ValueError(f"{path}: its calendar is {theirs!r}, CALENDAR is {calendar!r}")


def _records(path: Path, ds: xr.Dataset, period: Period, steps_per_day: int) -> slice:
    """The records of a period, which must have no gap."""
    times = xr.decode_cf(ds[["time"]], decode_times=xr.coders.CFDatetimeCoder(use_cftime=True))[
        "time"
    ].values
    step = timedelta(days=1) / steps_per_day
    wanted = round((period[1] - period[0]) / step)
    _check_step(path, times, step, steps_per_day)
    first = int(np.searchsorted(times, period[0] - SECOND))
    found = times[first : first + wanted]
    for record, time in enumerate(found):
        expected = period[0] + step * record
        if abs(time - expected) > SECOND:
            raise ValueError(
                f"{path}: the record of {expected} is missing; after {record} records of the "
                f"period follows {time}. {wanted} records from {period[0]} to {period[1]} are "
                f"needed (SNOW_STEPS_PER_DAY is {steps_per_day})"
            )
    if len(found) < wanted:
        raise ValueError(
            f"{path}: {wanted} records from {period[0]} to {period[1]} are needed "
            f"(SNOW_STEPS_PER_DAY is {steps_per_day}); it has {len(found)}, up to "
            f"{times[-1] if len(times) else 'none'}"
        )
    return slice(first, first + wanted)


def _check_step(path: Path, times: np.ndarray, step: timedelta, steps_per_day: int) -> None:
    if len(times) > 1 and abs(times[1] - times[0] - step) > SECOND:
        per_day = timedelta(days=1) / (times[1] - times[0])
        raise ValueError(
            f"{path} has {per_day:g} records a day; SNOW_STEPS_PER_DAY is {steps_per_day}. They "
            "must be equal"
        )
