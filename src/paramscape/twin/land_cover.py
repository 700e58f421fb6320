"""The twin's vegetation classes and basin."""

from pathlib import Path

import numpy as np

from paramscape.study import Grid, LandCover, MaskDomain, SettingsError
from paramscape.study.random_streams import numpy_generator
from paramscape.twin._sparse import GEOGRAPHIC, add_axis, add_field, new_file
from paramscape.twin.fields import static_field
from paramscape.twin.grids import MARGIN, fine_region
from paramscape.twin.terrain import basin_mask, elevation

STEP = 0.01  # [degrees]
BASIN_STEP = 0.05  # [degrees]
WATER, URBAN, CROPLAND = 0, 13, 11


def land_cover(seed: int, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """UMD classes (lat, lon): crops in the plain, woods and grass in the hills, towns, water."""
    heights = elevation(seed, lat, lon)
    wild = static_field(seed, "cover: wild", 0.15, lat, lon)
    patch = static_field(seed, "cover: patches", 0.02, lat, lon)
    kind = static_field(seed, "cover: kind", 0.3, lat, lon) + 0.6 * patch
    natural = (heights - 170) / 140 + 0.8 * wild + 0.7 * patch > 0
    tall = (heights - 300) / 160 + 0.5 * wild - 0.6 * patch
    cover = np.full(heights.shape, CROPLAND, "i1")
    # In the hills from low to high: grass, wooded grass, woodland, mixed and broadleaf forest.
    rungs = ((-np.inf, 10), (-0.5, 7), (0.2, 6), (0.8, 5), (1.6, 4))
    for lowest, code in rungs:
        cover[natural & (tall > lowest)] = code
    cover[natural & (tall > 0.8) & (kind > 0.9)] = 1
    cover[~natural & (kind < -1.3)] = 10
    settled = static_field(seed, "cover: towns", 0.03, lat, lon)
    cover[(heights < 200) & (settled + 0.3 * wild > 2.3)] = URBAN
    cover[(heights < 120) & (settled + 0.3 * wild < -2.4)] = WATER
    lone = numpy_generator(seed, "cover: lone fields").random(heights.shape) < 0.04
    cover[natural & lone] = CROPLAND
    return cover


def write_land_cover(settings: LandCover, grid: Grid, seed: int) -> None:
    """Write class codes at 0.01 degree.

    Raises:
        SettingsError: if the study reads its land cover as something other than UMD classes.
    """
    if settings.scheme != "umd":
        raise SettingsError(
            "the twin's land cover has UMD classes, but products.land_cover.scheme is "
            f"{settings.scheme!r}; set it to umd"
        )
    cells = fine_region(grid, STEP)
    codes = land_cover(seed, cells.lat, cells.lon)
    attributes = {
        "units": "1",
        "long_name": "University of Maryland land cover class",
        "_FillValue": np.int8(-1),
        "flag_values": np.arange(14, dtype="i1"),
    }
    _write_map(settings.path, settings.variable, codes, attributes, (cells.lat, cells.lon))


def write_basin(settings: MaskDomain, seed: int) -> None:
    """Write a mask at 0.05 degree that is 1 in the basin."""
    grid = settings.grid
    cells = fine_region(grid, BASIN_STEP)
    edges = (grid.west, grid.east, grid.south, grid.north)
    inside = basin_mask(seed, edges, cells.lat, cells.lon).astype("i1")
    attributes = {"units": "1", "long_name": "inside the basin", "_FillValue": np.int8(-1)}
    _write_map(settings.path, settings.variable, inside, attributes, (cells.lat, cells.lon))


def _write_map(
    path: Path,
    name: str,
    values: np.ndarray,
    attributes: dict[str, object],
    axes: tuple[np.ndarray, np.ndarray],
) -> None:
    about = {"Conventions": "CF-1.8", "source": f"Paramscape twin, margin {MARGIN} degree"}
    with new_file(path, about) as file:
        for axis, centres in zip(("lat", "lon"), axes, strict=True):
            add_axis(file, axis, np.round(centres, 6), GEOGRAPHIC[axis])
        add_field(file, name, values, (0, 0), attributes)
