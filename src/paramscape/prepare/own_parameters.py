"""The user's VIC parameter file on the study's domain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from paramscape.products import ProductError
from paramscape.products.bounding_box import near, nearest
from paramscape.products.checks import require_complete, require_known_codes
from paramscape.products.netcdf_reader import open_product

if TYPE_CHECKING:
    from paramscape.vic.parameter_layout import Variable

TOLERANCE = 0.01  # [degrees], VIC's own between parameters and domain
_MAY_BE_MISSING = ("phi_s", "bubble", "quartz", "annual_prec", "fs_active")
_LAYOUT = ("run_cell", "Nveg", "mask")


def own_parameters(path: Path, domain: xr.Dataset) -> xr.Dataset:
    """Read a VIC parameter file and crop it to the domain.

    The file's grid may be larger than the domain's, in another order, with longitudes to 360
    degrees, and under other names than lat and lon.

    Args:
        path: parameter file of VIC's image driver.
        domain: `mask` (lat, lon).

    Returns:
        the file's variables on the domain's grid with VIC's units; `run_cell` is 1 in the cells
        that the domain's mask and the file both have. Missing values are NaN.

    Raises:
        ProductError: if the file lacks variables or cells, or an active cell is not to be run or
            has no value.
    """
    _require_variables(path)
    params = _on_domain(_on_latitudes(path), domain, path)
    inside = domain["mask"].values > 0
    run = params["run_cell"].transpose("lat", "lon").values > 0
    if (inside & ~run).any():
        row, column = np.argwhere(inside & ~run)[0]
        raise ProductError(
            f"run_cell is 0 in {int((inside & ~run).sum())} active cells of the domain",
            path,
            "run_cell",
            f"cell at latitude {float(domain.lat[row]):g}, longitude {float(domain.lon[column]):g}",
            "set run_cell to 1 there, or mask those cells out of the domain",
        )
    _require_values(params, domain, path)
    params["run_cell"] = (("lat", "lon"), inside.astype("i4"))
    if "mask" in params:
        params["mask"] = (("lat", "lon"), inside.astype("i4"))
    for name, units in soil_units().items():
        if name in params:
            params[name].attrs["units"] = units
    params.attrs = {}
    return params


def soil_units() -> dict[str, str]:
    """Units in which VIC takes its soil parameters, whatever a file's attributes say."""
    from paramscape.vic.parameter_layout import GRID, LAYER

    return {name: v.unit for name, v in _layout().items() if v.dims in (GRID, LAYER)}


def _require_variables(path: Path) -> None:
    """Refuse a file that lacks a variable which VIC uses."""
    with open_product(path) as raw:
        for name, variable in _layout().items():
            if variable.is_used:
                raw.variable(name)


def _layout() -> dict[str, Variable]:
    # VIC's package imports torch, which a study without its own parameter file need not wait for.
    from paramscape.vic.options import Options
    from paramscape.vic.parameter_layout import parameter_layout

    return parameter_layout(Options())


def _on_latitudes(path: Path) -> xr.Dataset:
    """The whole file with dimensions `lat` and `lon`, longitudes in one piece."""
    with open_product(path) as raw:
        dims, lat, lon = raw.grid_dims, raw.lat, raw.lon
    with xr.open_dataset(path, engine="netcdf4", decode_times=False) as file:
        whole = file.load()
    coordinates = {*dims, *dims.values()}
    whole = whole.drop_vars([name for name in coordinates if name in whole.variables])
    whole = whole.rename_dims({dim: axis for axis, dim in dims.items() if dim != axis})
    return whole.assign_coords(lat=lat, lon=lon)


def _on_domain(whole: xr.Dataset, domain: xr.Dataset, path: Path) -> xr.Dataset:
    picked = {}
    for axis in ("lat", "lon"):
        have, wanted = whole[axis].values, domain[axis].values
        if axis == "lon":
            have = near(have, float(wanted.mean()))
        picked[axis] = nearest(have, wanted, TOLERANCE)
        if (picked[axis] < 0).any():
            worst = wanted[picked[axis] < 0][0]
            raise ProductError(
                f"the domain's cell at {axis} {worst:g} is not in the parameter file, which covers "
                f"{have.min():g} to {have.max():g}; its nearest is "
                f"{have[np.abs(have - worst).argmin()]:g}",
                path,
                axis,
                cure="give parameters on the domain's grid",
            )
    return whole.isel(picked).assign_coords(lat=domain.lat, lon=domain.lon)


def _require_values(params: xr.Dataset, domain: xr.Dataset, path: Path) -> None:
    """Refuse active cells in which a parameter is missing, or a code that says so."""
    inside = domain["mask"] > 0
    soil = soil_units()
    planted = inside & (params["Cv"].fillna(0) > 0)
    for name, field in params.data_vars.items():
        if not {"lat", "lon"} <= set(field.dims) or field.dtype.kind not in "iuf":
            continue
        if name in ("phi_s", *_LAYOUT):
            continue
        used = planted if "veg_class" in field.dims and name != "Cv" else inside
        require_known_codes(field.where(used).transpose(..., "lat", "lon"), (path, str(name)))
        if name in soil and name not in _MAY_BE_MISSING:
            require_complete(field, domain["mask"], path)
