"""How much of a cell other cells cover."""

import numpy as np


def overlap(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(target, source) share of each target interval that each source interval covers [1].

    Args:
        source, target: (interval, 2) lower and upper ends: longitudes, or the sine of latitudes,
            in which shares are those of areas.
    """
    low = np.maximum(target[:, None, 0], source[None, :, 0])
    high = np.minimum(target[:, None, 1], source[None, :, 1])
    return np.clip(high - low, 0, None) / np.diff(target)


def between(edges: np.ndarray) -> np.ndarray:
    """(cell, 2) lower and upper ends of adjoining intervals, from their edges (cell + 1,)."""
    return np.stack([edges[:-1], edges[1:]], -1)
