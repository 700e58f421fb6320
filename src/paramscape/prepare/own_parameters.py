"""The user's own VIC parameter file on the study's domain."""

from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products import ProductError
from paramscape.products.bounding_box import near, nearest
from paramscape.products.checks import require_complete, require_known_codes
from paramscape.products.netcdf_reader import open_product
from paramscape.products.vic_files import require_parameters

TOLERANCE = 0.01  # [degrees], VIC's own between parameters and domain
UNITS = {
    "run_cell": "1", "Nveg": "1", "infilt": "1", "Ds": "1", "Dsmax": "mm d-1", "Ws": "1", "c": "1",
    "expt": "1", "Ksat": "mm d-1", "init_moist": "mm", "depth": "m", "elev": "m", "avg_T": "C",
    "dp": "m", "bubble": "cm", "quartz": "1", "bulk_density": "kg m-3", "soil_density": "kg m-3",
    "Wcr_FRACT": "1", "Wpwp_FRACT": "1", "rough": "m", "snow_rough": "m", "annual_prec": "mm",
    "resid_moist": "1", "fs_active": "1", "phi_s": "mm mm-1",
}  # fmt: skip
"""Units in which VIC takes its soil parameters, whatever a file's attributes say."""


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
    require_parameters(path)
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
    for name, units in UNITS.items():
        if name in params:
            params[name].attrs["units"] = units
    params.attrs = {}
    return params


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
    planted = inside & (params["Cv"].fillna(0) > 0)
    for name, field in params.data_vars.items():
        if not {"lat", "lon"} <= set(field.dims) or field.dtype.kind not in "iuf":
            continue
        if name in ("phi_s", *_LAYOUT):
            continue
        used = planted if "veg_class" in field.dims and name != "Cv" else inside
        require_known_codes(field.where(used).transpose(..., "lat", "lon"), (path, str(name)))
        if name in UNITS and name not in _MAY_BE_MISSING:
            require_complete(field, domain["mask"], path)
