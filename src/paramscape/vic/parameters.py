"""VIC's parameters of the active cells, as tensors under VIC's own names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from paramscape.study.parameters import CATALOGUE
from paramscape.vic.check_parameters import check_parameters
from paramscape.vic.options import Options
from paramscape.vic.parameter_layout import parameter_layout
from paramscape.vic.read_parameters import (
    CellReader,
    active_cells,
    read_bands,
    read_residual,
    read_vegetation,
)

SOIL_OF_CELL = (
    "infilt", "Ds", "Dsmax", "Ws", "c", "avg_T", "dp", "rough", "snow_rough", "elev",
)  # fmt: skip
SOIL_OF_LAYER = (
    "expt", "Ksat", "init_moist", "depth", "bulk_density", "soil_density", "quartz",
    "Wcr_FRACT", "Wpwp_FRACT", "resid_moist", "bubble",
)  # fmt: skip
OPTIONAL_SOIL = ("resid_moist", "bubble")
OF_CALIBRATION = tuple(p.name for p in CATALOGUE if p.extent in ("factor", "classes", "constant"))
"""Parameters (cell,) that only a calibration sets: factors of vegetation, albedo of new snow, and
temperatures of rain and snow. Without them VIC's own values hold."""


@dataclass(frozen=True)
class Parameters:
    """VIC's parameters of the active cells; units are those of VIC's parameter file.

    soil: (cell,) or (cell, layer) by name; any of them may lead with a member axis. Here is also
    what a calibration sets for a whole cell, see `OF_CALIBRATION`.
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
        cells = CellReader(params, active)
        soil = {name: cells.read(name) for name in SOIL_OF_CELL}
        needed = [name for name in SOIL_OF_LAYER if name not in OPTIONAL_SOIL]
        soil |= {name: cells.read(name, "nlayer") for name in needed}
        soil["resid_moist"] = read_residual(cells)
        if "bubble" in params:
            soil["bubble"] = cells.read("bubble", "nlayer")
        constants = [p.name for p in CATALOGUE if p.extent == "constant" and p.name in params]
        soil |= {name: cells.read(name) for name in constants}
        latitude, longitude = cells.places()
        parameters = cls(
            soil=soil,
            vegetation=read_vegetation(cells),
            bands=read_bands(cells, soil["elev"]),
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
        unknown = sorted(set(soil) - set(self.soil) - set(OF_CALIBRATION))
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
