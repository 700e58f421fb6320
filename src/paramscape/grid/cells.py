"""Active cells of a grid on one flat axis, and fields on the grid."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from paramscape.grid.coordinates import ATTRIBUTES

LEARNS, ONLY_SCORED = 1, 2
"""Values of a domain's `role`; 0 is a cell that is not used."""


@dataclass(frozen=True)
class Cells:
    """The active cells of a domain, in row-major order of its mask.

    mask: (lat, lon) bool, lat: (lat,) and lon: (lon,) cell centres in degrees, ascending. The
    axes hold the rows and columns of the cells, and need not be evenly spaced.
    learns: (lat, lon) bool of the cells that are learned from; None for all active ones.
    """

    mask: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    learns: np.ndarray | None = None

    @classmethod
    def of(cls, domain: xr.Dataset) -> "Cells":
        """The active cells of a domain file (`mask` above 0), with their `role` if it has any."""
        learns = domain["role"].values == LEARNS if "role" in domain else None
        return cls(domain["mask"].values > 0, domain["lat"].values, domain["lon"].values, learns)

    @property
    def count(self) -> int:
        """Number of active cells."""
        return int(self.mask.sum())

    @property
    def learners(self) -> np.ndarray:
        """(cell,) bool: the active cells that are learned from; the others are only scored."""
        return np.ones(self.count, bool) if self.learns is None else self.learns[self.mask]

    @property
    def are_split(self) -> bool:
        """Whether some active cells are only scored."""
        return not self.learners.all()

    @property
    def places(self) -> np.ndarray:
        """(cell, 2) latitude and longitude of the active cells [degrees]."""
        rows, columns = np.nonzero(self.mask)
        return np.stack([self.lat[rows], self.lon[columns]], -1)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of latitudes and longitudes."""
        return self.mask.shape

    @property
    def flat_index(self) -> np.ndarray:
        """(cell,) index of each active cell in the flattened grid."""
        return np.flatnonzero(self.mask)

    def gather(self, field: xr.DataArray) -> np.ndarray:
        """Values (..., cell) of a field (..., lat, lon) in the active cells.

        Raises:
            ValueError: if the field is on another grid.
        """
        field = field.transpose(..., "lat", "lon")
        if field.shape[-2:] != self.shape or not (
            np.allclose(field.lat, self.lat, atol=1e-3)
            and np.allclose(field.lon, self.lon, atol=1e-3)
        ):
            raise ValueError(
                f"{field.name}: its grid of {field.shape[-2:]} cells from "
                f"({float(field.lat[0])}, {float(field.lon[0])}) is not the domain's grid of "
                f"{self.shape} cells from ({self.lat[0]}, {self.lon[0]})"
            )
        return field.values[..., self.mask]

    def scatter(self, values: np.ndarray, dims: tuple[str, ...] = ()) -> xr.DataArray:
        """Field (*dims, lat, lon) of values (..., cell); NaN outside the active cells."""
        grid = np.full(
            (*values.shape[:-1], *self.shape), np.nan, dtype=np.result_type(values, "f4")
        )
        grid[..., self.mask] = values
        axes = {"lat": self.lat, "lon": self.lon}
        coordinates = {n: xr.DataArray(v, dims=n, attrs=ATTRIBUTES[n]) for n, v in axes.items()}
        return xr.DataArray(grid, dims=(*dims, "lat", "lon"), coords=coordinates)
