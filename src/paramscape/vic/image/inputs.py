"""The image driver's inputs: domain, parameters and yearly forcing files."""

from collections.abc import Iterator
from pathlib import Path

import cftime
import numpy as np
import xarray as xr

from paramscape.vic.forcing import FILE_NAMES, Forcing
from paramscape.vic.image.global_file import GlobalFile
from paramscape.vic.parameters import Parameters, active_cells

FORCE_TYPES = {
    "AIR_TEMP": "air_temp",
    "PREC": "prec",
    "PRESSURE": "pressure",
    "VP": "vp",
    "SWDOWN": "swdown",
    "LWDOWN": "lwdown",
    "WIND": "wind",
}
SAME_CALENDAR = {"gregorian": "standard", "noleap": "365_day", "all_leap": "366_day"}
DEGREES = 0.01  # tolerance of coordinates


def read_domain(run: GlobalFile) -> xr.Dataset:
    """Domain with the names `mask`, `lat`, `lon`, dims (lat, lon)."""
    names = {"LAT": "lat", "LON": "lon", "MASK": "mask", "YDIM": "lat", "XDIM": "lon"}
    found = {kind: run.domain_names.get(kind, name) for kind, name in names.items()}
    with xr.open_dataset(run.domain, decode_times=False) as domain:
        absent = [n for k, n in found.items() if k != "YDIM" and k != "XDIM" and n not in domain]
        if absent:
            raise ValueError(f"{run.domain} has no {', '.join(absent)}; see DOMAIN_TYPE")
        renamed = {found[k]: names[k] for k in ("YDIM", "XDIM", "MASK") if found[k] != names[k]}
        return domain[[found["MASK"]]].rename(renamed).load()


def read_parameters(run: GlobalFile, domain: xr.Dataset) -> tuple[Parameters, np.ndarray]:
    """Parameters, and the cells (lat, lon) to run.

    Raises:
        ValueError: where the grids differ, a cell to run lies outside the mask, or a rule of
            `check_parameters` is broken.
    """
    with xr.open_dataset(run.parameters, decode_times=False) as params:
        _same_grid(run.parameters, params, domain)
        mask = domain["mask"].transpose("lat", "lon").values
        active = active_cells(params, mask)
        if "run_cell" in params:
            outside = (params["run_cell"].transpose("lat", "lon").values > 0) & ~(mask > 0)
            if outside.any():
                raise ValueError(
                    f"{run.parameters}: run_cell is 1 in {int(outside.sum())} cells outside the "
                    f"domain's mask, the first at {np.argwhere(outside)[0].tolist()} (lat, lon); "
                    "set it to 0 there"
                )
        return Parameters.from_dataset(params, active), active


def _same_grid(path: Path, ds: xr.Dataset, domain: xr.Dataset) -> None:
    for name in ("lat", "lon"):
        theirs, ours = ds[name].values, domain[name].values
        if theirs.shape != ours.shape or np.abs(theirs - ours).max() > DEGREES:
            raise ValueError(
                f"{path}: its {name} differs from the domain's by more than {DEGREES} degrees "
                f"(or in number: {theirs.shape} against {ours.shape}); the grids must be the same"
            )


def yearly_forcing(
    run: GlobalFile, domain: xr.Dataset, active: np.ndarray
) -> Iterator[tuple[cftime.datetime, Forcing]]:
    """Forcing of every calendar year of the run, with the start of its first step.

    Raises:
        ValueError: where a file, variable or record is missing, the calendar, the grid or the
            time step differs, or the values are not in VIC's units.
    """
    for year in range(run.start.year, run.end.year + 1):
        begin = cftime.datetime(year, 1, 1, calendar=run.calendar)
        begin = max(run.start, begin)
        end = min(run.end, cftime.datetime(year + 1, 1, 1, calendar=run.calendar))
        if begin < end:
            yield begin, _one_year(run, domain, active, (begin, end))


def _one_year(
    run: GlobalFile,
    domain: xr.Dataset,
    active: np.ndarray,
    period: tuple[cftime.datetime, cftime.datetime],
) -> Forcing:
    path = Path(f"{run.forcing_prefix}{period[0].year}.nc")
    if not path.exists():
        raise ValueError(f"forcing file {path} does not exist; FORCING1 is {run.forcing_prefix}")
    with xr.open_dataset(path, decode_times=False) as raw:
        _check_calendar(path, raw, run.calendar)
        _same_grid(path, raw, domain)
        ds = xr.decode_cf(raw, decode_times=xr.coders.CFDatetimeCoder(use_cftime=True))
        times = ds["time"].values
        chosen = (times >= period[0]) & (times < period[1])
        _check_records(path, times[chosen], period, run.options.snow_steps_per_day)
        part = ds.isel(time=np.flatnonzero(chosen)).load()
    names = dict(FILE_NAMES)
    names |= {FORCE_TYPES[k]: v for k, v in run.forcing_names.items() if k in FORCE_TYPES}
    return Forcing.from_dataset(part, active, run.options, names)


def _check_calendar(path: Path, ds: xr.Dataset, calendar: str) -> None:
    theirs = ds["time"].attrs.get("calendar")
    if theirs is None:
        raise ValueError(f"{path}: time has no calendar attribute; add calendar = {calendar!r}")
    pair = [SAME_CALENDAR.get(c, c) for c in (theirs.lower(), calendar)]
    if pair[0] != pair[1]:
        raise ValueError(f"{path}: its calendar is {theirs!r}, CALENDAR is {calendar!r}")


def _check_records(
    path: Path,
    times: np.ndarray,
    period: tuple[cftime.datetime, cftime.datetime],
    steps_per_day: int,
) -> None:
    wanted = round((period[1] - period[0]).total_seconds() / 86400 * steps_per_day)
    if len(times) != wanted or (wanted and times[0] != period[0]):
        first = times[0] if len(times) else "none"
        raise ValueError(
            f"{path}: {wanted} records from {period[0]} to {period[1]} are needed "
            f"(SNOW_STEPS_PER_DAY is {steps_per_day}); it has {len(times)}, the first at {first}"
        )
