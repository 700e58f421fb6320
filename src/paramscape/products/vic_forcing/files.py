"""Forcing files of VIC's image driver: one for each year."""

from collections.abc import Iterator
from pathlib import Path

from paramscape.products.listing import Listing
from paramscape.products.sources import OWN, SourceFile
from paramscape.study import Period, VicForcing


def forcing_files(settings: VicForcing, period: Period, listing: Listing) -> Iterator[SourceFile]:
    """Files of the years of a period."""
    for year in range(period.start.year, period.end.year + 1):
        yield SourceFile(path_of(settings, year), "VIC forcing of a year", OWN)


def path_of(settings: VicForcing, year: int) -> Path:
    """Path of a year: the prefix, the year, `.nc`."""
    return Path(f"{settings.prefix}{year:04d}.nc")
