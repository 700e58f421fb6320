"""VIC's parameters of the active cells, as tensors under VIC's own names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from paramscape.vic.check_parameters import check_calibrated, check_parameters
from paramscape.vic.options import Options
from paramscape.vic.parameter_layout import parameter_layout
from paramscape.vic.processes import constants as c

SOIL_OF_CELL = (
    "infilt", "Ds", "Dsmax", "Ws", "c", "avg_T", "dp", "rough", "snow_rough", "elev",
)  # fmt: skip
SOIL_OF_LAYER = (
    "expt", "Ksat", "init_moist", "depth", "bulk_density", "soil_density", "quartz",
    "Wcr_FRACT", "Wpwp_FRACT", "resid_moist", "bubble",
)  # fmt: skip
OPTIONAL_SOIL = ("resid_moist", "bubble")
VEGETATION = (
    "Cv", "overstory", "rarc", "rmin", "wind_h", "RGL", "rad_atten", "wind_atten", "trunk_ratio",
    "LAI", "albedo", "veg_rough", "displacement", "root_depth", "root_fract",
)  # fmt: skip
BANDS = ("AreaFract", "elevation", "Pfactor")
VIC_MISSING = -99999.0
CALIBRATED = ("infilt", "Ds", "Dsmax", "Ws", "depth2", "depth3", "expt")


@dataclass(frozen=True)
class Parameters:
    """VIC's parameters of the active cells; units are those of VIC's parameter file.

    soil: (cell,) or (cell, layer) by name; any of them may lead with a member axis.
    vegetation: (cell, class), (cell, class, month) or (cell, class, root_zone) by name.
    bands: (cell, band) by name. nveg: (cell,) int. latitude: (cell,) in degrees.
    """

    soil: Mapping[str, Tensor]
    vegetation: Mapping[str, Tensor]
    bands: Mapping[str, Tensor]
    nveg: Tensor
    latitude: Tensor

    @classmethod
    def from_dataset(
        cls,
        params: xr.Dataset,
        mask: np.ndarray | xr.DataArray,
        options: Options | None = None,
    ) -> "Parameters":
        """Read the active cells of an open VIC parameter file.

        Args:
            params: VIC's parameter file; missing values as NaN (as xarray opens it).
            mask: (lat, lon), above 0 where a cell is active; cells with `run_cell` 0 are left out.
            options: of the run; Ds and Ws are fractions with BASEFLOW ARNO only.

        Raises:
            ValueError: where a variable is absent, missing or out of its range in an active cell
                (and, for vegetation, a class with area), or breaks one of the rules that VIC's
                image driver checks; names the variable and the cell.
        """
        active = active_cells(params, mask)
        if not active.any():
            raise ValueError("no cell is active: mask (and run_cell) are 0 everywhere")
        cells = _Reader(params, active)
        soil = {name: cells.read(name) for name in SOIL_OF_CELL}
        needed = [name for name in SOIL_OF_LAYER if name not in OPTIONAL_SOIL]
        soil |= {name: cells.read(name, "nlayer") for name in needed}
        soil["resid_moist"] = _read_residual(cells)
        if "bubble" in params:
            soil["bubble"] = cells.read("bubble", "nlayer")
        latitude, longitude = cells.places()
        parameters = cls(
            soil=soil,
            vegetation=_read_vegetation(cells),
            bands=_read_bands(cells, soil["elev"]),
            nveg=cells.read("Nveg").nan_to_num(nan=-1.0).round().to(torch.int64),
            latitude=torch.as_tensor(latitude),
        )
        layout = parameter_layout() | (parameter_layout(options) if options else {})
        check_parameters(parameters, longitude, layout)
        return parameters

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.nveg.shape[0]

    @property
    def members(self) -> int | None:
        """Length of the member axis, None where no soil parameter has one."""
        lengths = {v.shape[0] for name, v in self.soil.items() if v.ndim > _soil_axes(name)}
        if len(lengths) > 1:
            raise ValueError(f"soil parameters have different member axes: {sorted(lengths)}")
        return lengths.pop() if lengths else None

    def replace(self, soil: Mapping[str, Tensor]) -> "Parameters":
        """Exchange soil parameters, which may lead with a member axis."""
        unknown = sorted(set(soil) - set(self.soil))
        if unknown:
            raise ValueError(f"unknown soil parameters {unknown}; known are {sorted(self.soil)}")
        return replace(self, soil={**self.soil, **soil})

    def select(self, cells_index: Tensor | np.ndarray | slice) -> "Parameters":
        """Keep some of the cells, in the order of the index."""
        index = cells_index
        if not isinstance(index, slice):
            index = torch.as_tensor(index, device=self.nveg.device)
        return Parameters(
            soil={
                name: v[..., index, :] if name in SOIL_OF_LAYER else v[..., index]
                for name, v in self.soil.items()
            },
            vegetation={name: v[index] for name, v in self.vegetation.items()},
            bands={name: v[index] for name, v in self.bands.items()},
            nveg=self.nveg[index],
            latitude=self.latitude[index],
        )

    def select_members(self, members: slice) -> "Parameters":
        """Keep some of the members; what has no member axis stays as it is."""
        soil = {n: v[members] if v.ndim > _soil_axes(n) else v for n, v in self.soil.items()}
        return replace(self, soil=soil)

    def to(
        self, dtype: torch.dtype | None = None, device: torch.device | str | None = None
    ) -> "Parameters":
        """Convert all real tensors to a dtype and move everything to a device."""

        def moved(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
            return {name: v.to(dtype=dtype, device=device) for name, v in tensors.items()}

        return Parameters(
            soil=moved(self.soil),
            vegetation=moved(self.vegetation),
            bands=moved(self.bands),
            nveg=self.nveg.to(device=device),
            latitude=self.latitude.to(dtype=dtype, device=device),
        )


def _soil_axes(name: str) -> int:
    return 2 if name in SOIL_OF_LAYER else 1


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


class _Reader:
    """Reads variables of a parameter file in its active cells, cell first."""

    def __init__(self, params: xr.Dataset, active: np.ndarray) -> None:
        self.params, self.active = params, active

    def read(self, name: str, *dims: str) -> Tensor:
        if name not in self.params:
            raise ValueError(f"the parameter file has no variable {name!r}, which VIC needs")
        field = self.params[name].transpose(*dims, "lat", "lon")
        values = np.asarray(field.values[..., self.active], dtype=np.float64)
        return torch.as_tensor(np.ascontiguousarray(np.moveaxis(values, -1, 0)))

    def places(self) -> tuple[np.ndarray, np.ndarray]:
        rows, columns = np.nonzero(self.active)
        lat, lon = self.params["lat"].values, self.params["lon"].values
        if lat.ndim == 2:
            return lat[self.active].astype(float), lon[self.active].astype(float)
        return lat[rows].astype(float), lon[columns].astype(float)


def _read_residual(cells: _Reader) -> Tensor:
    """Residual moisture; SOIL_RESID_MOIST where the file has VIC's own mark of a missing value."""
    marks = (cells.params["resid_moist"].encoding.get(n) for n in ("_FillValue", "missing_value"))
    values = cells.read("resid_moist", "nlayer")
    if any(mark is not None and mark == VIC_MISSING for mark in marks):
        values = values.nan_to_num(nan=c.RESIDUAL_MOISTURE)
    return torch.where(values == VIC_MISSING, c.RESIDUAL_MOISTURE, values)


def _read_vegetation(cells: _Reader) -> dict[str, Tensor]:
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


def _read_bands(cells: _Reader, elevation: Tensor) -> dict[str, Tensor]:
    if all(name in cells.params for name in BANDS):
        return {name: cells.read(name, "snow_band") for name in BANDS}
    one = torch.ones_like(elevation)[:, None]
    return {"AreaFract": one, "elevation": elevation[:, None], "Pfactor": one}


def with_calibrated(parameters: Parameters, values: Tensor) -> Parameters:
    """Set the seven calibrated parameters, differentiably.

    expt is the same for all layers; initial moisture of layers 2 and 3 is scaled with their
    depth, which keeps the initial wetness.

    Args:
        parameters: what stays.
        values: (member?, cell, 7) in the order infilt, Ds, Dsmax, Ws, depth2, depth3, expt, in
            VIC's units.

    Raises:
        ValueError: for values of another shape, and where they break a rule of
            `check_parameters`; names the member and the cell.
    """
    if values.shape[-1] != len(CALIBRATED) or values.shape[-2] != parameters.cells:
        raise ValueError(
            f"`values` has shape {tuple(values.shape)}; expected (member?, {parameters.cells} "
            f"cells, {len(CALIBRATED)} parameters: {', '.join(CALIBRATED)})"
        )
    values = values.to(parameters.latitude)
    infilt, ds, dsmax, ws, depth2, depth3, expt = values.unbind(-1)
    old = parameters.soil["depth"]
    depth = torch.stack([old[..., 0].expand_as(depth2), depth2, depth3], -1)
    given = {"infilt": infilt, "Ds": ds, "Dsmax": dsmax, "Ws": ws}
    check_calibrated({**given, "expt": expt}, depth, parameters.latitude)
    return parameters.replace(
        soil={
            **given,
            "depth": depth,
            "expt": expt[..., None].expand(*expt.shape, old.shape[-1]),
            "init_moist": parameters.soil["init_moist"] * (depth / old),
        }
    )  # fmt: skip


def calibrated_dataset(
    params: xr.Dataset, values: np.ndarray | Tensor, mask: np.ndarray | xr.DataArray
) -> xr.Dataset:
    """Set the seven calibrated parameters in a VIC parameter file, as `with_calibrated` does.

    Args:
        params: the open parameter file.
        values: (cell, 7) of the active cells, see `with_calibrated`.
        mask: (lat, lon), above 0 where a cell is active.

    Returns:
        A copy; cells that are not active keep what they had.
    """
    active = active_cells(params, mask)
    values = np.asarray(values.detach().cpu() if isinstance(values, Tensor) else values, float)
    if values.shape != (int(active.sum()), len(CALIBRATED)):
        raise ValueError(
            f"`values` has shape {values.shape}; expected ({int(active.sum())} active cells, "
            f"{len(CALIBRATED)} parameters)"
        )
    changed = {name: _layers_last(params[name]) for name in ("depth", "expt", "init_moist")}
    depth = changed["depth"][active]
    new = np.stack([depth[:, 0], values[:, 4], values[:, 5]], -1)
    changed["init_moist"][active] *= new / depth
    changed["depth"][active] = new
    changed["expt"][active] = values[:, 6:7]
    result = params.copy()
    for name, field in changed.items():
        dims = ("nlayer", "lat", "lon")
        result[name] = (dims, np.moveaxis(field, -1, 0), params[name].attrs)
    for position, name in enumerate(CALIBRATED[:4]):
        field = params[name].transpose("lat", "lon").values.astype(float)
        field[active] = values[:, position]
        result[name] = (("lat", "lon"), field, params[name].attrs)
    return result


def _layers_last(field: xr.DataArray) -> np.ndarray:
    return field.transpose("lat", "lon", "nlayer").values.astype(float)
