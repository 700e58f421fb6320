"""The twin's soil in the flat files of CONUS-SOIL (Miller and White 1998)."""

from pathlib import Path

import numpy as np

from paramscape.files import atomic_write
from paramscape.study import Grid
from paramscape.twin.grids import Region, region
from paramscape.twin.plains.soil import THICKNESS, plains_soil

ROWS, COLUMNS = 2984, 6936
STEP = 1 / 120  # [degrees]
NORTH, WEST = 49.4, -124.75  # edges [degrees]
FILES = {"sand": "u1", "silt": "u1", "clay": "u1", "bd": ">u2"}
"""Variable and type of the files `<variable>.bsq`: layers, rows from the north, columns."""


def conus_soil_region(grid: Grid) -> Region:
    """CONUS-SOIL: 2984 x 6936 cells of 30 arc-seconds, north to south.

    Raises:
        SettingsError: if CONUS-SOIL does not cover the study's grid.
    """
    lat = NORTH - (np.arange(ROWS) + 0.5) * STEP
    return region(grid, lat, WEST + (np.arange(COLUMNS) + 0.5) * STEP)


def write_conus_soil(folder: Path, grid: Grid, seed: int) -> list[Path]:
    """Write the soil around a study's grid; elsewhere, in lakes and in rock all values are 0.

    Shares of sand, silt and clay are whole percents that sum to 100; bulk density is stored in
    hundredths of g cm-3. The disk holds only what is not 0, where it can leave holes in files.
    """
    cells = conus_soil_region(grid)
    soil = plains_soil(seed, cells.region_lat, cells.region_lon)
    sand, clay = np.rint(soil.sand), np.rint(soil.clay)
    land = soil.bulk_density > 0
    stored = {
        "sand": sand,
        "silt": (100 - sand - clay) * land,
        "clay": clay,
        "bd": np.rint(100 * soil.bulk_density),
    }
    paths = []
    for name, values in stored.items():
        path = folder / f"{name}.bsq"
        _write_flat(path, values.astype(FILES[name]), cells)
        paths.append(path)
    return paths


def _write_flat(path: Path, values: np.ndarray, cells: Region) -> None:
    shape = (THICKNESS.size, ROWS, COLUMNS)
    with atomic_write(path) as partial:
        with partial.open("wb") as file:
            file.truncate(values.dtype.itemsize * int(np.prod(shape)))
        whole = np.memmap(partial, values.dtype, "r+", shape=shape)
        whole[:, cells.rows, cells.columns] = values
        whole.flush()
        del whole
