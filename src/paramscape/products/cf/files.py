"""The user's CF NetCDF files."""

from collections.abc import Iterator
from pathlib import Path

from paramscape.products.listing import Listing
from paramscape.products.sources import OWN, SourceFile
from paramscape.study import CfAttribute, CfObservations, Period
from paramscape.study.quantities import UNITS


def observation_files(
    settings: CfObservations, target: str, period: Period, listing: Listing
) -> Iterator[SourceFile]:
    """Files of the years of a period, and the parameter file that has the soil layer's depth."""
    content = f"observed {target} [{UNITS[target]}] ({settings.variable})"
    for path in paths_of(settings, period):
        yield SourceFile(path, content, OWN)
    if settings.parameters is not None:
        yield SourceFile(settings.parameters, "depth of the observed soil layer", OWN)


def attribute_files(settings: CfAttribute, name: str, listing: Listing) -> Iterator[SourceFile]:
    """The file of one static attribute, CF NetCDF or GeoTIFF."""
    content = (
        f"attribute {name} ({settings.variable})" if settings.variable else f"attribute {name}"
    )
    yield SourceFile(settings.path, content, OWN)


def paths_of(settings: CfObservations, period: Period) -> list[Path]:
    """The file of each year of a period where the path holds `{year}`, else the only file."""
    years = range(period.start.year, period.end.year + 1)
    return list(dict.fromkeys(path_of(settings, year) for year in years))


def path_of(settings: CfObservations, year: int) -> Path:
    """The file of a year."""
    return Path(str(settings.path).replace("{year}", f"{year:04d}"))
