"""NLDAS-2's raw files: a granule of File A for each hour."""

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
)


def forcing_files(settings: NldasForcing, period: Period, listing: Listing) -> Iterator[SourceFile]:
    """Granules of the hours of a period, and that of the midnight after it."""
    content = "hourly forcing, File A"
    for hour in hours(period.start, period.end):
        yield SourceFile(path_of(settings, hour, listing), content, SOURCE)
    after = hours(period.end, period.end)[0] + timedelta(days=1)
    yield SourceFile(path_of(settings, after, listing), content, SOURCE, closes_record=True)


def path_of(settings: NldasForcing, hour: datetime, listing: Listing) -> Path:
    """Path of the granule stamped `hour` as it lies on the disk, or the canonical path.

    The archive keeps a granule in the folder of its own date, `YYYY/DDD`.
    """
    return listing.find(settings.folder, _candidates(hour), SOURCE)


def hours(start: date, end: date) -> list[datetime]:
    """All full hours from 00:00 of `start` to 23:00 of `end`."""
    midnight = datetime(start.year, start.month, start.day)
    return [midnight + timedelta(hours=h) for h in range(24 * ((end - start).days + 1))]


def _candidates(hour: datetime) -> Iterator[Path]:
    name = f"NLDAS_FORA0125_H.A{hour:%Y%m%d}.{hour:%H}00.020.nc"
    year = Path(f"{hour:%Y}")
    day = year / f"{hour:%j}"
    yield from (day / name, Path(name), year / name, Path("NLDAS_FORA0125_H.2.0") / day / name)
