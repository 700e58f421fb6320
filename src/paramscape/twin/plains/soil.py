"""The soil of the plains: sandy in the west and in hills of dunes, silty and clayey in the east."""

from dataclasses import dataclass

import numpy as np

from paramscape.twin.fields import mixed_field, static_field
from paramscape.twin.plains.terrain import elevation, is_lake

THICKNESS = np.array([5, 5, 10, 10, 10, 20, 20, 20, 50, 50, 50])  # [cm]
PARTICLE_DENSITY = 2.65  # [g cm-3]
WATER = 14
# Code of the STATSGO texture: whether a soil of shares [%] has it. The first that holds counts.
_TEXTURES = (
    (1, lambda sand, silt, clay: silt + 1.5 * clay < 15),
    (2, lambda sand, silt, clay: silt + 2 * clay < 30),
    (10, lambda sand, silt, clay: (clay >= 35) & (sand > 45)),
    (11, lambda sand, silt, clay: (clay >= 40) & (silt >= 40)),
    (12, lambda sand, silt, clay: clay >= 40),
    (8, lambda sand, silt, clay: (clay >= 27) & (sand <= 20)),
    (9, lambda sand, silt, clay: (clay >= 27) & (sand <= 45)),
    (7, lambda sand, silt, clay: (clay >= 20) & (silt < 28) & (sand > 45)),
    (5, lambda sand, silt, clay: (silt >= 80) & (clay < 12)),
    (4, lambda sand, silt, clay: silt >= 50),
    (3, lambda sand, silt, clay: (sand > 52) | ((clay < 7) & (silt < 50))),
    (6, lambda sand, silt, clay: sand >= 0),
)


@dataclass(frozen=True)
class PlainsSoil:
    """Soil (depth, lat, lon) of the layers of `THICKNESS`; 0 in lakes and in rock below the soil.

    sand, silt, clay: [% of weight]; bulk_density: [g cm-3].
    """

    sand: np.ndarray
    silt: np.ndarray
    clay: np.ndarray
    bulk_density: np.ndarray


def plains_soil(seed: int, lat: np.ndarray, lon: np.ndarray) -> PlainsSoil:
    """The soil at latitudes and longitudes [degrees]."""
    heights = elevation(seed, lat, lon)
    middle = np.cumsum(THICKNESS) - THICKNESS / 2
    below = np.sqrt(middle / middle[-1])[:, None, None]
    east = np.tanh((lon + 100) / 4)[None, None, :]
    dunes = np.maximum(static_field(seed, "plains: dunes", 0.4, lat, lon) - 0.8, 0)
    hill = np.tanh(np.maximum(heights - 1700, 0) / 500)
    sandy = 0.25 - 0.35 * east + 0.5 * mixed_field(seed, "plains sand", lat, lon)
    sandy = sandy + 1.2 * dunes + 0.3 * hill - 0.15 * below
    clayey = -0.25 + 0.15 * east + 0.45 * mixed_field(seed, "plains clay", lat, lon) + 0.4 * below
    silty = 0.25 + 0.35 * east - 0.3 * hill + 0 * below
    weights = np.exp(np.stack(np.broadcast_arrays(sandy, silty, clayey)))
    sand, silt, clay = 100 * weights / weights.sum(0)
    structure = static_field(seed, "plains: structure", 0.2, lat, lon)
    pores = 0.50 - 0.0011 * sand + 0.018 * structure - 0.035 * below
    density = PARTICLE_DENSITY * (1 - np.clip(pores, 0.3, 0.62))
    depth = 185 - 100 * hill + 45 * mixed_field(seed, "plains depth", lat, lon)
    top = np.cumsum(THICKNESS) - THICKNESS
    land = (top[:, None, None] < np.maximum(depth, 40)) & ~is_lake(seed, lat, lon)
    return PlainsSoil(sand * land, silt * land, clay * land, density * land)


def texture_class(sand: np.ndarray, silt: np.ndarray, clay: np.ndarray) -> np.ndarray:
    """STATSGO's texture class of shares [%]: 1 sand to 12 clay, 14 where there is no soil.

    The triangle of the U.S. Department of Agriculture.
    """
    rules = [rule(sand, silt, clay) for _, rule in _TEXTURES]
    codes = np.select(rules, [code for code, _ in _TEXTURES], 6)
    return np.where(sand + silt + clay > 0, codes, WATER)
