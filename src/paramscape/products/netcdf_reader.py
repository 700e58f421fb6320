"""Reading raw NetCDF files: axes by their attributes, decoded values, errors for damaged files."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import xarray as xr

from paramscape.files.failures import require_memory
from paramscape.products.axes import NAMES, AxisVariable, find_axis, find_map, straightened
from paramscape.products.bounding_box import Box, Window, contiguous, near
from paramscape.products.errors import ProductError
from paramscape.products.packing import unpack
from paramscape.products.times import TimeAxis, is_time
from paramscape.products.whole_file import require_whole_file

_DAMAGED = "fetch the file again: it is truncated or corrupt"
_UNITS = {"lat": "degrees_north", "lon": "degrees_east"}
_TOO_LARGE = 1e10
_BOUNDS = ("time_bnds", "time_bounds", "time_bnd")


class ProductFile:
    """An open raw file: its axes in the file's order, its variables read around a box.

    lat, lon: (n,) cell centres [degrees], None where the file has no such axis. Longitudes are
    continuous: from -180, or from 0 where the file crosses 180 degrees.
    """

    def __init__(self, path: Path, dataset: netCDF4.Dataset) -> None:
        self.path = path
        self._dataset = dataset
        self._axes = {axis: find_axis(dataset, axis) for axis in NAMES}
        self._bent: list[str] = []
        self.lat = self._centres("lat")
        self.lon = self._centres("lon")

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of all variables in the file, outside its groups."""
        return tuple(self._dataset.variables)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the file's groups."""
        return tuple(self._dataset.groups)

    def attributes(self, variable: str | None = None) -> Mapping[str, Any]:
        """Attributes of a variable, or of the file."""
        holder = self._dataset if variable is None else self.variable(variable)
        return {name: holder.getncattr(name) for name in holder.ncattrs()}

    def units(self, variable: str) -> str | None:
        """The `units` attribute, or None where there is none."""
        found = self.attributes(variable).get("units")
        return None if found is None else str(found)

    def variable(self, name: str) -> netCDF4.Variable:
        """A variable, unread; one of a group is called `group/name`.

        Raises:
            ProductError: if the file has no such variable.
        """
        group, _, own = name.rpartition("/")
        holder = self._dataset.groups.get(group) if group else self._dataset
        present = () if holder is None else tuple(holder.variables)
        if own not in present:
            raise ProductError(
                "the file has no such variable",
                self.path,
                name,
                cure=f"name one of those that it has: {', '.join(present)}",
            )
        return holder.variables[own]

    @cached_property
    def time(self) -> np.ndarray | None:
        """(n,) moments in UTC, datetime64; None where the file has no axis in units of time.

        Raises:
            ProductError: if the axis has gaps, another calendar, or units that cannot be read.
        """
        axis = self.time_axis
        if axis is None:
            return None
        return axis.decode(np.atleast_1d(self.raw(self._axes["time"].name)))

    @cached_property
    def time_axis(self) -> TimeAxis | None:
        """Units and calendar of the time axis, None where there are no units of time."""
        found = self._axes["time"]
        if found is None:
            return None
        said = self.attributes(found.name)
        units = str(said.get("units", ""))
        if not is_time(units):
            return None
        return TimeAxis(units, str(said.get("calendar", "standard")), (self.path, found.name))

    @cached_property
    def time_bounds(self) -> np.ndarray | None:
        """(n, 2) start and end of the records in UTC, datetime64; None where the file has none.

        Raises:
            ProductError: if the axis is a climatology, or its bounds are absent or of other times.
        """
        axis = self.time_axis
        if axis is None:
            return None
        said = self.attributes(self._axes["time"].name)
        if "climatology" in said:
            raise ProductError(
                "the time axis is a climatology, whose records belong to no day", *axis.place,
                cure="give a series of days",
            )  # fmt: skip
        name = str(said.get("bounds", "")).strip() or next(
            (n for n in _BOUNDS if n in self.variables), None
        )
        if name is None:
            return None
        if name not in self.variables:
            raise ProductError(
                f"the file lacks {name}, which the attribute `bounds` names and which says when "
                "a record starts and ends", *axis.place,
                cure=f"add {name} to the file, or remove the attribute",
            )  # fmt: skip
        own = str(self.attributes(name).get("units", axis.units))
        bounds = replace(axis, units=own, place=(self.path, name)).decode(self.raw(name))
        if bounds.shape != (self.time.size, 2):
            raise ProductError(
                f"bounds have the shape {bounds.shape}, but need two for each of "
                f"{self.time.size} records", self.path, name,
                cure="correct the bounds, or remove the attribute `bounds` of the time axis",
            )  # fmt: skip
        return bounds

    def raw(self, name: str) -> np.ndarray:
        """All values of a variable, unpacked; missing ones are NaN."""
        return self._read(self.variable(name), ())

    def part(self, name: str, window: tuple[slice, ...]) -> np.ndarray:
        """A window of a variable on the file's own dimensions, unpacked; missing ones are NaN.

        Raises:
            ProductError: if the variable is absent or damaged.
        """
        return self._read(self.variable(name), window)

    def field(
        self,
        name: str,
        box: Box | None = None,
        times: slice | None = None,
        margin: int = 1,
        partial: bool = False,
        step: float | None = None,
    ) -> xr.DataArray:
        """A variable around a box: (..., time?, lat, lon), axes ascending, missing values NaN.

        Args:
            name: variable in the file.
            box: domain to cover, with `margin` native cells around it; None for the whole grid.
            times: stretch of the time axis, None for all of it.
            margin: native cells kept around the box.
            partial: whether the grid may cover only a part of the box.
            step: size of the native cells [degrees]; where the box is one of sampled cells, only
                the rows and columns that overlap them are kept then.

        Returns:
            longitudes as near as possible to the box's; a value beyond 1e10 is missing, too.

        Raises:
            ProductError: if the variable or an axis is absent, the grid does not cover the box,
                or a part that is read is damaged.
        """
        variable = self.variable(name)
        dims = [self._canonical(dim) for dim in variable.dimensions]
        windows = {axis: self._window(axis, box, margin, partial) for axis in ("lat", "lon")}
        if step is not None and box is not None:
            windows = {axis: window.touching(box, axis, step) for axis, window in windows.items()}
        self._require_dims(variable, dims)
        stretches = {axis: window.slice for axis, window in windows.items()}
        stretches["time"] = times or slice(None)
        selection = tuple(stretches.get(dim, slice(None)) for dim in dims)
        kept = {dims.index(axis): window.order for axis, window in windows.items()}
        values = self._read(variable, selection, kept)
        values[np.abs(values) > _TOO_LARGE] = np.nan
        array = xr.DataArray(values, dims=dims, name=name)
        array = array.assign_coords({axis: window.values for axis, window in windows.items()})
        if "time" in dims and self.time is not None:
            array = array.assign_coords(time=self.time[stretches["time"]])
        return array.transpose(..., *(d for d in ("time", "lat", "lon") if d in dims))

    def _require_dims(self, variable: netCDF4.Variable, dims: list[str]) -> None:
        for axis in ("lat", "lon"):
            if axis not in dims:
                raise ProductError(
                    f"the variable has dimensions {variable.dimensions}, none of them is {axis}",
                    self.path,
                    variable.name,
                    cure="give a variable on latitude and longitude",
                )

    def _canonical(self, dim: str) -> str:
        return next((axis for axis in NAMES if dim == self._dim(axis)), dim)

    def _dim(self, axis: str) -> str | None:
        """The dimension of an axis, with or without a variable of coordinates."""
        found = self._axes[axis]
        if found is not None:
            return found.dim
        return next((d for d in self._dataset.dimensions if d.lower() in NAMES[axis]), None)

    @property
    def grid_dims(self) -> dict[str, str]:
        """The file's dimensions by our names `lat` and `lon`.

        Raises:
            ProductError: if the grid is not a regular one of latitude and longitude.
        """
        for axis in ("lat", "lon"):
            self._require_axis(axis)
        return {axis: self._axes[axis].dim for axis in ("lat", "lon")}

    def _require_axis(self, axis: str) -> np.ndarray:
        centres = {"lat": self.lat, "lon": self.lon}[axis]
        if centres is None:
            bent = f"; {' and '.join(self._bent)} bend over the grid" if self._bent else ""
            raise ProductError(
                f"the file has no {axis} axis (a one-dimensional variable {NAMES[axis][0]}, "
                f"{NAMES[axis][1]}, or with the units {_UNITS[axis]}){bent}",
                self.path,
                axis,
                cure="give a file on a regular latitude-longitude grid",
            )
        return centres

    def _window(self, axis: str, box: Box | None, margin: int, partial: bool) -> Window:
        centres = self._require_axis(axis)
        if box is None:
            return Window.whole(centres)
        low, high = (box.south, box.north) if axis == "lat" else (box.west, box.east)
        if axis == "lon":
            centres = near(centres, (low + high) / 2)
        return Window.around(centres, (low, high), margin, (self.path, axis), partial)

    def _centres(self, axis: str) -> np.ndarray | None:
        name, values = self._coordinates(axis)
        if values is None:
            return None
        if not np.isfinite(values).all():
            raise ProductError("the axis has missing values", self.path, name, cure=_DAMAGED)
        if values.dtype == np.float32:
            values = _regular(values.astype("f8"))
        values = values.astype("f8")
        low, high = (-90, 90) if axis == "lat" else (-360, 540)
        if values.min() < low - 1e-3 or values.max() > high + 1e-3:
            raise ProductError(
                f"the axis reaches from {values.min():g} to {values.max():g}, beyond {low} to "
                f"{high} degrees", self.path, name, cure="give coordinates in degrees",
            )  # fmt: skip
        return contiguous(values) if axis == "lon" else values

    def _coordinates(self, axis: str) -> tuple[str, np.ndarray | None]:
        """Name and values of an axis; a map of coordinates counts if its grid is regular."""
        found = self._axes[axis]
        if found is not None:
            return found.name, np.atleast_1d(self.raw(found.name))
        variable = find_map(self._dataset, axis)
        if variable is None:
            return axis, None
        straight = straightened(self.raw(variable.name))
        if straight is None:
            self._bent.append(f"{variable.name}{variable.dimensions}")
            return variable.name, None
        along, values = straight
        self._axes[axis] = AxisVariable(variable.name, variable.dimensions[along])
        return variable.name, values

    def _read(
        self,
        variable: netCDF4.Variable,
        selection: tuple[slice, ...],
        kept: Mapping[int, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Unpacked values of a part, of which indices along some axes are kept."""
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
        values = np.asarray(raw)
        for axis, order in (kept or {}).items():
            values = values.take(order, axis)
        return unpack(values, variable)

    def _damage(self, variable: netCDF4.Variable, selection: tuple[slice, ...]) -> str | None:
        """The first record that cannot be read, if the variable has records."""
        dims = variable.dimensions
        if not selection or self._dim("time") not in dims or self.time is None:
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
