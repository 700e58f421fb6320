"""MOD16's raw files: one for each period of 8 days and tile of the sinusoidal grid."""

import math
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from paramscape.products.listing import Listing
from paramscape.products.sources import Source, SourceFile
from paramscape.study import Grid, Mod16Checks, Period

DAYS = 8
TILE_DEGREES = 10.0  # side of a tile, of latitude and of longitude on the equator
SOURCE = Source(
    "MODIS evapotranspiration (MOD16A2GF or MOD16A2)",
    "NASA LP DAAC, doi:10.5067/MODIS/MOD16A2GF.061 (Earthdata login; for example "
    "earthaccess.search_data(short_name='MOD16A2GF', version='061'))",
    made_by_twin=True,
)
_MADE = "061.2000001000000"  # version and time of production in the names of the twin's files
_TILE = re.compile(r"\.(h\d\dv\d\d)\.", re.IGNORECASE)


def check_files(
    settings: Mod16Checks, variable: str, period: Period, grid: Grid | None, listing: Listing
) -> Iterator[SourceFile]:
    """Files of the periods of 8 days in a period.

    Those that the twin writes are of all tiles that the grid touches; else they are those on the
    disk. A period without any file has one name with `*` in place of what is not known.
    """
    tiles = tiles_wanted(settings, grid)
    for days in eight_day_periods(period):
        content = f"evapotranspiration of {days.start} to {days.end}"
        for path in _paths(settings, days.start, tiles, listing):
            yield SourceFile(path, content, SOURCE)


def eight_day_periods(period: Period) -> list[Period]:
    """The product's periods that lie wholly in some days.

    They start on the days 1, 9, ..., 361 of a year; the last has 5 or 6 days, to 31 December.
    """
    found = []
    for year in period.years:
        last = date(year, 12, 31)
        for number in range(46):
            start = date(year, 1, 1) + timedelta(days=DAYS * number)
            end = min(start + timedelta(days=DAYS - 1), last)
            if start >= period.start and end <= period.end:
                found.append(Period(start=start, end=end))
    return found


def granules(settings: Mod16Checks, start: date, listing: Listing) -> dict[str, list[Path]]:
    """Files on the disk of the period that starts on a day, by tile.

    They lie in the folder itself, or below it in `YYYY`, `YYYY/DDD` or `YYYY.MM.DD`.
    """
    year, folder = Path(f"{start:%Y}"), settings.folder
    found: dict[str, list[Path]] = {}
    for place in (Path(), year, year / f"{start:%j}", Path(f"{start:%Y.%m.%d}")):
        for path in listing.starting(folder / place, f"{settings.short_name}.A{start:%Y%j}."):
            tile = _TILE.search(path.name)
            if tile is not None and path.suffix.lower() == ".hdf":
                found.setdefault(tile[1].lower(), []).append(path)
    return found


def canonical_path(settings: Mod16Checks, start: date, tile: str, production: str = _MADE) -> Path:
    """Path of a tile of the period that starts on a day."""
    return settings.folder / f"{settings.short_name}.A{start:%Y%j}.{tile}.{production}.hdf"


def tiles_wanted(settings: Mod16Checks, grid: Grid | None) -> list[str] | None:
    """The tiles of the settings, or those that a grid touches; None if neither is known."""
    if settings.tiles is not None:
        return sorted(settings.tiles)
    return None if grid is None else tiles_of(grid)


def tiles_of(grid: Grid) -> list[str]:
    """Names of the tiles that the rectangle of a grid touches, such as h08v05.

    On the sinusoidal projection, in degrees of the equator: x = lon cos(lat), y = lat.
    """
    inside = 1e-9  # degrees by which an edge on a tile's edge stays on its own side
    shift = 360.0 if (grid.west + grid.east) / 2 > 180 else 0.0
    west, east = grid.west - shift + inside, grid.east - shift - inside
    found = []
    for v in range(18):
        north, south = 90 - TILE_DEGREES * v, 80 - TILE_DEGREES * v
        low, high = max(grid.south, south), min(grid.north, north)
        if high - low <= inside:
            continue
        latitudes = [low, high, *([0.0] if low < 0 < high else [])]
        x = [lon * math.cos(math.radians(lat)) for lat in latitudes for lon in (west, east)]
        first, last = (math.floor((value + 180) / TILE_DEGREES) for value in (min(x), max(x)))
        found.extend(f"h{h:02d}v{v:02d}" for h in range(max(first, 0), min(last, 35) + 1))
    return found


def _paths(
    settings: Mod16Checks, start: date, tiles: list[str] | None, listing: Listing
) -> list[Path]:
    if listing.is_made(SOURCE):
        return [canonical_path(settings, start, tile) for tile in tiles or ()]
    found = granules(settings, start, listing)
    kept = [
        path for tile in sorted(found) if tiles is None or tile in tiles for path in found[tile]
    ]
    return kept or [canonical_path(settings, start, tiles[0] if tiles else "h*v*", "*")]
