"""The grid of a case, and netCDF files on it as VIC's image driver writes them."""

from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np

from paramscape import __version__
from paramscape.files.atomic import publish, temporary_path

FILL = {"f8": 9.969209968386869e36, "f4": np.float32(9.969209968386869e36), "i4": -2147483647}
FRONTS = 3  # of freezing and thawing; a dimension of VIC's files only
REFERENCES = (
    "Primary Historical Reference for VIC: Liang, X., D. P. Lettenmaier, E. F. Wood, and S. J. "
    "Burges, 1994: A Simple hydrologically Based Model of Land Surface Water and Energy Fluxes "
    "for GSMs, J. Geophys. Res., 99(D7), 14,415-14,428."
)


@dataclass(frozen=True)
class GridNames:
    """Names of coordinates and horizontal dimensions in the files (DOMAIN_TYPE)."""

    latitude: str = "lat"
    longitude: str = "lon"
    y: str = "lat"
    x: str = "lon"


@dataclass(frozen=True)
class ImageGrid:
    """The cells of a domain.

    latitude, longitude: (y,) and (x,), or both (y, x), in degrees; longitude within -180 to 180.
    active: (y, x), whether the cell is simulated. classes, bands and zones: numbers of vegetation
    classes, snow bands and root zones.
    """

    latitude: np.ndarray
    longitude: np.ndarray
    active: np.ndarray
    names: GridNames
    classes: int
    bands: int
    zones: int

    def place(self, cell: int) -> str:
        """Place of an active cell, for messages."""
        row, column = (int(v) for v in np.argwhere(self.active)[cell])
        if self.latitude.ndim == 2:
            lat, lon = self.latitude[row, column], self.longitude[row, column]
        else:
            lat, lon = self.latitude[row], self.longitude[column]
        return f"cell {cell} (latitude {lat:g}, longitude {lon:g})"

    def spread(self, cells: np.ndarray, dtype: str) -> np.ndarray:
        """Values (..., cell) on the grid (..., y, x), missing elsewhere."""
        grid = np.full((*cells.shape[:-1], *self.active.shape), FILL[dtype], dtype)
        grid[..., self.active] = cells
        return grid


class GridFile:
    """A netCDF file that appears under its name only when it is complete.

    Until then it has a temporary name in the same folder; `discard` removes it.
    """

    def __init__(self, path: Path, file_format: str, title: str) -> None:
        self.path = path
        self.part = temporary_path(path)
        self.dataset = netCDF4.Dataset(self.part, "w", format=file_format)
        self.dataset.setncatts(
            {
                "title": title,
                "source": "VIC Image Driver",
                "history": f"Created by paramscape {__version__}, VIC 5.1 in water-balance mode",
                "references": REFERENCES,
                "comment": "Output from the Variable Infiltration Capacity (VIC) Macroscale "
                "Hydrologic Model",
                "Conventions": "CF-1.6",
                "netcdf_lib_version": netCDF4.__netcdf4libversion__,
                "VIC_Model_Version": "5.1.0",
                "VIC_GIT_VERSION": f"paramscape-{__version__}",
                "VIC_Driver": "Image",
            }
        )

    def finish(self) -> Path:
        """Close the file and give it its name."""
        self.dataset.close()
        publish(self.part, self.path)
        return self.path

    def discard(self) -> None:
        """Close the file and remove it."""
        self.dataset.close()
        self.part.unlink(missing_ok=True)

    def variable(self, name: str, dtype: str, dims: tuple[str, ...], attributes: dict, level=0):
        """Create a variable; with a missing value where the attributes describe data."""
        compressed = {"zlib": True, "complevel": level} if level else {}
        fill = FILL[dtype] if "description" in attributes else None
        made = self.dataset.createVariable(name, dtype, dims, fill_value=fill, **compressed)
        made.setncatts(attributes)
        return made

    def coordinates(self, grid: ImageGrid) -> None:
        """Write longitude and latitude; their dimensions exist."""
        names, flat = grid.names, grid.latitude.ndim == 1
        for name, long, unit, values, dim in (
            (names.longitude, "longitude", "degrees_east", grid.longitude, names.x),
            (names.latitude, "latitude", "degrees_north", grid.latitude, names.y),
        ):
            dims = (dim,) if flat else (names.y, names.x)
            attributes = {"long_name": long, "units": unit, "standard_name": long}
            self.variable(name, "f8", dims, attributes)[:] = values
