"""Native soil, as the pixels that transfer functions work on."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.parameters.transfer_functions import (
    GENTLEST_SLOPE,
    SMALLEST_SPREAD,
    UNKNOWN_SLOPE,
    Pixels,
    of_texture,
)

_NEEDED = ("sand", "silt", "clay", "soil_depth")
_OF_MAP = ("ksat", "lambda", "field_capacity", "saturation")
_TERRAIN = ("elevation", "slope")
_PIXELS_AT_ONCE = 16384  # so few that what is worked out of them stays in the cache
_UNITS = {
    "sand": ("%",),
    "silt": ("%",),
    "clay": ("%",),
    "ksat": ("mm d-1",),
    "lambda": ("1",),
    "field_capacity": ("1", "m3 m-3"),
    "saturation": ("1", "m3 m-3"),
    "soil_depth": ("m",),
    "elevation": ("m",),
    "slope": ("1",),
}


@dataclass(frozen=True)
class SoilPixels:
    """Soil of the pixels inside the study's cells, each (pixel,).

    cell: index of the pixel's cell. weight: area of the pixel [any unit]. sand, clay: share of the
    fine earth [%]. depth: of the soil profile [m]. conductivity, retention, wetness and slope: see
    `transfer_functions.Pixels`. relief: natural logarithm of the standard deviation of elevation in
    the pixel's cell [ln m], None without a terrain model. even: whether the pixels follow each
    other by cell, as many in each.
    """

    cell: Tensor
    weight: Tensor
    sand: Tensor
    clay: Tensor
    depth: Tensor
    conductivity: Tensor
    retention: Tensor
    wetness: Tensor
    slope: Tensor
    relief: Tensor | None = None
    even: bool = False

    @property
    def fields(self) -> Pixels:
        """What the transfer functions take."""
        return Pixels(self.clay, self.conductivity, self.retention, self.wetness, self.slope)

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
        optional = [*_TERRAIN, *(_OF_MAP if all(n in soil for n in _OF_MAP) else ())]
        names = (*_NEEDED, *(name for name in optional if name in soil))
        raw = {name: soil[name].transpose("lat", "lon").values for name in names}
        cell = soil["cell"].transpose("lat", "lon").values
        inside = (cell >= 0) & np.all([np.isfinite(f) for f in raw.values()], axis=0)
        index = cell[inside].astype(np.int64)
        _require_every_cell(index, cells)
        area = np.cos(np.radians(soil["lat"].values))[:, None] * np.ones(len(soil["lon"]))
        values = {name: field[inside] for name, field in raw.items()}
        weight = area[inside]
        tensors = {
            name: torch.from_numpy(np.asarray(field)).to(like)
            for name, field in _pixel_fields(values, index, weight).items()
        }
        return cls(torch.from_numpy(index).to(like.device), **tensors)


def _pixel_fields(
    soil: Mapping[str, np.ndarray], cell: np.ndarray, weight: np.ndarray
) -> dict[str, np.ndarray]:
    """The fields of `SoilPixels` of the variables of the soil, each (pixel,)."""
    if "ksat" in soil:
        hydraulic = (soil["ksat"], 1 / soil["lambda"], soil["field_capacity"] / soil["saturation"])
    else:
        hydraulic = of_texture(soil["sand"], soil["silt"], soil["clay"])
    slope = soil.get("slope", np.full_like(soil["sand"], UNKNOWN_SLOPE))
    found = {"weight": weight, "sand": soil["sand"], "clay": soil["clay"]}
    found |= {"depth": soil["soil_depth"], "slope": np.maximum(slope, GENTLEST_SLOPE)}
    found |= dict(zip(("conductivity", "retention", "wetness"), hydraulic, strict=True))
    if "elevation" in soil:
        found["relief"] = _relief(soil["elevation"], cell, weight)
    return found


def _relief(elevation: np.ndarray, cell: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """ln of the standard deviation of elevation [ln m] in the cell of each pixel."""
    total = np.maximum(np.bincount(cell, weight), 1e-300)
    mean = np.bincount(cell, weight * elevation) / total
    variance = np.bincount(cell, weight * (elevation - mean[cell]) ** 2) / total
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
