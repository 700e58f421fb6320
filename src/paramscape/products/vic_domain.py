"""Domain files of VIC's image driver."""

import re
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.grid.sphere import EARTH_RADIUS
from paramscape.products.errors import ProductError
from paramscape.products.netcdf_reader import ProductFile, open_product
from paramscape.products.units import conversion, is_kind_of

_SQUARE_RADIANS = ("radian2", "radians2", "rad2", "steradian", "steradians", "sr")


def read_vic_domain(path: Path) -> xr.Dataset:
    """`mask` (int32), `frac` and `area` [m2] of a VIC domain file, (lat, lon), latitude ascending.

    Coordinates may be maps, as RVIC's xc and yc, where these make a regular grid; an area in square
    radians becomes m2.

    Raises:
        ProductError: if the file is damaged or has no `mask`, no cell is active, or `frac` is no
            share in an active cell.
    """
    with open_product(path) as raw:
        raw.variable("mask")
        names = [name for name in ("mask", "frac", "area") if name in raw.variables]
        fields = {name: _map(raw, name) for name in names}
        if "area" in fields:
            fields["area"] = fields["area"] * _square_metres(raw)
    active = fields["mask"].fillna(0) > 0
    fields["mask"] = active.astype(np.int32)
    if not active.any():
        raise ProductError("no cell is active", path, "mask", cure="give a mask with cells above 0")
    if "frac" in fields:
        fields["frac"] = fields["frac"].where(active, 0)
        _require_shares(fields["frac"], path)
    return xr.Dataset(fields)


def _map(raw: ProductFile, name: str) -> xr.DataArray:
    field = raw.field(name)
    for axis in ("lat", "lon"):
        if field.sizes[axis] > 1 and np.diff(field[axis].values).min() < 1e-9:
            raise ProductError(
                f"{axis} {field[axis].values[np.diff(field[axis].values).argmin()]:g} comes twice",
                raw.path, axis, cure="give each row and column of the grid once",
            )  # fmt: skip
    extra = [dim for dim in field.dims if dim not in ("lat", "lon")]
    if any(field.sizes[dim] > 1 for dim in extra):
        raise ProductError(
            f"the variable has further axes {', '.join(map(str, extra))}", raw.path, name,
            cure="give it on latitude and longitude alone",
        )  # fmt: skip
    return field.squeeze(extra, drop=True).reset_coords(drop=True)


def _square_metres(raw: ProductFile) -> float:
    """Factor from the unit of a domain's `area` to m2; one that is unknown counts as m2."""
    units = raw.units("area")
    plain = re.sub(r"[^a-z0-9]", "", (units or "").lower())
    if plain in _SQUARE_RADIANS:
        return EARTH_RADIUS**2
    if is_kind_of(units, "m2"):
        return conversion(units, "m2", raw.path, "area")[0]
    return 1.0


def _require_shares(share: xr.DataArray, path: Path) -> None:
    wrong = ~((share >= 0) & (share <= 1 + 1e-6)).values
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ProductError(
            f"frac is {float(share[row, column]):g} in an active cell, not a share from 0 to 1",
            path,
            "frac",
            f"cell (lat {float(share.lat[row]):g}, lon {float(share.lon[column]):g})",
            "give the share of the cell inside the domain, or mask the cell out",
        )
