"""The vegetation of the plains."""

import numpy as np

from paramscape.twin.fields import static_field
from paramscape.twin.plains.terrain import elevation, is_lake

WATER, SHRUBS, GRASS, CROPS, TOWN = 0, 9, 10, 11, 13
FORESTS = (1, 4, 5, 6)  # UMD: needleleaf, broadleaf, mixed, woodland


def land_cover(seed: int, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """UMD classes (lat, lon): crops in the east, grass and shrubs in the west, mountain forest."""
    heights = elevation(seed, lat, lon)
    wild = static_field(seed, "plains: wild", 0.3, lat, lon)
    patch = static_field(seed, "plains: patches", 0.04, lat, lon)
    wetness = (lon[None, :] + 101) / 3 + 0.8 * wild + 0.6 * patch
    dryness = (38 - lat)[:, None] / 3 + 0.8 * patch - 0.5 * wild
    cover = np.full(heights.shape, GRASS, "i1")
    cover[(wetness < -0.6) & (dryness > 0.3)] = SHRUBS
    cover[wetness > 0.2] = CROPS
    cover[wetness + 0.7 * patch > 3.2] = 4
    cover[(wetness > -0.5) & (wild < -1.6)] = 7
    tall = (heights - 1950) / 250 + 0.5 * wild + 0.5 * patch
    for lowest, code in ((0.0, 7), (0.6, 6), (1.2, 1)):
        cover[tall > lowest] = code
    settled = static_field(seed, "plains: towns", 0.05, lat, lon)
    cover[(settled + 0.3 * patch > 2.6) & (heights < 2000)] = TOWN
    cover[is_lake(seed, lat, lon)] = WATER
    return cover
