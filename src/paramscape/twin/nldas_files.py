"""The twin's weather in the files of NLDAS-2 V2.0 (NLDAS_FORA0125_H), hourly or yearly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import netCDF4
import numpy as np
import xarray as xr

from paramscape.products.listing import Listing
from paramscape.products.nldas.files import hours, path_of, year_path
from paramscape.study import NldasForcing, Period, SettingsError
from paramscape.twin._sparse import new_file
from paramscape.twin.plains.climate import HOURS, PlainsClimate

LAT = (25.0625 + 0.125 * np.arange(224)).astype("f4")
LON = (-124.9375 + 0.125 * np.arange(464)).astype("f4")
FILL = np.float32(-9999)
PIECE_DAYS = 10
# Name: units, standard name, long name, cell method.
VARIABLES = {
    "Tair": ("K", "Near surface air temperature", "2-meter above ground Temperature", "point"),
    "Qair": (
        "kg kg-1",
        "Near surface specific humidity",
        "2-meter above ground Specific humidity",
        "point",
    ),
    "PSurf": ("Pa", "Surface pressure", "Surface pressure", "point"),
    "Wind_E": (
        "m s-1",
        "Near surface eastward wind component",
        "10-meter above ground Zonal wind speed",
        "point",
    ),
    "Wind_N": (
        "m s-1",
        "Near surface northward wind component",
        "10-meter above ground Meridional wind speed",
        "point",
    ),
    "LWdown": (
        "W m-2",
        "Surface incident longwave radiation",
        "Longwave radiation flux downwards (surface)",
        "point",
    ),
    "CRainf_frac": (
        "fraction",
        "Convective precipitation fraction",
        "Fraction of total precipitation that is convective",
        "sum",
    ),
    "CAPE": (
        "J kg-1",
        "Convective Available Potential Energy",
        "Convective Available Potential Energy",
        "point",
    ),
    "PotEvap": ("kg m-2", "Potential evaporation", "Potential evaporation", "sum"),
    "Rainf": ("kg m-2", "Total precipitation", "Total precipitation", "sum"),
    "SWdown": (
        "W m-2",
        "Surface incident shortwave radiation",
        "Shortwave radiation flux downwards (surface)",
        "point",
    ),
}
_EPOCH = datetime(1979, 1, 1)
_PACKING = {"scale_factor": np.float32(1), "add_offset": np.float32(0), "missing_value": FILL}
_ABOUT = {
    "missing_value": FILL,
    "time_definition": "hourly",
    "shortname": "NLDAS_FORA0125_H_2.0",
    "title": "A made climate in the format of NLDAS Primary Forcing Data L4 Hourly V2.0",
    "version": "2.0",
    "institution": "Paramscape twin",
    "conventions": "CF-1.6",
    "MAP_PROJECTION": "EQUIDISTANT CYLINDRICAL",
    "SOUTH_WEST_CORNER_LAT": np.float32(25.0625),
    "SOUTH_WEST_CORNER_LON": np.float32(-124.9375),
    "DX": np.float32(0.125),
    "DY": np.float32(0.125),
}


@dataclass(frozen=True)
class NldasCells:
    """Cells of NLDAS' grid that have values; all others are fill.

    lat: (lat,), lon: (lon,) centres [degrees]; mask: (lat, lon) bool; rows: (lat,) and
    columns: (lon,) their places in NLDAS' grid of 224 x 464 cells.
    """

    lat: np.ndarray
    lon: np.ndarray
    mask: np.ndarray
    rows: np.ndarray
    columns: np.ndarray

    @classmethod
    def of(cls, domain: xr.Dataset) -> NldasCells:
        """The active cells of a domain.

        Raises:
            SettingsError: if a cell of the domain is not one of NLDAS' grid.
        """
        lat, lon = domain["lat"].values, domain["lon"].values
        mask = domain["mask"].transpose("lat", "lon").values > 0
        return cls(lat, lon, mask, _places(LAT, lat, "latitude"), _places(LON, lon, "longitude"))

    @property
    def window(self) -> tuple[slice, slice]:
        """The smallest rectangle of NLDAS' grid with all cells."""
        (south, north), (west, east) = ((i.min(), i.max() + 1) for i in (self.rows, self.columns))
        return slice(int(south), int(north)), slice(int(west), int(east))

    def scatter(self, values: np.ndarray) -> np.ndarray:
        """Values (time, lat, lon) in the window, as float32 with fill elsewhere."""
        rows, columns = self.window
        shape = (len(values), rows.stop - rows.start, columns.stop - columns.start)
        field = np.full(shape, FILL)
        inside = np.where(self.mask, values, FILL)
        field[:, (self.rows - rows.start)[:, None], self.columns - columns.start] = inside
        return field


def write_nldas(settings: NldasForcing, days: Period, seed: int, cells: NldasCells) -> None:
    """Write the hours of some days of one year, in the layout of the settings.

    A granule does not depend on which others are written. A yearly file holds the hours of `days`.
    """
    listing = Listing(twin_writes=True)
    if settings.layout == "yearly":
        path = year_path(settings, days.start.year, listing)
        write_year(path, (days.start, days.end), seed, cells)
    else:
        wanted = hours(days.start, days.end)
        write_granules({hour: path_of(settings, hour, listing) for hour in wanted}, seed, cells)


def write_granules(paths: dict[datetime, Path], seed: int, cells: NldasCells) -> None:
    """Write a granule for each hour of `paths`.

    The bytes of a granule do not depend on which others are written.
    """
    climate = PlainsClimate(seed, cells.lat, cells.lon)
    for day in sorted({hour.date() for hour in paths}):
        weather = climate.weather(day, 1)
        for hour, path in paths.items():
            if hour.date() == day:
                record = {n: f[hour.hour : hour.hour + 1] for n, f in weather.items()}
                _write_granule(path, hour, record, cells)


def write_year(path: Path, days: tuple[date, date], seed: int, cells: NldasCells) -> None:
    """Write the hours from 00:00 of the first day to 23:00 of the last as one file.

    It has the variables of a granule. A piece of days at a time is held in memory.
    """
    climate = PlainsClimate(seed, cells.lat, cells.lon)
    count = (days[1] - days[0]).days + 1
    midnight = datetime(days[0].year, days[0].month, days[0].day)
    with new_file(path, _ABOUT) as file:
        variables = _add_variables(file, _hours_after_epoch(midnight, count * HOURS))
        for start in range(0, count, PIECE_DAYS):
            length = min(PIECE_DAYS, count - start)
            weather = climate.weather(days[0] + timedelta(days=start), length)
            times = slice(start * HOURS, (start + length) * HOURS)
            for name, values in weather.items():
                variables[name][(times, *cells.window)] = cells.scatter(values)


def _write_granule(
    path: Path, hour: datetime, record: dict[str, np.ndarray], cells: NldasCells
) -> None:
    with new_file(path, _ABOUT) as file:
        variables = _add_variables(file, _hours_after_epoch(hour, 1))
        before = hour - timedelta(hours=1)
        file["time"].setncatts({
            "begin_date": f"{before:%Y%m%d}", "begin_time": f"{before:%H}0000",
            "end_date": f"{hour:%Y%m%d}", "end_time": f"{hour:%H}0000",
        })  # fmt: skip
        for name, values in record.items():
            variables[name][(slice(None), *cells.window)] = cells.scatter(values)


def _add_variables(file: netCDF4.Dataset, hours: np.ndarray) -> dict[str, netCDF4.Variable]:
    """Axes and time of a file, and its empty variables."""
    add_nldas_axes(file, hours)
    if hours.size == 1:
        chunks = (1, LAT.size, LON.size)
    else:
        chunks = (min(PIECE_DAYS * HOURS, hours.size), 8, 8)
    return {name: _add_variable(file, name, chunks) for name in VARIABLES}


def add_nldas_axes(file: netCDF4.Dataset, hours: np.ndarray) -> None:
    """Dimensions time, lat, lon and bnds with their coordinates; hours since 1979-01-01."""
    for name, size in (("time", hours.size), ("lat", LAT.size), ("lon", LON.size), ("bnds", 2)):
        file.createDimension(name, size)
    _add_axis(file, "lat", LAT, "degrees_north", "latitude")
    _add_axis(file, "lon", LON, "degrees_east", "longitude")
    time = file.createVariable("time", "f8", ("time",), fill_value=False)
    time.setncatts({
        "units": f"hours since {_EPOCH:%Y-%m-%d %H:%M:%S}", "long_name": "time",
        "time_increment": "one hour", "bounds": "time_bnds",
    })  # fmt: skip
    time[:] = hours
    bounds = file.createVariable("time_bnds", "f8", ("time", "bnds"), fill_value=False)
    bounds[:] = np.stack([hours - 1, hours], -1)


def _add_variable(
    file: netCDF4.Dataset, name: str, chunks: tuple[int, int, int]
) -> netCDF4.Variable:
    units, standard_name, long_name, method = VARIABLES[name]
    variable = file.createVariable(
        name, "f4", ("time", "lat", "lon"), zlib=True, complevel=4, shuffle=True,
        chunksizes=chunks, fill_value=FILL,
    )  # fmt: skip
    variable.set_auto_maskandscale(False)
    variable.setncatts({
        "units": units, "standard_name": standard_name, "long_name": long_name,
        "cell_methods": f"time: {method}", **_PACKING,
    })  # fmt: skip
    return variable


def _add_axis(
    file: netCDF4.Dataset, name: str, values: np.ndarray, units: str, long_name: str
) -> None:
    axis = file.createVariable(name, "f4", (name,), fill_value=FILL)
    axis.set_auto_maskandscale(False)
    described = {"units": units, "standard_name": long_name, "long_name": long_name}
    axis.setncatts({**described, **_PACKING, "vmin": values.min(), "vmax": values.max()})
    axis[:] = values


def _hours_after_epoch(first: datetime, count: int) -> np.ndarray:
    return (first - _EPOCH) / timedelta(hours=1) + np.arange(count, dtype=float)


def _places(axis: np.ndarray, centres: np.ndarray, name: str) -> np.ndarray:
    """Index on NLDAS' axis of each centre."""
    distance = np.abs(axis[:, None] - centres[None, :])
    found = distance.argmin(0)
    if distance.min(0).max() > 1e-3:
        worst = float(centres[distance.min(0).argmax()])
        raise SettingsError(
            f"the twin's NLDAS files have cells of NLDAS' grid, but the domain has one at {name} "
            f"{worst:g}. Give domain.grid edges that are multiples of 0.125 degree within "
            "-125 to -67 and 25 to 53, and resolution 0.125"
        )
    return found
