"""NLDAS-2's raw files: a granule of File A for each hour, or the granules of a year joined."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from paramscape.products.listing import Listing
from paramscape.products.sources import Source, SourceFile
from paramscape.study import NldasForcing, Period

SOURCE = Source(
    "NLDAS-2 V2.0 (NLDAS_FORA0125_H, from 1979-01-01 13:00)",
    "NASA GES DISC, doi:10.5067/THUF4J1RLSYG (Earthdata login; for example "
    "earthaccess.search_data(short_name='NLDAS_FORA0125_H', version='2.0'))",
    made_by_twin=True,
)
_CONTENT = "hourly forcing, File A"


def forcing_files(settings: NldasForcing, period: Period, listing: Listing) -> Iterator[SourceFile]:
    """Files of the hours of a period, and that of the midnight after it."""
    after = hours(period.end, period.end)[0] + timedelta(days=1)
    if settings.layout == "yearly":
        for year in period.years:
            yield SourceFile(year_path(settings, year, listing), _CONTENT, SOURCE)
        if after.year > period.end.year:
            path = year_path(settings, after.year, listing)
            yield SourceFile(path, _CONTENT, SOURCE, closes_record=True)
        return
    for hour in hours(period.start, period.end):
        yield SourceFile(path_of(settings, hour, listing), _CONTENT, SOURCE)
    yield SourceFile(path_of(settings, after, listing), _CONTENT, SOURCE, closes_record=True)


def file_of(settings: NldasForcing, hour: datetime, listing: Listing) -> Path:
    """Path of the file that holds the record stamped `hour`, in either layout."""
    if settings.layout == "yearly":
        return year_path(settings, hour.year, listing)
    return path_of(settings, hour, listing)


def path_of(settings: NldasForcing, hour: datetime, listing: Listing) -> Path:
    """Path of the granule stamped `hour` as it lies on the disk, or the canonical path.

    The archive keeps a granule in a folder named after its date, `YYYY/DDD`.
    """
    return listing.find(settings.folder, _candidates(hour), SOURCE)


def year_path(settings: NldasForcing, year: int, listing: Listing) -> Path:
    """Path of the file with the granules of a year as it lies on the disk, or the canonical path.

    It holds the records stamped from 1 January 00:00 to 31 December 23:00, or those of them that
    the study needs.
    """
    name = f"NLDAS_FORA0125_H.A{year:04d}.020.nc"
    return listing.find(settings.folder, (Path(name), Path(f"{year:04d}") / name), SOURCE)


def hours(start: date, end: date) -> list[datetime]:
    """All full hours from 00:00 of `start` to 23:00 of `end`."""
    midnight = datetime(start.year, start.month, start.day)
    return [midnight + timedelta(hours=h) for h in range(24 * ((end - start).days + 1))]


def _candidates(hour: datetime) -> Iterator[Path]:
    name = f"NLDAS_FORA0125_H.A{hour:%Y%m%d}.{hour:%H}00.020.nc"
    year = Path(f"{hour:%Y}")
    day = year / f"{hour:%j}"
    yield from (day / name, Path(name), year / name, Path("NLDAS_FORA0125_H.2.0") / day / name)
