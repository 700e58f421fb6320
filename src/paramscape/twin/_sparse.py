"""NetCDF-4 files on a product's whole grid of which only one region is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from paramscape.files import atomic_write, present_attributes

GEOGRAPHIC = {
    "lat": {"units": "degrees_north", "long_name": "Latitude"},
    "lon": {"units": "degrees_east", "long_name": "Longitude"},
}


@contextmanager
def new_file(path: Path, attributes: Mapping[str, str]) -> Iterator[netCDF4.Dataset]:
    """A NetCDF-4 classic-model file that appears under its name only when it is complete."""
    with (
        atomic_write(path) as partial,
        netCDF4.Dataset(partial, "w", format="NETCDF4_CLASSIC") as file,
    ):
        file.setncatts({**attributes, **present_attributes()})
        yield file


def add_axis(
    file: netCDF4.Dataset, name: str, values: np.ndarray, attributes: Mapping[str, str]
) -> None:
    """A dimension with its coordinate variable."""
    file.createDimension(name, values.size)
    variable = file.createVariable(name, values.dtype, (name,), fill_value=False)
    variable.setncatts(attributes)
    variable[:] = values


def add_field(
    file: netCDF4.Dataset,
    name: str,
    values: np.ndarray,
    corner: tuple[int, int],
    attributes: Mapping[str, Any],
) -> None:
    """A compressed variable (..., lat, lon) of which the region `values` is written.

    corner: row and column of the region's first cell in the file's whole grid. `attributes` has
    `_FillValue`, which every other cell reads as; its type is the variable's.
    """
    dims = {2: ("lat", "lon"), 3: (next(iter(file.dimensions)), "lat", "lon")}[values.ndim]
    sizes = [file.dimensions[d].size for d in dims]
    tile = _tile(values.nbytes // (values.shape[-1] * values.shape[-2]))
    attributes = dict(attributes)
    variable = file.createVariable(
        name,
        values.dtype,
        dims,
        zlib=True,
        complevel=1,
        shuffle=True,
        chunksizes=[*sizes[:-2], min(tile, sizes[-2]), min(tile, sizes[-1])],
        fill_value=attributes.pop("_FillValue"),
    )
    variable.set_auto_maskandscale(False)
    variable.setncatts(attributes)
    rows = slice(corner[0], corner[0] + values.shape[-2])
    columns = slice(corner[1], corner[1] + values.shape[-1])
    variable[..., rows, columns] = values


def _tile(bytes_per_cell: int) -> int:
    """Cells along a chunk's edge that make chunks of about 100 kB."""
    return int(np.clip(np.sqrt(100_000 / bytes_per_cell), 5, 100))
