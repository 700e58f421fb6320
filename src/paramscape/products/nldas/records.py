"""Records of NLDAS-2, from hourly granules or yearly files."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.checks import require_times
from paramscape.products.errors import ProductError
from paramscape.products.listing import Listing
from paramscape.products.netcdf_reader import ProductFile, open_product
from paramscape.products.nldas.files import file_of
from paramscape.products.units import convert
from paramscape.study import NldasForcing

RESOLUTION = 0.125  # [degrees]
VARIABLES = {
    "tas": ("Tair", "C"),
    "prcp": ("Rainf", "mm"),
    "pres": ("PSurf", "kPa"),
    "dswrf": ("SWdown", "W m-2"),
    "dlwrf": ("LWdown", "W m-2"),
    "vp": ("Qair", "kg kg-1"),
    "wind": ("Wind_E", "m s-1"),
    "northward": ("Wind_N", "m s-1"),
}


@dataclass(frozen=True)
class Records:
    """Consecutive records.

    fields: (time, lat, lon) tas [C], prcp [mm in the hour before], pres [kPa], dswrf and dlwrf
    [W m-2]; under `vp` the specific humidity [kg kg-1], under `wind` and `northward` the wind's
    components [m s-1]. units: the files' `units` attributes by the same names.
    """

    fields: Mapping[str, xr.DataArray]
    units: Mapping[str, str | None]


def read_records(settings: NldasForcing, times: np.ndarray, box: Box, listing: Listing) -> Records:
    """The records of some hours around a box, of sampled cells only their rows and columns.

    Raises:
        ProductError: if a file is missing, damaged, of other times, of another grid than the
            first, or not File A.
    """
    parts = [read_file(path, own, box) for path, own in _by_file(settings, times, listing)]
    first = parts[0].fields["tas"]
    for part, (path, _) in zip(parts, _by_file(settings, times, listing), strict=True):
        require_same_grid(part.fields["tas"], first, path)
    joined = {name: _joined([part.fields[name] for part in parts]) for name in VARIABLES}
    return Records(joined, parts[-1].units)


def read_file(path: Path, times: np.ndarray, box: Box) -> Records:
    """Records of one file; a granule has one, and a yearly file may have others, too.

    Raises:
        ProductError: if the file is damaged, lacks one of the times, or is not File A.
    """
    fields, units = {}, {}
    with open_product(path) as raw:
        _require_file_a(raw)
        found = np.array([], "datetime64[ns]") if raw.time is None else raw.time
        records = _stretch(found, times)
        require_times(found[records], times, path)
        for name, (variable, unit) in VARIABLES.items():
            field = raw.field(variable, box, records, step=RESOLUTION)
            units[name] = raw.units(variable)
            fields[name] = field.copy(data=convert(field.values, units[name], unit, path, variable))
    return Records(fields, units)


def has_record(settings: NldasForcing, time: np.datetime64, listing: Listing) -> bool:
    """Whether there is a file with a record of this time."""
    path = file_of(settings, hour_of(time), listing)
    if settings.layout == "granules" or not path.is_file():
        return path.is_file()
    with open_product(path) as raw:
        return raw.time is not None and bool(np.isin(time, raw.time))


def hour_of(time: np.datetime64) -> datetime:
    """A time of numpy as one of Python."""
    return np.datetime64(time, "s").item()


def require_same_grid(field: xr.DataArray, first: xr.DataArray, path: Path) -> None:
    """Refuse a file whose grid differs from that of the first.

    Raises:
        ProductError: naming the file and the axis.
    """
    for axis in ("lat", "lon"):
        if not np.array_equal(field[axis].values, first[axis].values):
            raise ProductError(
                "its grid differs from that of the first granule", path, axis,
                cure="take all granules whole, or all of one subset",
            )  # fmt: skip


def _by_file(
    settings: NldasForcing, times: np.ndarray, listing: Listing
) -> Iterator[tuple[Path, np.ndarray]]:
    """The file of each hour or year, and its times among those that are wanted."""
    unit = "M8[Y]" if settings.layout == "yearly" else "M8[h]"
    _, starts = np.unique(times.astype(unit), return_index=True)
    for own in np.split(times, starts[1:]):
        yield file_of(settings, hour_of(own[0]), listing), own


def _require_file_a(raw: ProductFile) -> None:
    kind = str(raw.attributes().get("shortname", "NLDAS_FORA"))
    if not kind.startswith("NLDAS_FORA"):
        raise ProductError(
            f"the granule is {kind}, which uses File A's names for other quantities", raw.path,
            cure="take NLDAS_FORA0125_H granules",
        )  # fmt: skip


def _stretch(found: np.ndarray, times: np.ndarray) -> slice:
    """The records of a file from the first wanted time to the last; all of a granule."""
    if found.size <= 1:
        return slice(0, found.size)
    inside = np.flatnonzero((found >= times[0]) & (found <= times[-1]))
    return slice(int(inside[0]), int(inside[-1]) + 1) if inside.size else slice(0, 0)


def _joined(fields: list[xr.DataArray]) -> xr.DataArray:
    values = np.concatenate([field.values for field in fields])
    times = np.concatenate([field["time"].values for field in fields])
    coords = {"time": times, "lat": fields[0]["lat"], "lon": fields[0]["lon"]}
    return xr.DataArray(values, coords, ("time", "lat", "lon"))
