"""Forcing files on the domain's grid, with any names of the axes."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.vic.image.grid import ImageGrid
from paramscape.vic.image.inputs import require_same

_NORTH = ("lat", "latitude", "y", "nav_lat", "rlat", "south_north", "ny", "nlat", "northing")
_EAST = ("lon", "longitude", "x", "nav_lon", "rlon", "west_east", "nx", "nlon", "easting")

log = logging.getLogger(__name__)


@contextmanager
def opened_forcing(path: Path, grid: ImageGrid, names: Sequence[str]) -> Iterator[xr.Dataset]:
    """An open forcing file with the dimensions time, lat and lon, times not decoded.

    VIC reads names of dimensions only in the domain and parameter files, and matches the cells of
    a forcing file by position. Here the dimensions may have any names, too. If the file has
    latitudes and longitudes, they must be the domain's.

    Args:
        path: of the file.
        grid: the domain's.
        names: variables that are read.

    Raises:
        FileNotFoundError, ValueError: if the file, a variable or an axis is missing, or the grid
            differs; names the file.
    """
    if not path.is_file():
        raise FileNotFoundError(f"forcing file {path} does not exist")
    with xr.open_dataset(path, decode_times=False) as ds:
        for name in names:
            if name not in ds:
                raise ValueError(
                    f"{path} has no variable {name} (FORCE_TYPE); it has {', '.join(ds.data_vars)}"
                )
        if "time" not in ds.variables or ds["time"].ndim != 1:
            raise ValueError(
                f"{path} has no variable time with one dimension, by which VIC finds the records; "
                f"it has {', '.join(map(str, ds.variables))}"
            )
        clock = ds["time"].dims[0]
        axes = _axes(path, ds, names[0], clock)
        _check_place(path, ds, grid, axes)
        kept = ds[list(names)].drop_vars([a for a in axes if a in ds.variables])
        kept = kept.rename({clock: "time"} if clock != "time" else {}).assign(
            time=("time", ds["time"].values, ds["time"].attrs)
        )
        yield _on_axes(path, kept.rename(dict(zip(axes, ("lat", "lon"), strict=True))))


def _axes(path: Path, ds: xr.Dataset, name: str, clock: str) -> tuple[str, str]:
    """Names of a variable's dimensions towards north and east."""
    wide = [d for d in ds[name].dims if d != clock]
    extra = [d for d in wide[:-2] if ds.sizes[d] == 1]
    wide = [d for d in wide if d not in extra]
    if len(wide) != 2 or clock not in ds[name].dims:
        raise ValueError(f"{path}: {name} has the dimensions {ds[name].dims}, not (time, lat, lon)")
    first, second = wide
    turned = _points_east(ds, first) or (_points_north(ds, second) and not _points_north(ds, first))
    return (second, first) if turned else (first, second)


def _points_north(ds: xr.Dataset, axis: str) -> bool:
    return _described(ds, axis, "degrees_north", "Y") or str(axis).lower() in _NORTH


def _points_east(ds: xr.Dataset, axis: str) -> bool:
    return _described(ds, axis, "degrees_east", "X") or str(axis).lower() in _EAST


def _described(ds: xr.Dataset, axis: str, units: str, letter: str) -> bool:
    attributes = ds[axis].attrs if axis in ds.variables else {}
    return attributes.get("units") == units or str(attributes.get("axis", "")).upper() == letter


def _check_place(path: Path, ds: xr.Dataset, grid: ImageGrid, axes: tuple[str, str]) -> None:
    sizes = tuple(ds.sizes[axis] for axis in axes)
    places = (grid.latitude, grid.longitude)
    if grid.latitude.ndim == 1 and all(axis in ds.variables for axis in axes):
        found = tuple(np.asarray(ds[axis].values, dtype=float) for axis in axes)
        require_same(path, found, places)
    elif grid.latitude.ndim == 2 and _has_places(ds, grid, axes):
        names = (grid.names.latitude, grid.names.longitude)
        found = tuple(ds[name].transpose(*axes).values.astype(float) for name in names)
        require_same(path, found, places)
    else:
        log.warning("%s has no latitudes and longitudes; its cells are taken by position", path)
    if sizes != grid.active.shape:
        raise ValueError(
            f"{path} has {sizes} cells to north and to east, the domain has {grid.active.shape}; "
            "the grids must be the same"
        )


def _has_places(ds: xr.Dataset, grid: ImageGrid, axes: tuple[str, str]) -> bool:
    names = (grid.names.latitude, grid.names.longitude)
    return all(name in ds.variables and set(ds[name].dims) == set(axes) for name in names)


def _on_axes(path: Path, ds: xr.Dataset) -> xr.Dataset:
    """The dataset without axes of length 1; refuses variables on other axes."""
    extra = [d for d in ds.dims if d not in ("time", "lat", "lon") and ds.sizes[d] == 1]
    ds = ds.squeeze(extra, drop=True)
    for name, field in ds.data_vars.items():
        if set(field.dims) != {"time", "lat", "lon"}:
            raise ValueError(
                f"{path}: {name} has the dimensions {field.dims}, not (time, lat, lon)"
            )
    return ds
