"""GLEAM's raw files: one for each variable and year."""

from collections.abc import Iterator
from pathlib import Path

from paramscape.products.listing import Listing
from paramscape.products.sources import Source, SourceFile
from paramscape.study import GleamObservations, Period
from paramscape.study.quantities import UNITS

_ADDRESS = "https://www.gleam.eu (register, receive an SFTP account; folder daily/<year>)"
SOURCES = {
    "gleam-v3": Source("GLEAM v3", _ADDRESS, made_by_twin=True),
    "gleam-v4": Source("GLEAM v4", _ADDRESS),
}


def observation_files(
    settings: GleamObservations, target: str, period: Period, listing: Listing
) -> Iterator[SourceFile]:
    """Files of the years of a period."""
    variable = settings.variable_of(target)
    content = f"daily {variable}, {settings.version}: observed {target} [{UNITS[target]}]"
    for year in range(period.start.year, period.end.year + 1):
        path = path_of(settings, target, year, listing)
        yield SourceFile(path, content, SOURCES[settings.product])


def path_of(settings: GleamObservations, target: str, year: int, listing: Listing) -> Path:
    """Path of a year as it lies on the disk, or the canonical path."""
    candidates = _candidates(settings.version, settings.variable_of(target), year)
    return listing.find(settings.folder, candidates, SOURCES[settings.product])


def canonical_path(folder: Path, version: str, variable: str, year: int) -> Path:
    """Path of a year of a variable, such as `daily/2009/E_2009_GLEAM_v3.7a.nc`."""
    return folder / next(_candidates(version, variable, year))


def _candidates(version: str, variable: str, year: int) -> Iterator[Path]:
    name = f"{variable}_{year}_GLEAM_{version}.nc"
    daily = Path("daily")
    yield from (daily / str(year) / name, Path(name), Path(str(year)) / name, daily / name)
    yield Path(version) / daily / str(year) / name
