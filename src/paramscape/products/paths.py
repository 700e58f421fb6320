"""Names and places of raw files: the canonical one, and the others in which copies are kept."""

import os
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

CMFD_FOLDERS = {
    "temp": "Temp",
    "pres": "Pres",
    "shum": "SHum",
    "wind": "Wind",
    "srad": "SRad",
    "lrad": "LRad",
    "prec": "Prec",
}
SOIL_HYDRAULIC = ("THSCH", "PSI_S", "LAMBDA", "K_SCH", "TH33", "TH1500")
SOIL_PROPERTIES = ("SA", "SI", "CL", "BD", "POR", "PDEP")

_CMFD_STEMS = {
    "cmfd-v1.6": ("CMFD_V0106_B-01", "ITPCAS-CMFD_V0106_B-01"),
    "cmfd-v2.0": ("CMFD_V0200_B-01",),
}
_CMFD_ARCHIVE = "Data_forcing_03hr_010deg"


class Listing:
    """Folders of a disk, each listed once, searched without regard to the case of their names."""

    def __init__(self) -> None:
        self._seen: dict[Path, dict[str, str]] = {}

    def find(self, root: Path, candidates: Iterable[Path]) -> Path | None:
        """The first candidate (relative to `root`) that exists, as it is spelt on the disk."""
        return next(filter(None, (self._match(root, c) for c in candidates)), None)

    def _match(self, root: Path, candidate: Path) -> Path | None:
        path = root
        for part in candidate.parts:
            spelt = self._names(path).get(part.lower())
            if spelt is None:
                return None
            path = path / spelt
        return path

    def _names(self, folder: Path) -> dict[str, str]:
        if folder not in self._seen:
            try:
                names = sorted(os.listdir(folder))
            except (FileNotFoundError, NotADirectoryError):
                names = []
            self._seen[folder] = {name.lower(): name for name in names}
        return self._seen[folder]


class Nothing(Listing):
    """A listing that finds no file, so that every path is the canonical one."""

    def _names(self, folder: Path) -> dict[str, str]:
        return {}


def cmfd_path(folder: Path, product: str, variable: str, year: int, month: int) -> Path:
    """Canonical path of one month of one variable, such as `Temp/temp_CMFD_V0106_..._200901.nc`."""
    return folder / next(_cmfd_candidates(product, variable, year, month))


def find_cmfd(listing: Listing, folder: Path, product: str, variable: str, month: date) -> Path:
    """Path of one month of one variable as it lies on the disk, or the canonical path."""
    candidates = list(_cmfd_candidates(product, variable, month.year, month.month))
    return listing.find(folder, candidates) or folder / candidates[0]


def _cmfd_candidates(product: str, variable: str, year: int, month: int) -> Iterator[Path]:
    sub = Path(CMFD_FOLDERS[variable])
    for stem in _CMFD_STEMS[product]:
        name = f"{variable}_{stem}_03hr_010deg_{year:04d}{month:02d}.nc"
        yield from (sub / name, Path(name), _CMFD_ARCHIVE / sub / name, Path(_CMFD_ARCHIVE) / name)


def nldas_path(folder: Path, hour: datetime) -> Path:
    """Canonical path of the granule stamped `hour`, in the archive's `YYYY/DDD` folders.

    The archive keeps a granule in the folder of its own date.
    """
    return folder / next(_nldas_candidates(hour))


def find_nldas(listing: Listing, folder: Path, hour: datetime) -> Path:
    """Path of the granule stamped `hour` as it lies on the disk, or the canonical path."""
    candidates = list(_nldas_candidates(hour))
    return listing.find(folder, candidates) or folder / candidates[0]


def _nldas_candidates(hour: datetime) -> Iterator[Path]:
    name = f"NLDAS_FORA0125_H.A{hour:%Y%m%d}.{hour:%H}00.020.nc"
    year = Path(f"{hour:%Y}")
    day = year / f"{hour:%j}"
    yield from (day / name, Path(name), year / name, Path("NLDAS_FORA0125_H.2.0") / day / name)


def gleam_path(folder: Path, version: str, variable: str, year: int) -> Path:
    """Canonical path of one year of one variable, such as `daily/2009/E_2009_GLEAM_v3.7a.nc`."""
    return folder / next(_gleam_candidates(version, variable, year))


def find_gleam(listing: Listing, folder: Path, version: str, variable: str, year: int) -> Path:
    """Path of one year of one variable as it lies on the disk, or the canonical path."""
    candidates = list(_gleam_candidates(version, variable, year))
    return listing.find(folder, candidates) or folder / candidates[0]


def _gleam_candidates(version: str, variable: str, year: int) -> Iterator[Path]:
    name = f"{variable}_{year}_GLEAM_{version}.nc"
    daily = Path("daily")
    yield from (daily / str(year) / name, Path(name), Path(str(year)) / name, daily / name)
    yield Path(version) / daily / str(year) / name


def soil_path(folder: Path, variable: str) -> Path:
    """Canonical path of one soil variable, `<variable>.nc`."""
    return folder / f"{variable}.nc"


def find_soil(listing: Listing, folder: Path, variable: str) -> Path:
    """Path of one soil variable as it lies on the disk, or the canonical path."""
    return listing.find(folder, [Path(f"{variable}.nc")]) or soil_path(folder, variable)


def vic_forcing_path(prefix: Path, year: int) -> Path:
    """Path of one year of VIC forcing: the prefix, the year, `.nc`."""
    return Path(f"{prefix}{year:04d}.nc")


def yearly_path(path: Path, year: int) -> Path:
    """The path of a year where the path holds `{year}`, else the path itself."""
    return Path(str(path).replace("{year}", f"{year:04d}"))


def months(start: date, end: date) -> list[date]:
    """First days of all months from that of `start` to that of `end`."""
    first, last = (start.year * 12 + start.month - 1, end.year * 12 + end.month - 1)
    return [date(m // 12, m % 12 + 1, 1) for m in range(first, last + 1)]


def hours(start: date, end: date) -> list[datetime]:
    """All full hours from 00:00 of `start` to 23:00 of `end`."""
    midnight = datetime(start.year, start.month, start.day)
    return [midnight + timedelta(hours=h) for h in range(24 * ((end - start).days + 1))]
