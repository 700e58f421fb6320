"""The twin's land in the static files of NLDAS-2: elevation, masks, vegetation and soil classes."""

from pathlib import Path

import netCDF4
import numpy as np

from paramscape.grid.sphere import METRES_PER_DEGREE
from paramscape.study import Grid
from paramscape.twin._sparse import new_file
from paramscape.twin.grids import Region, region
from paramscape.twin.nldas_files import FILL, LAT, LON, add_nldas_axes
from paramscape.twin.plains.cover import WATER, land_cover
from paramscape.twin.plains.soil import plains_soil, texture_class
from paramscape.twin.plains.terrain import elevation

ELEVATION_FILE = "NLDAS_elevation.nc4"
MASKS_FILE = "NLDAS_masks-veg-soil.nc4"
_TOP_SOIL = 4  # layers that the soil class describes
_SUBCELLS = 5  # places along a cell's side that its elevation is the mean of


def nldas_region(grid: Grid) -> Region:
    """NLDAS-2: 224 x 464 cells of 0.125 degree, south to north.

    Raises:
        SettingsError: if NLDAS does not cover the study's grid.
    """
    return region(grid, LAT.astype("f8"), LON.astype("f8"))


def write_nldas_elevation(path: Path, grid: Grid, seed: int) -> None:
    """Write elevation, its standard deviation and slope of the cells around a study's grid."""
    cells = nldas_region(grid)
    offsets = 0.125 * ((np.arange(_SUBCELLS) + 0.5) / _SUBCELLS - 0.5)
    lat = (cells.region_lat[:, None] + offsets).ravel()
    lon = (cells.region_lon[:, None] + offsets).ravel()
    shape = (cells.region_lat.size, _SUBCELLS, cells.region_lon.size, _SUBCELLS)
    heights = elevation(seed, lat, lon).reshape(shape)
    mean = heights.mean((1, 3))
    north, east = np.gradient(mean, cells.region_lat, cells.region_lon)
    cosine = np.cos(np.radians(cells.region_lat))[:, None]
    steepness = np.degrees(np.arctan(np.hypot(north, east / cosine) / METRES_PER_DEGREE))
    fields = {
        "NLDAS_elev": ("m", "elevation of NLDAS", mean),
        "NLDAS_elev_std": ("m", "standard deviation of the elevation", heights.std((1, 3))),
        "NLDAS_slope": ("degrees", "slope", steepness),
    }
    _write(path, "elevation", fields, cells)


def write_nldas_masks(path: Path, grid: Grid, seed: int) -> None:
    """Write the mask of land, and the classes of vegetation (UMD) and soil (STATSGO)."""
    cells = nldas_region(grid)
    lat, lon = cells.region_lat, cells.region_lon
    cover = land_cover(seed, lat, lon)
    soil = plains_soil(seed, lat, lon)
    top = [layers[:_TOP_SOIL].mean(0) for layers in (soil.sand, soil.silt, soil.clay)]
    land = cover != WATER
    fields = {
        "CONUS_mask": ("-", "mask of the conterminous US", land),
        "NLDAS_mask": ("-", "mask of land", land),
        "NLDAS_veg": ("-", "UMD vegetation class", cover),
        "NLDAS_soil": ("-", "STATSGO soil texture class", texture_class(*top)),
    }
    _write(path, "masks, vegetation and soil", fields, cells)


def _write(
    path: Path, what: str, fields: dict[str, tuple[str, str, np.ndarray]], cells: Region
) -> None:
    about = {"title": f"A made world in the format of NLDAS-2 {what}", "conventions": "CF-1.6"}
    with new_file(path, about) as file:
        add_nldas_axes(file, np.zeros(1))
        for name, (units, long_name, values) in fields.items():
            variable = _variable(file, name, units, long_name)
            variable[0, cells.rows, cells.columns] = values.astype("f4")


def _variable(file: netCDF4.Dataset, name: str, units: str, long_name: str) -> netCDF4.Variable:
    variable = file.createVariable(
        name, "f4", ("time", "lat", "lon"), zlib=True, complevel=4, shuffle=True, fill_value=FILL
    )
    variable.set_auto_maskandscale(False)
    described = {"units": units, "standard_name": long_name, "long_name": long_name}
    variable.setncatts({**described, "missing_value": FILL})
    return variable
