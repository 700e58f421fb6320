"""Opening raw NetCDF files: axes by name, missing values masked, damage turned into errors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cftime
import netCDF4
import numpy as np
import xarray as xr

from paramscape.failures import require_memory

from .box import Box, Window
from .errors import ProductError
from .whole_file import require_whole_file

_NAMES = {
    "lat": ("lat", "latitude", "nav_lat"),
    "lon": ("lon", "long", "longitude", "nav_lon"),
    "time": ("time", "date"),
}
_AXIS_UNITS = {
    "lat": ("degrees_north", "degree_north", "degrees north", "degrees_n"),
    "lon": ("degrees_east", "degree_east", "degrees east", "degrees_e"),
}
_CALENDARS = ("standard", "gregorian", "proleptic_gregorian")
_DAMAGED = "fetch the file again: it is truncated or corrupt"
_TOO_LARGE = 1e10


class ProductFile:
    """An open raw file: its axes in the file's order, its variables read around a box.

    lat, lon: (n,) cell centres [degrees; longitudes -180 to 180], None where the file has no such
    axis; time: (n,) datetime64, None where the file has no decodable time axis.
    """

    def __init__(self, path: Path, dataset: netCDF4.Dataset) -> None:
        self.path = path
        self._dataset = dataset
        self._axes = {axis: _find_axis(dataset, axis) for axis in _NAMES}
        self.lat = self._centres("lat")
        self.lon = self._centres("lon")
        self.time = self._times()

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of all variables in the file."""
        return tuple(self._dataset.variables)

    def attributes(self, variable: str | None = None) -> Mapping[str, Any]:
        """Attributes of a variable, or of the file."""
        holder = self._dataset if variable is None else self.variable(variable)
        return {name: holder.getncattr(name) for name in holder.ncattrs()}

    def units(self, variable: str) -> str | None:
        """The `units` attribute, or None where there is none."""
        found = self.attributes(variable).get("units")
        return None if found is None else str(found)

    def variable(self, name: str) -> netCDF4.Variable:
        """A variable, unread.

        Raises:
            ProductError: if the file has no such variable.
        """
        if name not in self._dataset.variables:
            raise ProductError(
                "the file has no such variable",
                self.path,
                name,
                cure=f"name one of those that it has: {', '.join(self.variables)}",
            )
        return self._dataset.variables[name]

    def raw(self, name: str) -> np.ndarray:
        """All values of a variable, unpacked; missing ones are NaN."""
        return self._read(self.variable(name), ())

    def field(
        self, name: str, box: Box | None = None, times: slice | None = None, margin: int = 1
    ) -> xr.DataArray:
        """A variable around a box: (..., time?, lat, lon), axes ascending, missing values NaN.

        Args:
            name: variable in the file.
            box: domain to cover, with `margin` native cells around it; None for the whole grid.
            times: stretch of the time axis, None for all of it.
            margin: native cells kept around the box.

        Raises:
            ProductError: if the variable or an axis is absent, the grid does not cover the box,
                or a part that is read is damaged.
        """
        variable = self.variable(name)
        windows = {axis: self._window(axis, box, margin) for axis in ("lat", "lon")}
        dims = [self._canonical(dim) for dim in variable.dimensions]
        for axis in windows:
            if axis not in dims:
                raise ProductError(
                    f"the variable has dimensions {variable.dimensions}, none of them is {axis}",
                    self.path,
                    name,
                    cure="give a variable on latitude and longitude",
                )
        stretches = {axis: window.slice for axis, window in windows.items()}
        stretches["time"] = times or slice(None)
        selection = tuple(stretches.get(dim, slice(None)) for dim in dims)
        values = self._read(variable, selection)
        values[np.abs(values) > _TOO_LARGE] = np.nan
        array = xr.DataArray(values, dims=dims, name=name)
        array = array.isel({axis: window.order for axis, window in windows.items()})
        array = array.assign_coords({axis: window.values for axis, window in windows.items()})
        if "time" in dims and self.time is not None:
            array = array.assign_coords(time=self.time[stretches["time"]])
        return array.transpose(..., *(d for d in ("time", "lat", "lon") if d in dims))

    def _canonical(self, dim: str) -> str:
        return next((axis for axis in _NAMES if dim == self._dim(axis)), dim)

    def _dim(self, axis: str) -> str | None:
        """The dimension of an axis, with or without a variable of coordinates."""
        name = self._axes[axis]
        if name is not None:
            return next(iter(self._dataset.variables[name].dimensions), name)
        return next((d for d in self._dataset.dimensions if d.lower() in _NAMES[axis]), None)

    def _window(self, axis: str, box: Box | None, margin: int) -> Window:
        centres = {"lat": self.lat, "lon": self.lon}[axis]
        if centres is None:
            raise ProductError(
                f"the file has no {axis} axis (a one-dimensional variable {_NAMES[axis][:3]})",
                self.path,
                axis,
                cure="give a file on a regular latitude-longitude grid",
            )
        if box is None:
            return Window.whole(centres)
        low, high = (box.south, box.north) if axis == "lat" else (box.west, box.east)
        return Window.around(centres, low, high, margin, (self.path, axis))

    def _centres(self, axis: str) -> np.ndarray | None:
        name = self._axes[axis]
        if name is None:
            return None
        variable = self._dataset.variables[name]
        values = self._read(variable, ())
        if not np.isfinite(values).all():
            raise ProductError("the axis has missing values", self.path, name, cure=_DAMAGED)
        values = values.astype("f8")
        if variable.dtype == np.float32:
            values = _regular(values)
        return np.where(values > 180, values - 360, values) if axis == "lon" else values

    def _times(self) -> np.ndarray | None:
        name = self._axes["time"]
        if name is None:
            return None
        variable = self._dataset.variables[name]
        units = str(getattr(variable, "units", ""))
        if " since " not in units:
            return None
        calendar = str(getattr(variable, "calendar", "standard")).lower()
        if calendar not in _CALENDARS:
            raise ProductError(
                f"the calendar is {calendar!r}; only {', '.join(_CALENDARS)} have real days",
                self.path,
                name,
                cure="take files with the civil calendar",
            )
        return _decode_time(np.atleast_1d(self._read(variable, ())), units, (self.path, name))

    def _read(self, variable: netCDF4.Variable, selection: tuple[slice, ...]) -> np.ndarray:
        try:
            raw = variable[selection] if selection else variable[...]
        except (RuntimeError, OSError, IndexError) as error:
            require_memory()  # HDF5 fails alike without memory and on a damaged file
            raise ProductError(
                f"the values cannot be read ({error})",
                self.path,
                variable.name,
                self._damage(variable, selection),
                _DAMAGED,
            ) from error
        return _unpack(np.asarray(raw), variable)

    def _damage(self, variable: netCDF4.Variable, selection: tuple[slice, ...]) -> str | None:
        """The first record that cannot be read, if the variable has records."""
        dims = variable.dimensions
        if self.time is None or not selection or self._dim("time") not in dims:
            return None
        at = dims.index(self._dim("time"))
        for record in range(*selection[at].indices(self.time.size)):
            part = (*selection[:at], slice(record, record + 1), *selection[at + 1 :])
            try:
                variable[part]
            except (RuntimeError, OSError):
                return f"time {moment(self.time[record])}"
        return None


@contextmanager
def open_product(path: Path | str) -> Iterator[ProductFile]:
    """Open a raw NetCDF file.

    Raises:
        ProductError: if the file is absent, foreign or truncated.
    """
    path = Path(path)
    try:
        dataset = netCDF4.Dataset(path)
    except FileNotFoundError:
        raise ProductError(
            "the file does not exist", path, cure="put it there, or correct the settings"
        ) from None
    except (OSError, RuntimeError) as error:
        require_memory()
        raise ProductError(
            f"the file cannot be opened as NetCDF ({error})", path, cure=_DAMAGED
        ) from error
    try:
        require_whole_file(path)
        dataset.set_auto_maskandscale(False)
        yield ProductFile(path, dataset)
    finally:
        dataset.close()


def moment(time: np.datetime64) -> str:
    """A time as it is written in messages, `YYYY-MM-DD HH:MM`."""
    return str(np.datetime64(time, "m")).replace("T", " ")


def _regular(values: np.ndarray) -> np.ndarray:
    """Centres freed from float32 rounding where they are equally spaced; others as they are."""
    ends = values[[0, -1]]
    short = ends.round(4)
    ends = np.where(np.abs(short - ends) < 2e-5, short, ends)
    even = np.linspace(ends[0], ends[1], values.size).round(9)
    return even if np.abs(even - values).max() < 1e-4 else values


def _find_axis(dataset: netCDF4.Dataset, axis: str) -> str | None:
    flat = {name.lower(): name for name, v in dataset.variables.items() if v.ndim <= 1}
    for name in _NAMES[axis]:
        if name in flat:
            return flat[name]
    for name in flat.values():
        units = str(getattr(dataset.variables[name], "units", "")).lower()
        if units in _AXIS_UNITS.get(axis, ()):
            return name
    return None


def _unpack(raw: np.ndarray, variable: netCDF4.Variable) -> np.ndarray:
    """Floating values with scale and offset applied; every kind of missing value is NaN."""
    if raw.dtype.kind not in "iuf":
        raise ProductError(
            f"the values are of type {raw.dtype}, not numbers",
            variable.group().filepath(),
            variable.name,
        )
    wide = raw.dtype.itemsize > 4 or (raw.dtype.kind in "iu" and raw.dtype.itemsize > 2)
    values = raw.astype(np.float64 if wide else np.float32)
    missing = np.isnan(values)
    for name in ("_FillValue", "missing_value"):
        for code in np.atleast_1d(getattr(variable, name, [])):
            missing |= raw == code
    values = values * values.dtype.type(getattr(variable, "scale_factor", 1))
    values = values + values.dtype.type(getattr(variable, "add_offset", 0))
    return np.where(missing, np.nan, values)


def _decode_time(values: np.ndarray, units: str, place: tuple[Path, str]) -> np.ndarray:
    if not np.isfinite(values).all():
        raise ProductError("the time axis has missing values", *place, cure=_DAMAGED)
    try:
        dates = cftime.num2date(
            values,
            units,
            "standard",
            only_use_cftime_datetimes=False,
            only_use_python_datetimes=True,
        )
    except ValueError as error:
        raise ProductError(
            f"times in {units!r} cannot be decoded ({error})", *place, cure=_DAMAGED
        ) from error
    seconds = np.array(dates, dtype="datetime64[us]") + np.timedelta64(500_000, "us")
    return seconds.astype("datetime64[s]").astype("datetime64[ns]")
