"""Which days and maps have enough observed cells for a spatial score."""

from __future__ import annotations

import numpy as np

from paramscape.metrics._grid import Field, Mask

FEWEST_CELLS = 4
LEAST_SHARE = 0.5


def enough_cells(observed: int | np.ndarray, active: int) -> bool | np.ndarray:
    """Whether so many observed cells of so many active ones make a map with a pattern.

    At least half of the active cells must be observed, and at least four (2 x 2): the score of a
    few scattered cells would say nothing about the field between them.
    """
    return (observed >= FEWEST_CELLS) & (observed >= LEAST_SHARE * active)


def too_few_cells(observed: int, active: int) -> str:
    """Why a map is not scored; empty where it has enough observed cells."""
    if enough_cells(observed, active):
        return ""
    return (
        f"{observed} of {active} active cells are observed, and a pattern needs at least "
        f"{LEAST_SHARE:.0%} of them and at least {FEWEST_CELLS}"
    )


def mapped_days(observed: Field, active: Mask) -> Mask:
    """Days (time,) on which enough active cells of `observed` (time, lat, lon) are not NaN."""
    present = (~np.isnan(observed) & active).sum(axis=(1, 2))
    return enough_cells(present, int(active.sum()))
