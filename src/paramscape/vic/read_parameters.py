"""Reading VIC's parameter file into tensors of the active cells."""

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from paramscape.vic.processes import constants as c

VEGETATION = (
    "Cv", "overstory", "rarc", "rmin", "wind_h", "RGL", "rad_atten", "wind_atten", "trunk_ratio",
    "LAI", "albedo", "veg_rough", "displacement", "root_depth", "root_fract",
)  # fmt: skip
BANDS = ("AreaFract", "elevation", "Pfactor")
VIC_MISSING = -99999.0


def active_cells(params: xr.Dataset, mask: np.ndarray | xr.DataArray) -> np.ndarray:
    """Cells (lat, lon) that are in the mask and, where the file says so, to be run."""
    active = np.nan_to_num(np.asarray(mask)) > 0
    if "run_cell" in params:
        run = params["run_cell"].transpose("lat", "lon").values
        if run.shape != active.shape:
            raise ValueError(
                f"the parameter file has {run.shape} cells (lat, lon), the mask {active.shape}"
            )
        active = active & (np.nan_to_num(run) > 0)
    return active


class CellReader:
    """Reads variables of a parameter file in its active cells, cell first."""

    def __init__(self, params: xr.Dataset, active: np.ndarray) -> None:
        self.params, self.active = params, active

    def read(self, name: str, *dims: str) -> Tensor:
        """A variable (cell, *dims) in VIC's unit, float64; NaN where it is missing.

        Raises:
            ValueError: if the file has no such variable.
        """
        if name not in self.params:
            raise ValueError(f"the parameter file has no variable {name!r}, which VIC needs")
        field = self.params[name].transpose(*dims, "lat", "lon")
        values = np.asarray(field.values[..., self.active], dtype=np.float64)
        return torch.as_tensor(np.ascontiguousarray(np.moveaxis(values, -1, 0)))

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Latitude and longitude (cell,) [degrees]."""
        rows, columns = np.nonzero(self.active)
        lat, lon = self.params["lat"].values, self.params["lon"].values
        if lat.ndim == 2:
            return lat[self.active].astype(float), lon[self.active].astype(float)
        return lat[rows].astype(float), lon[columns].astype(float)


def read_residual(cells: CellReader) -> Tensor:
    """Residual moisture; SOIL_RESID_MOIST where the file has VIC's own mark of a missing value."""
    marks = (cells.params["resid_moist"].encoding.get(n) for n in ("_FillValue", "missing_value"))
    values = cells.read("resid_moist", "nlayer")
    if any(mark is not None and mark == VIC_MISSING for mark in marks):
        values = values.nan_to_num(nan=c.RESIDUAL_MOISTURE)
    return torch.where(values == VIC_MISSING, c.RESIDUAL_MOISTURE, values)


def read_vegetation(cells: CellReader) -> dict[str, Tensor]:
    """Vegetation by name, (cell, class), (cell, class, month) or (cell, class, root zone)."""
    extra = {"root_depth": ["root_zone"], "root_fract": ["root_zone"]}
    extra |= {name: ["month"] for name in ("LAI", "albedo", "veg_rough", "displacement")}
    vegetation = {name: cells.read(name, "veg_class", *extra.get(name, [])) for name in VEGETATION}
    absent = ~(vegetation["Cv"] > 0)  # also where it is a missing value, as in VIC
    vegetation["Cv"] = torch.where(absent, 0.0, vegetation["Cv"])
    if "fcanopy" in cells.params:
        vegetation["fcanopy"] = cells.read("fcanopy", "veg_class", "month")
    if "max_snow_albedo" in cells.params:
        vegetation["max_snow_albedo"] = cells.read("max_snow_albedo", "veg_class")
    return vegetation


def read_bands(cells: CellReader, elevation: Tensor) -> dict[str, Tensor]:
    """Snow bands (cell, band) by name; one band that is the whole cell where the file has none."""
    if all(name in cells.params for name in BANDS):
        return {name: cells.read(name, "snow_band") for name in BANDS}
    one = torch.ones_like(elevation)[:, None]
    return {"AreaFract": one, "elevation": elevation[:, None], "Pfactor": one}
