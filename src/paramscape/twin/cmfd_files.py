"""The twin's weather and elevation in the files of CMFD v1.6."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from pathlib import Path

import netCDF4
import numpy as np

from paramscape.products.cmfd.files import VARIABLES, canonical_path, months
from paramscape.study import CmfdForcing, Elevation, Grid, Period, SettingsError
from paramscape.twin._sparse import GEOGRAPHIC, add_axis, add_field, new_file
from paramscape.twin.climate import HOURS, Climate
from paramscape.twin.grids import Region, cmfd_region
from paramscape.twin.terrain import elevation

FILL = -32767
# Name: units, long name, scale factor, add offset.
PACKING = {
    "temp": ("K", "Near surface air temperature", 0.01, 0.0),
    "pres": ("Pa", "Near surface air pressure", 2.0, 63500.0),
    "shum": ("kg kg-1", "Near surface air specific humidity", 1e-6, 0.025),
    "wind": ("m s-1", "Near surface wind speed", 0.002, 60.0),
    "srad": ("W m-2", "Surface downward shortwave radiation", 0.25, 685.0),
    "lrad": ("W m-2", "Surface downward longwave radiation", 0.25, 685.0),
    "prec": ("mm hr-1", "Precipitation rate", 0.0025, 50.0),
}
_EPOCH = date(1900, 1, 1).toordinal()
_TIME = {"units": "hours since 1900-01-01 00:00:0.0", "long_name": "Time"}
_ABOUT = {
    "Conventions": "CF-1.0",
    "title": "A made climate in the format of the China Meteorological Forcing Dataset v1.6",
    "source": "Paramscape twin",
}


def write_climate(settings: CmfdForcing, days: Period, grid: Grid, seed: int) -> list[Path]:
    """Write the months in which `days` lie, seven files each.

    The bytes of a month do not depend on which other months are written.

    Args:
        settings: CMFD v1.6 and its folder.
        days: the record or a part of it, such as a year.
        grid: the study's grid; half a degree more is written on every side.
        seed: seed of the climate.

    Raises:
        SettingsError: if the forcing is not CMFD v1.6, or the grid not within CMFD's.
    """
    if getattr(settings, "product", None) != "cmfd-v1.6":
        raise SettingsError(
            f"the twin's climate is written as cmfd-v1.6, but products.forcing.product is "
            f"{settings.product!r}. Change it, or set twin.climate to false"
        )
    cells = cmfd_region(grid)
    climate = Climate(seed, cells.region_lat, cells.region_lon)
    return [
        path
        for month in months(days.start, days.end)
        for path in _write_month(settings, month, climate, cells)
    ]


def write_elevation(settings: Elevation, grid: Grid, seed: int) -> None:
    """Write the land's elevation [m] on CMFD's grid."""
    cells = cmfd_region(grid)
    heights = elevation(seed, cells.region_lat, cells.region_lon)
    with new_file(settings.path, _ABOUT) as file:
        _add_grid(file, cells)
        attributes = {
            "units": "m",
            "long_name": "Elevation",
            "_FillValue": np.float32(FILL),
            "missing_value": np.float32(FILL),
        }
        add_field(file, settings.variable, heights.astype("f4"), cells.corner, attributes)


def pack(values: np.ndarray, name: str) -> np.ndarray:
    """The 16-bit integers that stand for physical values of a CMFD variable.

    Raises:
        ValueError: if a value lies outside what 16 bits can hold.
    """
    _, _, scale, offset = PACKING[name]
    packed = np.rint((values - offset) / scale)
    if packed.min() <= FILL or packed.max() > 32767:
        raise ValueError(
            f"{name} of {values.min():.5g} to {values.max():.5g} does not fit into CMFD's 16 bits, "
            f"which hold {offset + scale * (FILL + 1):.5g} to {offset + scale * 32767:.5g}"
        )
    return packed.astype("i2")


def _write_month(settings: CmfdForcing, month: date, climate: Climate, cells: Region) -> list[Path]:
    weather = climate.weather(month, monthrange(month.year, month.month)[1])
    paths = []
    for variable in VARIABLES.values():
        path, name = canonical_path(settings, variable, month), variable.name
        _write_variable(path, name, getattr(weather, name), cells, month)
        paths.append(path)
    return paths


def _write_variable(path: Path, name: str, values: np.ndarray, cells: Region, month: date) -> None:
    units, long_name, scale, offset = PACKING[name]
    hours = 24 * (month.toordinal() - _EPOCH) + HOURS * np.arange(len(values))
    attributes = {
        "units": units,
        "long_name": long_name,
        "scale_factor": np.float32(scale),
        "add_offset": np.float32(offset),
        "_FillValue": np.int16(FILL),
        "missing_value": np.int16(FILL),
    }
    with new_file(path, _ABOUT) as file:
        add_axis(file, "time", hours.astype("i4"), _TIME)
        _add_grid(file, cells)
        add_field(file, name, pack(values, name), cells.corner, attributes)


def _add_grid(file: netCDF4.Dataset, cells: Region) -> None:
    add_axis(file, "lat", cells.lat.astype("f4"), GEOGRAPHIC["lat"])
    add_axis(file, "lon", cells.lon.astype("f4"), GEOGRAPHIC["lon"])
