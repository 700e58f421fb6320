"""Every file of a forcing or observation product, opened one by one: header and first record."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from os import cpu_count
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from paramscape.check.report import Finding
from paramscape.products import cmfd, nldas, paths
from paramscape.products.bounding_box import Box
from paramscape.products.checks import require_physical, require_times
from paramscape.products.gleam import days_of, days_within, read_gleam
from paramscape.products.netcdf_reader import open_product
from paramscape.products.units import conversion
from paramscape.products.vic_files import records_of_year, vic_field
from paramscape.products.whole_file import require_whole_file
from paramscape.study import (
    CfObservations,
    CmfdForcing,
    GleamObservations,
    NldasForcing,
    Period,
    Study,
    VicForcing,
)
from paramscape.study.quantities import FORCINGS, UNITS

MOST_OPENED = 3000
"""Files of a product that are opened; of more, as many are taken evenly from first to last, and the
others are only compared with the size that their header promises."""
MOST_READ = 48
"""Files of which a record is read, too; where a product has many, reading takes the longest."""
_WORTH_PROCESSES = 100

Look = Callable[[], None]
"""Opens one file, or one variable of it, and raises what is wrong."""


Wanted = tuple[tuple[str, str], ...]
"""Variables of a file, and the units that theirs must be convertible to."""


class FileLooks(NamedTuple):
    """Looks at the size of a file, at its header, and at one of its records."""

    size: Look
    header: Look
    record: Look


@dataclass(frozen=True)
class HeaderLooks:
    """Looks at the files of a product, which open `opened` of `total` files."""

    looks: tuple[Look, ...]
    opened: int
    total: int


def forcing_looks(study: Study, box: Box) -> HeaderLooks:
    """Looks at those forcing files of a study's record that exist."""
    forcing, record = study.products.forcing, study.periods.record
    if isinstance(forcing, CmfdForcing):
        return _some(list(_of_cmfd(forcing, record, box)))
    if isinstance(forcing, NldasForcing):
        return _some(list(_of_nldas(forcing, record, box)))
    years = [
        part
        for part in record.by_year()
        if paths.vic_forcing_path(forcing.prefix, part.start.year).is_file()
    ]
    looks = [
        partial(look_at_vic_forcing, forcing, name, part, box)
        for part in years
        for name in FORCINGS
    ]
    return HeaderLooks(tuple(looks), len(years), len(years))


def observation_looks(
    settings: GleamObservations | CfObservations, target: str, days: Period, box: Box
) -> HeaderLooks:
    """Looks at those files of an observed target that exist."""
    if isinstance(settings, GleamObservations):
        looks = [
            partial(look_at_gleam, settings, target, part, box)
            for part in days.by_year()
            if _gleam_path(settings, target, part.start.year).is_file()
        ]
        return HeaderLooks(tuple(looks), len(looks), len(looks))
    return HeaderLooks((), 0, 0)


def findings_of(looks: Sequence[Look]) -> list[Finding]:
    """What is wrong, in the order of the looks; many files are opened by several processes."""
    if len(looks) < _WORTH_PROCESSES:
        found = [look_safely(look) for look in looks]
    else:
        workers = min(8, cpu_count() or 1)
        with ProcessPoolExecutor(workers) as pool:
            shown = tqdm(
                pool.map(look_safely, looks, chunksize=20),
                total=len(looks),
                desc="opening files",
                leave=False,
                disable=None,
            )
            found = list(shown)
    return [finding for finding in found if finding is not None]


def look_safely(look: Look) -> Finding | None:
    """What a look raises, as a finding."""
    try:
        look()
    except (ValueError, OSError, RuntimeError) as error:
        return Finding.of(error)
    return None


def look_at_header(path: Path, times: np.ndarray, wanted: Wanted, box: Box) -> None:
    """Refuse a file with other times, or without a variable, unit or grid; no value is read.

    The grid is that of the first variable.
    """
    with open_product(path) as raw:
        found = np.array([], "datetime64[ns]") if raw.time is None else raw.time
        require_times(found, times, path)
        raw.field(wanted[0][0], box, slice(0, 0))
        for variable, unit in wanted:
            conversion(raw.units(variable), unit, path, variable)


def look_at_cmfd(path: Path, name: str, month: date, box: Box) -> None:
    """Refuse a month of CMFD whose first record is wrong."""
    first = np.array([np.datetime64(month)], "datetime64[ns]")
    field, units = cmfd.read_month(path, name, month, box, first)
    if name != "vp":  # humidity there
        described = field.rename(name).assign_attrs(units=cmfd.VARIABLES[name][1])
        require_physical(described, path, units)


def look_at_nldas(path: Path, time: np.datetime64, box: Box) -> None:
    """Refuse a granule of NLDAS whose record is wrong, or that is not of File A."""
    fields, units = nldas.read_granule(path, time, box)
    for name in ("tas", "prcp", "pres", "dswrf", "dlwrf"):
        described = fields[name].rename(name).assign_attrs(units=UNITS[name])
        require_physical(described, path, units[name])


def look_at_vic_forcing(settings: VicForcing, name: str, days: Period, box: Box) -> None:
    """Refuse one of our variables of a year whose times, unit, grid or first record is wrong."""
    year = days.start.year
    path = paths.vic_forcing_path(settings.prefix, year)
    with open_product(path) as raw:
        first = records_of_year(raw, year, days).start
        field = vic_field(raw, settings, name, box, slice(first, first + 1))
        units = raw.units(settings.names.get(name, name))
        require_physical(field.assign_attrs(units=UNITS[name]), path, units)


def look_at_gleam(settings: GleamObservations, target: str, days: Period, box: Box) -> None:
    """Refuse a year of GLEAM whose days, variable, unit, grid or first record is wrong."""
    year = days.start.year
    path = _gleam_path(settings, target, year)
    with open_product(path) as raw:
        found, wanted = days_of(raw), days_within(days, year)
        inside = (found >= wanted[0]) & (found <= wanted[-1])
        require_times(found[inside], wanted, path)
    read_gleam(settings, target, Period(start=days.start, end=days.start), box)


def _of_cmfd(forcing: CmfdForcing, record: Period, box: Box) -> Iterator[FileLooks]:
    listing = paths.Listing()
    for name, wanted in cmfd.VARIABLES.items():
        for month in paths.months(record.start, record.end):
            path = paths.find_cmfd(listing, forcing.folder, forcing.product, wanted[0], month)
            if path.is_file():
                times = cmfd.times_of_month(month)
                yield FileLooks(
                    partial(require_whole_file, path),
                    partial(look_at_header, path, times, (wanted,), box),
                    partial(look_at_cmfd, path, name, month, box),
                )


def _of_nldas(forcing: NldasForcing, record: Period, box: Box) -> Iterator[FileLooks]:
    listing = paths.Listing()
    wanted = tuple(nldas.VARIABLES.values())
    for hour in paths.hours(record.start, record.end):
        path, time = paths.find_nldas(listing, forcing.folder, hour), np.datetime64(hour, "ns")
        if path.is_file():
            yield FileLooks(
                partial(require_whole_file, path),
                partial(look_at_header, path, np.array([time]), wanted, box),
                partial(look_at_nldas, path, time, box),
            )


def _gleam_path(settings: GleamObservations, target: str, year: int) -> Path:
    variable = settings.variable_of(target)
    listing = paths.Listing()
    return paths.find_gleam(listing, settings.folder, settings.version, variable, year)


def _some(files: list[FileLooks]) -> HeaderLooks:
    """Sizes of all files, headers of `MOST_OPENED` and records of `MOST_READ`, taken evenly."""
    headers = [looks.header for looks in _evenly(files, MOST_OPENED)]
    records = [looks.record for looks in _evenly(files, MOST_READ)]
    sizes = [looks.size for looks in files] if len(files) > MOST_OPENED else []
    return HeaderLooks((*sizes, *headers, *records), len(headers), len(files))


def _evenly(files: list[FileLooks], most: int) -> list[FileLooks]:
    if len(files) <= most:
        return files
    chosen = np.linspace(0, len(files) - 1, most).round().astype(int)
    return [files[i] for i in chosen]
