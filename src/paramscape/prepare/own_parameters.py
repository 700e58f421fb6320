"""The user's own VIC parameter file on the study's domain."""

from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products import ProductError
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


def own_parameters(path: Path, domain: xr.Dataset) -> xr.Dataset:
    """Read a VIC parameter file and crop it to the domain.

    Args:
        path: parameter file of VIC's image driver.
        domain: `mask` (lat, lon).

    Returns:
        the file's variables on the domain's grid with VIC's units; `run_cell` is 1 in the cells
        that the domain's mask and the file both have. Missing values are NaN.

    Raises:
        ProductError: if the file lacks variables or cells, or an active cell is not to be run.
    """
    require_parameters(path)
    with xr.open_dataset(path, engine="netcdf4") as file:
        whole = file.load()
    for axis in ("lat", "lon"):
        _require_axis(whole, domain, axis, path)
    params = whole.sel(lat=domain.lat, lon=domain.lon, method="nearest")
    params = params.assign_coords(lat=domain.lat, lon=domain.lon)
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
    params["run_cell"] = (("lat", "lon"), inside.astype("i4"))
    if "mask" in params:
        params["mask"] = (("lat", "lon"), inside.astype("i4"))
    for name, units in UNITS.items():
        if name in params:
            params[name].attrs["units"] = units
    params.attrs = {}
    return params


def _require_axis(params: xr.Dataset, domain: xr.Dataset, axis: str, path: Path) -> None:
    have, wanted = params[axis].values, domain[axis].values
    if have.ndim != 1:
        raise ProductError(
            f"{axis} has {have.ndim} dimensions", path, axis,
            cure="give a parameter file with one-dimensional lat and lon",
        )  # fmt: skip
    distance = np.abs(have[:, None] - wanted[None, :]).min(0)
    if distance.max() > TOLERANCE:
        worst = wanted[distance.argmax()]
        raise ProductError(
            f"the domain's cell at {axis} {worst:g} is not in the parameter file, which covers "
            f"{have.min():g} to {have.max():g}",
            path,
            axis,
            cure="give parameters on the domain's grid",
        )
