"""The twin's soil in the files of Dai et al. (2013) and Shangguan et al. (2013)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from paramscape.products.china_soil.files import HYDRAULIC, PROPERTIES, canonical_name
from paramscape.study import ChinaSoil, Grid
from paramscape.twin._sparse import GEOGRAPHIC, add_axis, add_field, new_file
from paramscape.twin.fields import mixed_field, static_field
from paramscape.twin.grids import Region, soil_region
from paramscape.twin.terrain import elevation

BOTTOMS = np.array([4.5, 9.1, 16.6, 28.9, 49.3, 82.9, 138.3, 229.6])  # [cm]
HYDRAULIC_LAYERS = 7
FILL = np.float32(-999)
# Name: units, long name, decimals kept.
DESCRIPTION = {
    "THSCH": ("cm3 cm-3", "saturated water content (Clapp and Hornberger)", 3),
    "PSI_S": ("cm", "saturated capillary potential", 1),
    "LAMBDA": ("unitless", "pore size distribution index", 4),
    "K_SCH": ("cm day-1", "saturated hydraulic conductivity", 2),
    "TH33": ("cm3 cm-3", "water content at 33 kPa", 3),
    "TH1500": ("cm3 cm-3", "water content at 1500 kPa", 3),
    "SA": ("% of weight", "sand content", 1),
    "SI": ("% of weight", "silt content", 1),
    "CL": ("% of weight", "clay content", 1),
    "BD": ("g cm-3", "bulk density", 3),
    "POR": ("cm3 cm-3", "porosity", 3),
    "PDEP": ("cm", "profile depth", 0),
}
PARTICLE_DENSITY = 2.65  # [g cm-3]


def soil_fields(seed: int, lat: np.ndarray, lon: np.ndarray) -> dict[str, np.ndarray]:
    """Soil of the eight layers, (depth, lat, lon) by the products' names and in their units.

    Texture comes from random fields and elevation, hydraulics from texture (Cosby et al. 1984,
    Clapp and Hornberger 1978) with a part of their own.
    """
    heights = elevation(seed, lat, lon)
    sand, silt, clay = _texture(seed, heights, lat, lon)
    own = static_field(seed, "soil: structure", 0.2, lat, lon)[None]
    saturated = np.clip(0.494 - 0.00126 * sand + 0.015 * own, 0.3, 0.6)
    porosity = np.clip(saturated + 0.01 + 0.008 * mixed_field(seed, "pores", lat, lon), 0.3, 0.62)
    suction = 10 ** (1.88 - 0.0131 * sand + 0.05 * own)
    index = 1 / (2.91 + 0.159 * clay)
    conductivity = 60.96 * 10 ** (-0.6 + 0.0126 * sand - 0.0064 * clay + 0.12 * own)
    depth = 150 - 90 * np.tanh(np.maximum(heights - 80, 0) / 350)
    depth = depth + 22 * mixed_field(seed, "depth", lat, lon)
    return {
        "THSCH": saturated,
        "PSI_S": -suction,
        "LAMBDA": index,
        "K_SCH": conductivity,
        "TH33": saturated * (336.6 / suction) ** -index,
        "TH1500": saturated * (15300 / suction) ** -index,
        "SA": sand,
        "SI": silt,
        "CL": clay,
        "BD": PARTICLE_DENSITY * (1 - porosity),
        "POR": porosity,
        "PDEP": np.clip(depth, 35, 230),
    }


def write_soil(settings: ChinaSoil, grid: Grid, seed: int) -> list[Path]:
    """Write the soil around a study's grid on the whole 30 arc-second grid of China."""
    cells = soil_region(grid)
    fields = soil_fields(seed, cells.region_lat, cells.region_lon)
    paths = []
    for names, folder, layers in (
        (HYDRAULIC, settings.hydraulic_folder, HYDRAULIC_LAYERS),
        (PROPERTIES, settings.properties_folder, BOTTOMS.size),
    ):
        for name in names:
            values = fields[name] if fields[name].ndim == 2 else fields[name][:layers]
            path = folder / canonical_name(name)
            _write_variable(path, name, values, cells)
            paths.append(path)
    return paths


def _texture(
    seed: int, heights: np.ndarray, lat: np.ndarray, lon: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    below = np.sqrt(BOTTOMS / BOTTOMS[-1])[:, None, None]
    hill = np.tanh(heights / 300)
    sandy = -0.3 + 0.5 * mixed_field(seed, "sand", lat, lon) + 0.9 * hill - 0.2 * below
    clayey = -0.1 + 0.4 * mixed_field(seed, "clay", lat, lon) - 0.2 * hill + 0.35 * below
    silty = 0.45 - 0.3 * hill + 0 * below
    weights = np.exp(np.stack(np.broadcast_arrays(sandy, silty, clayey)))
    sand, silt, clay = 100 * weights / weights.sum(0)
    return sand, silt, clay


def _write_variable(path: Path, name: str, values: np.ndarray, cells: Region) -> None:
    units, long_name, decimals = DESCRIPTION[name]
    about = {"title": "A made soil in the format of the soil data of China", "source": "Paramscape"}
    with new_file(path, about) as file:
        if values.ndim == 3:
            axis = {"units": "cm", "long_name": "depth of the layer's bottom"}
            add_axis(file, "depth", BOTTOMS[: len(values)], axis)
        add_axis(file, "lat", cells.lat, GEOGRAPHIC["lat"])
        add_axis(file, "lon", cells.lon, GEOGRAPHIC["lon"])
        attributes = {
            "units": units,
            "long_name": long_name,
            "_FillValue": FILL,
            "missing_value": FILL,
        }
        rounded = np.round(values, decimals).astype("f4")
        add_field(file, name, rounded, cells.corner, attributes)
