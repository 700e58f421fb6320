"""Native soil, as the pixels that transfer functions work on."""

from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from paramscape.grid.cells import Cells

_NEEDED = ("sand", "silt", "clay", "porosity", "soil_depth")
_TERRAIN = ("elevation", "slope")
_NAMES = {"soil_depth": "depth"}
_PIXELS_AT_ONCE = 16384  # so few that what is worked out of them stays in the cache
GENTLEST_SLOPE = 1e-3  # tangent [1]
SMALLEST_SPREAD = 1.0  # of elevation in a cell [m]
_UNITS = {
    "sand": ("%",),
    "silt": ("%",),
    "clay": ("%",),
    "porosity": ("1", "m3 m-3"),
    "soil_depth": ("m",),
    "elevation": ("m",),
    "slope": ("1",),
}


@dataclass(frozen=True)
class SoilPixels:
    """Soil of the pixels inside the study's cells, each (pixel,).

    cell: index of the pixel's cell. weight: area of the pixel [any unit]. sand, silt, clay: share
    of the fine earth [%]. porosity [1]. depth: of the soil profile [m].
    slope: tangent of the terrain's slope [1], None where it is unknown. relief: natural logarithm
    of the standard deviation of elevation in the pixel's cell [ln m], None without a terrain model.
    even: whether the pixels follow each other by cell, as many in each.
    """

    cell: Tensor
    weight: Tensor
    sand: Tensor
    silt: Tensor
    clay: Tensor
    porosity: Tensor
    depth: Tensor
    slope: Tensor | None = None
    relief: Tensor | None = None
    even: bool = False

    @cached_property
    def blocks(self) -> list["SoilPixels"]:
        """The pixels in even blocks of whole cells, which each block numbers from 0.

        A cell with fewer pixels than others has its first one several times, of weight 0 but for
        one.
        """
        counts = torch.bincount(self.cell)
        slots = torch.arange(int(counts.max()), device=counts.device)
        by_cell = torch.argsort(self.cell, stable=True)
        present = slots < counts[:, None]
        place = (counts.cumsum(0) - counts)[:, None] + torch.where(present, slots, 0)
        cells = max(1, _PIXELS_AT_ONCE // len(slots))
        parts = zip(by_cell[place].split(cells), present.split(cells), strict=True)
        return [self._block(pixels, real) for pixels, real in parts]

    def _block(self, pixels: Tensor, real: Tensor) -> "SoilPixels":
        given = {f.name: getattr(self, f.name) for f in fields(self)}
        chosen = {n: v[pixels.flatten()] for n, v in given.items() if isinstance(v, Tensor)}
        chosen["weight"] = chosen["weight"] * real.flatten()
        cell = torch.arange(len(pixels), device=pixels.device)
        chosen["cell"] = cell.repeat_interleave(pixels.shape[1])
        return replace(self, **chosen, even=True)

    @classmethod
    def of(cls, soil: xr.Dataset, cells: Cells, like: Tensor) -> "SoilPixels":
        """Pixels of a dataset (lat, lon), of the type and device of `like`.

        Pixels outside the domain (`cell` below 0) and those that lack a needed value are left
        out; the others weigh as much as their area.

        Raises:
            ValueError: if a variable is missing or in another unit, or if a cell has no pixel.
        """
        _require_variables(soil)
        terrain = [name for name in _TERRAIN if name in soil]
        names = (*_NEEDED, *terrain)
        fields = {name: soil[name].transpose("lat", "lon").values for name in names}
        cell = soil["cell"].transpose("lat", "lon").values
        inside = (cell >= 0) & np.all([np.isfinite(f) for f in fields.values()], axis=0)
        index = cell[inside].astype(np.int64)
        _require_every_cell(index, cells)
        area = np.cos(np.radians(soil["lat"].values))[:, None] * np.ones(len(soil["lon"]))
        values = {_NAMES.get(name, name): f[inside] for name, f in fields.items()}
        if "slope" in values:
            values["slope"] = np.maximum(values["slope"], GENTLEST_SLOPE)
        if "elevation" in values:
            values["relief"] = _relief(values.pop("elevation"), index)
        tensors = {name: torch.from_numpy(v).to(like) for name, v in values.items()}
        weight = torch.from_numpy(area[inside]).to(like)
        return cls(torch.from_numpy(index).to(like.device), weight, **tensors)


def _relief(elevation: np.ndarray, cell: np.ndarray) -> np.ndarray:
    count = np.maximum(np.bincount(cell), 1)
    mean = np.bincount(cell, elevation) / count
    variance = np.bincount(cell, (elevation - mean[cell]) ** 2) / count
    return np.log(np.maximum(np.sqrt(variance), SMALLEST_SPREAD))[cell]


def _require_variables(soil: xr.Dataset) -> None:
    missing = [name for name in (*_NEEDED, "cell") if name not in soil]
    if missing:
        raise ValueError(
            f"transfer functions need {', '.join(missing)} of the soil, which has only "
            f"{', '.join(map(str, soil.data_vars))}. Give products.soil or products.attributes of "
            "these names, or leave the method mpr-sceua out of calibration.runs"
        )
    for name, known in _UNITS.items():
        if name not in soil:
            continue
        units = soil[name].attrs.get("units", known[0])
        if units not in known:
            raise ValueError(
                f"native soil: {name} must be in {' or '.join(known)}, but its units attribute "
                f"says {units!r}"
            )


def _require_every_cell(cell: np.ndarray, cells: Cells) -> None:
    empty = np.setdiff1d(np.arange(cells.count), cell)
    if empty.size:
        row, column = np.unravel_index(cells.flat_index[empty[0]], cells.shape)
        raise ValueError(
            f"{empty.size} of {cells.count} cells have no pixel of native soil with "
            f"{', '.join(_NEEDED)}; the first is cell {empty[0]} at {cells.lat[row]:.4f} N, "
            f"{cells.lon[column]:.4f} E. Take them out of the domain, or fill the soil there"
        )
