"""CMFD's raw files: one for each variable and month."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from paramscape.products.listing import Listing
from paramscape.products.sources import Source, SourceFile
from paramscape.study import CmfdForcing, Period


class CmfdVariable(NamedTuple):
    """A variable of CMFD: its name, its folder, the unit that it is read in, and its content."""

    name: str
    folder: str
    units: str
    content: str


VARIABLES = {
    "tas": CmfdVariable("temp", "Temp", "C", "air temperature"),
    "prcp": CmfdVariable("prec", "Prec", "mm h-1", "precipitation rate"),
    "pres": CmfdVariable("pres", "Pres", "kPa", "air pressure"),
    "dswrf": CmfdVariable("srad", "SRad", "W m-2", "downward shortwave radiation"),
    "dlwrf": CmfdVariable("lrad", "LRad", "W m-2", "downward longwave radiation"),
    "vp": CmfdVariable("shum", "SHum", "kg kg-1", "specific humidity"),
    "wind": CmfdVariable("wind", "Wind", "m s-1", "wind speed"),
}
"""CMFD's variables by the name of the quantity that is made of them."""

SOURCES = {
    "cmfd-v1.6": Source(
        "CMFD v1.6 (1979-2018)",
        "National Tibetan Plateau Data Center, doi:10.11888/AtmosphericPhysics.tpe.249369.file "
        "(log in, state a purpose, receive an FTP account)",
        made_by_twin=True,
    ),
    "cmfd-v2.0": Source(
        "CMFD v2.0 (1951-2024)",
        "National Tibetan Plateau Data Center, https://data.tpdc.ac.cn, 'China meteorological "
        "forcing dataset (version 2.0)' (log in, state a purpose, receive an FTP account)",
    ),
}
_STEMS = {
    "cmfd-v1.6": ("CMFD_V0106_B-01", "ITPCAS-CMFD_V0106_B-01"),
    "cmfd-v2.0": ("CMFD_V0200_B-01",),
}
_ARCHIVE = Path("Data_forcing_03hr_010deg")


def forcing_files(settings: CmfdForcing, period: Period, listing: Listing) -> Iterator[SourceFile]:
    """Files of the months of a period, and of the first record after it."""
    source = SOURCES[settings.product]
    for variable in VARIABLES.values():
        for month in months(period.start, period.end + timedelta(days=1)):
            path = path_of(settings, variable, month, listing)
            content = f"{variable.content} ({variable.name}), 3-hourly"
            yield SourceFile(path, content, source, closes_record=month > period.end)


def path_of(settings: CmfdForcing, variable: CmfdVariable, month: date, listing: Listing) -> Path:
    """Path of a month of a variable as it lies on the disk, or the canonical path."""
    candidates = _candidates(settings.product, variable, month)
    return listing.find(settings.folder, candidates, SOURCES[settings.product])


def canonical_path(settings: CmfdForcing, variable: CmfdVariable, month: date) -> Path:
    """Path of a month of a variable, such as `Temp/temp_CMFD_V0106_..._200901.nc`."""
    return settings.folder / next(_candidates(settings.product, variable, month))


def months(start: date, end: date) -> list[date]:
    """First days of all months from that of `start` to that of `end`."""
    first, last = (start.year * 12 + start.month - 1, end.year * 12 + end.month - 1)
    return [date(m // 12, m % 12 + 1, 1) for m in range(first, last + 1)]


def _candidates(product: str, variable: CmfdVariable, month: date) -> Iterator[Path]:
    folder = Path(variable.folder)
    for stem in _STEMS[product]:
        name = f"{variable.name}_{stem}_03hr_010deg_{month:%Y%m}.nc"
        yield from (folder / name, Path(name), _ARCHIVE / folder / name, _ARCHIVE / name)
