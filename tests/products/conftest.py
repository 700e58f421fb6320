"""Writers of small raw files that are true to the formats of the products."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from paramscape.products.bounding_box import Box
from paramscape.products.cmfd.files import VARIABLES
from paramscape.study import Period

LAT = np.float32(15.05) + np.float32(0.1) * np.arange(400, dtype="f4")
LON = np.float32(70.05) + np.float32(0.1) * np.arange(700, dtype="f4")
PATCH = slice(164, 174), slice(434, 446)  # 31.45 to 32.35 N, 113.45 to 114.55 E
PACKING = {
    "temp": ("K", 0.01, 0.0),
    "pres": ("Pa", 2.0, 63500.0),
    "shum": ("kg kg-1", 1e-6, 0.025),
    "wind": ("m s-1", 0.002, 60.0),
    "srad": ("W m-2", 0.25, 685.0),
    "lrad": ("W m-2", 0.25, 685.0),
    "prec": ("mm hr-1", 0.0025, 50.0),
}
FOLDERS = {variable.name: variable.folder for variable in VARIABLES.values()}
MILD = {
    "temp": 285.0,
    "pres": 99000.0,
    "shum": 0.006,
    "wind": 2.4,
    "srad": 150.0,
    "lrad": 300.0,
    "prec": 0.25,
}
Values = Callable[[np.ndarray], np.ndarray] | float


@dataclass
class Cmfd:
    """A folder of CMFD files on the product's whole grid, with values in one patch of it.

    `spell` gives the path of a file below the folder; `values` maps a variable to a number or to
    a function of the records' hours since 1900.
    """

    folder: Path
    product: str = "cmfd-v1.6"
    spell: Callable[[str, str], str] | None = None
    values: dict[str, Values] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)

    def path(self, variable: str, stamp: str) -> Path:
        """The file of a variable and month `YYYYMM`."""
        if self.spell is not None:
            return self.folder / self.spell(variable, stamp)
        version = {"cmfd-v1.6": "V0106", "cmfd-v2.0": "V0200"}[self.product]
        name = f"{variable}_CMFD_{version}_B-01_03hr_010deg_{stamp}.nc"
        return self.folder / FOLDERS[variable] / name

    def write(self, *stamps: str) -> "Cmfd":
        """Write all variables of some months."""
        for stamp in stamps:
            for variable in PACKING:
                self.write_one(variable, stamp)
        return self

    def spoil(self, variable: str, value: float) -> None:
        """Write January 2009 with `value` in one cell of the record of 31 January 15:00."""

        def values(hours: np.ndarray) -> np.ndarray:
            field = np.full((hours.size, 10, 12), MILD[variable])
            field[-3, 4, 4] = value
            return field

        self.values[variable] = values
        self.write("200901")

    def write_one(self, variable: str, stamp: str, hours: np.ndarray | None = None) -> Path:
        """Write one variable of one month, with other record times if `hours` is given."""
        path = self.path(variable, stamp)
        path.parent.mkdir(parents=True, exist_ok=True)
        hours = _hours(stamp) if hours is None else hours
        given = self.values.get(variable, MILD[variable])
        units, scale, offset = PACKING[variable]
        if self.product == "cmfd-v2.0" and variable == "prec":
            units = "kg m-2 s-1"
            given = given if variable in self.values else given / 3600
        with netCDF4.Dataset(path, "w", format="NETCDF4_CLASSIC") as file:
            _axes(file, hours)
            values = np.broadcast_to(_of(given, hours), (hours.size, 10, 12))
            if self.product == "cmfd-v1.6":
                self._packed(file, variable, values, (scale, offset))
            else:
                kind = {"fill_value": np.float32(1e36), "chunksizes": (1, 40, 40), "zlib": True}
                out = file.createVariable(variable, "f4", ("time", "lat", "lon"), **kind)
                out.missing_value = np.float32(1e36)
                out[:, PATCH[0], PATCH[1]] = values
            file[variable].units = self.units.get(variable, units)
        return path

    @staticmethod
    def _packed(
        file: netCDF4.Dataset, name: str, values: np.ndarray, packing: tuple[float, float]
    ) -> None:
        kind = {"fill_value": np.int16(-32767), "chunksizes": (1, 40, 40), "zlib": True}
        out = file.createVariable(name, "i2", ("time", "lat", "lon"), **kind)
        out.setncatts(
            {
                "scale_factor": np.float32(packing[0]),
                "add_offset": np.float32(packing[1]),
                "missing_value": np.int16(-32767),
            }
        )
        out.set_auto_maskandscale(False)
        stored = np.round((values - packing[1]) / packing[0])
        out[:, PATCH[0], PATCH[1]] = np.where(np.isnan(values), -32767, stored).astype("i2")


def _of(values: Values, hours: np.ndarray) -> np.ndarray:
    if not callable(values):
        return np.float64(values)
    given = np.asarray(values(hours))
    return given[:, None, None] if given.ndim == 1 else given


def _hours(stamp: str) -> np.ndarray:
    start = date(int(stamp[:4]), int(stamp[4:]), 1)
    days = ((start + timedelta(days=31)).replace(day=1) - start).days
    return (start - date(1900, 1, 1)).days * 24 + 3 * np.arange(8 * days)


def _axes(file: netCDF4.Dataset, hours: np.ndarray) -> None:
    file.Conventions = "CF-1.0"
    for name, values in (("lat", LAT), ("lon", LON)):
        file.createDimension(name, values.size)
        file.createVariable(name, "f4", (name,))[:] = values
    file.createDimension("time", None)
    time = file.createVariable("time", "i4", ("time",))
    time.units = "hours since 1900-01-01 00:00:0.0"
    time[:] = hours


@pytest.fixture
def cmfd(tmp_path: Path) -> Cmfd:
    """An empty CMFD v1.6 folder."""
    return Cmfd(tmp_path / "cmfd")


@pytest.fixture
def box() -> Box:
    """One cell of 0.25 degree within the patch of values."""
    return Box(113.75, 31.75, 114.0, 32.0)


@pytest.fixture
def two_days() -> Period:
    """The last two days of January 2009."""
    return Period(start=date(2009, 1, 30), end=date(2009, 1, 31))


@pytest.fixture
def write_cf(tmp_path: Path) -> Callable[..., Path]:
    """A writer of plain NetCDF files: axes by name, then variables as (dims, values, attrs)."""

    def write(
        name: str,
        axes: Mapping[str, tuple[np.ndarray, str]],
        **variables: tuple[tuple[str, ...], np.ndarray, dict],
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with netCDF4.Dataset(path, "w") as file:
            for axis, (values, units) in axes.items():
                file.createDimension(axis, len(values))
                file.createVariable(axis, np.asarray(values).dtype, (axis,))[:] = values
                file[axis].units = units
            for variable, (dims, values, attrs) in variables.items():
                for dim, size in zip(dims, values.shape, strict=True):
                    if dim not in file.dimensions:
                        file.createDimension(dim, size)
                fill = attrs.pop("_FillValue", None)
                out = file.createVariable(variable, values.dtype, dims, fill_value=fill)
                out.set_auto_maskandscale(False)
                out[...] = values
                out.setncatts(attrs)
        return path

    return write
