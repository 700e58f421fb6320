"""SMAP's raw files: one HDF5 file for each day, in one or several product versions."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from paramscape.products.listing import Listing
from paramscape.products.sources import Source, SourceFile
from paramscape.study import Period, SmapObservations

SOURCE = Source(
    "SMAP L3 Enhanced soil moisture (SPL3SMP_E)",
    "https://nsidc.org/data/spl3smp_e (free Earthdata login; `earthaccess` downloads it as "
    "short_name SPL3SMP_E, version 006)",
    made_by_twin=True,
)
NEWEST_RELEASE = "R19240"
_NAME = re.compile(r"SMAP_L3_SM_P_E_(\d{4})(\d{2})(\d{2})_(R\d+)_(\d+)\.h5", re.IGNORECASE)
_DAY = timedelta(days=1)


class Granule(NamedTuple):
    """A file of one day; `release` is the composite release identifier, such as R19240."""

    day: date
    release: str
    counter: int
    path: Path


def observation_files(
    settings: SmapObservations, target: str, period: Period, listing: Listing
) -> Iterator[SourceFile]:
    """The files of a period that exist, and those of gaps that are longer than allowed."""
    content = "soil moisture of half orbits"
    found = granules(settings, period)
    days = days_of_granules(settings, period)
    if listing.is_made(SOURCE):
        for day in days:
            yield SourceFile(canonical_path(settings, day), content, SOURCE)
        return
    asked = set(found) | set(long_gaps(days, found, settings.most_missing_days))
    for day in days:
        if day in asked:
            path = found[day].path if day in found else canonical_path(settings, day)
            yield SourceFile(path, content, SOURCE, closes_record=day > period.end)


def granules(settings: SmapObservations, period: Period) -> dict[date, Granule]:
    """The file of each day of a period that has one: of several, the highest release and counter.

    The files lie in the folder or in folders below it.
    """
    days = set(days_of_granules(settings, period))
    best: dict[date, Granule] = {}
    for path in sorted(settings.folder.rglob("*.h5")):
        found = _granule(path)
        if found is None or found.day not in days:
            continue
        if settings.release not in (None, found.release):
            continue
        if found.day not in best or _rank(best[found.day]) < _rank(found):
            best[found.day] = found
    return dict(sorted(best.items()))


def days_of_granules(settings: SmapObservations, period: Period) -> list[date]:
    """Days whose files hold values of a period: evening passes may lie in the file of the next."""
    last = period.end if settings.passes == "am" else period.end + _DAY
    return [period.start + i * _DAY for i in range((last - period.start).days + 1)]


def long_gaps(days: list[date], found: dict[date, Granule], most: int) -> list[date]:
    """Days without a file in stretches of more than `most` days, or all if no day has one."""
    stretches = [(absent, list(part)) for absent, part in groupby(days, lambda d: d not in found)]
    return [d for absent, part in stretches if absent and (not found or len(part) > most)
            for d in part]  # fmt: skip


def canonical_path(settings: SmapObservations, day: date) -> Path:
    """Path of a day's first file, such as `SMAP_L3_SM_P_E_20150401_R19240_001.h5`."""
    release = settings.release or NEWEST_RELEASE
    return settings.folder / f"SMAP_L3_SM_P_E_{day:%Y%m%d}_{release}_001.h5"


def _granule(path: Path) -> Granule | None:
    match = _NAME.fullmatch(path.name)
    if match is None:
        return None
    year, month, day, release, counter = match.groups()
    return Granule(date(int(year), int(month), int(day)), release.upper(), int(counter), path)


def _rank(granule: Granule) -> tuple[int, int]:
    return int(granule.release[1:]), granule.counter
