"""NLDAS-2 hourly forcing, File A, NetCDF V2.0 (NLDAS_FORA0125_H)."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.checks import FileOf, require_physical, require_times
from paramscape.products.errors import ProductError
from paramscape.products.humidity import vapour_pressure
from paramscape.products.listing import Listing
from paramscape.products.looks import FileLooks, look_at_header
from paramscape.products.netcdf_reader import open_product
from paramscape.products.nldas.files import hours, path_of
from paramscape.products.time_steps import check_points, record_times, steps_between
from paramscape.products.units import convert
from paramscape.study import NldasForcing, Period
from paramscape.study.quantities import UNITS

STEP_HOURS = 24 // NldasForcing.steps_per_day
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


def read_forcing(
    settings: NldasForcing, period: Period, box: Box, ends_record: bool = True
) -> xr.Dataset:
    """Steps of one hour around a box, from hourly granules.

    A granule's `Rainf` is the total of the hour before its time, everything else a value at its
    time. So the step [t, t + 1 h) has the rain of granule t + 1 h and the mean of granules t and
    t + 1 h of everything else. Wind speed and vapour pressure are computed within a granule.

    Args:
        settings: folder of the granules.
        period: days to read; those of one year keep memory small.
        box: the domain's edges.
        ends_record: the data may end with the period: where the granule of the midnight after it
            is absent, it is taken to equal the last one.

    Returns:
        tas, prcp, pres, dswrf, dlwrf, vp, wind (time, lat, lon) on the native grid; NaN over water
        and outside the product.

    Raises:
        ProductError: if a granule is missing, damaged or unphysical.
    """
    listing = Listing()
    times = record_times(period, STEP_HOURS)
    granules: list[dict[str, xr.DataArray]] = []
    units: dict[str, str | None] = {}
    for time in times:
        path = path_of(settings, _hour(time), listing)
        if time == times[-1] and ends_record and not path.is_file():
            granules.append(granules[-1])
            continue
        granule, units = read_granule(path, time, box)
        if granules:
            _require_same_grid(granule["tas"], granules[0]["tas"], path)
        granules.append(granule)
    points = _combined({name: _stack(granules, name, times) for name in VARIABLES})
    check_points(points, STEP_HOURS, settings.supersaturation, forcing_file(settings), units)
    return steps_between(points, STEP_HOURS)


def forcing_file(settings: NldasForcing) -> FileOf:
    """The granule of a time."""
    listing = Listing()

    def file(name: str, time: np.datetime64 | None) -> Path:
        if time is None:
            return settings.folder
        return path_of(settings, _hour(time), listing)

    return file


def read_granule(
    path: Path, time: np.datetime64, box: Box
) -> tuple[dict[str, xr.DataArray], dict[str, str | None]]:
    """Values of one granule around a box, and its `units` attributes.

    Returns:
        (time, lat, lon) of one record: tas [C], prcp [mm in the hour before], pres [kPa],
        dswrf and dlwrf [W m-2]; under `vp` the specific humidity [kg kg-1], under `wind` and
        `northward` the wind's components [m s-1]; and the units by the same names.

    Raises:
        ProductError: if the granule is damaged, of another time, or not File A.
    """
    fields, units = {}, {}
    with open_product(path) as raw:
        kind = str(raw.attributes().get("shortname", "NLDAS_FORA"))
        if not kind.startswith("NLDAS_FORA"):
            raise ProductError(
                f"the granule is {kind}, which uses File A's names for other quantities",
                path,
                cure="take NLDAS_FORA0125_H granules",
            )
        found = np.array([], "datetime64[ns]") if raw.time is None else raw.time
        require_times(found, np.array([time]), path)
        for name, (variable, unit) in VARIABLES.items():
            field = raw.field(variable, box)
            units[name] = raw.units(variable)
            fields[name] = field.copy(data=convert(field.values, units[name], unit, path, variable))
    return fields, units


def _stack(granules: list[dict[str, xr.DataArray]], name: str, times: np.ndarray) -> xr.DataArray:
    values = np.concatenate([granule[name].values for granule in granules])
    lat, lon = granules[0][name]["lat"], granules[0][name]["lon"]
    coords = {"time": times, "lat": lat, "lon": lon}
    return xr.DataArray(values, dims=("time", "lat", "lon"), coords=coords)


def _require_same_grid(granule: xr.DataArray, first: xr.DataArray, path: Path) -> None:
    for axis in ("lat", "lon"):
        if not np.array_equal(granule[axis].values, first[axis].values):
            raise ProductError(
                "its grid differs from that of the first granule", path, axis,
                cure="take all granules whole, or all of one subset",
            )  # fmt: skip


def _combined(raw: dict[str, xr.DataArray]) -> dict[str, xr.DataArray]:
    northward = raw.pop("northward").values
    raw["wind"] = raw["wind"].copy(data=np.hypot(raw["wind"].values, northward))
    raw["vp"] = raw["vp"].copy(data=vapour_pressure(raw["vp"].values, raw["pres"].values))
    return {name: f.rename(name).assign_attrs(units=UNITS[name]) for name, f in raw.items()}


def _hour(time: np.datetime64) -> datetime:
    return np.datetime64(time, "s").item()


def looks_at_forcing(settings: NldasForcing, period: Period, box: Box) -> Iterator[FileLooks]:
    """Looks at the granules that exist: time, variables, units and grid, and their values."""
    listing, wanted = Listing(), tuple(VARIABLES.values())
    for hour in hours(period.start, period.end):
        path, time = path_of(settings, hour, listing), np.datetime64(hour, "ns")
        if path.is_file():
            header = partial(look_at_header, path, np.array([time]), wanted, box)
            yield FileLooks(path, (header,), (partial(_look_at_granule, path, time, box),))


def _look_at_granule(path: Path, time: np.datetime64, box: Box) -> None:
    """Refuse a granule whose values are wrong, or that is not of File A."""
    fields, units = read_granule(path, time, box)
    for name in ("tas", "prcp", "pres", "dswrf", "dlwrf"):
        described = fields[name].rename(name).assign_attrs(units=UNITS[name])
        require_physical(described, path, units[name])
