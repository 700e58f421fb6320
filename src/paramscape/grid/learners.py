"""Cells that are learned from, and what other cells take from them."""

import logging
from dataclasses import replace

import numpy as np
import xarray as xr

from paramscape.grid.cells import LEARNS, ONLY_SCORED, Cells

_LOG = logging.getLogger(__name__)
_NAMED = 5
_SAME_DISTANCE = 1e-12  # squared chord of the unit sphere within which distances are equal


def observed_learners(cells: Cells, days: np.ndarray, minimum: int, refuse: bool) -> Cells:
    """Cells whose learners are observed often enough; without a split, the cells themselves.

    Args:
        cells: active cells.
        days: (cell,) observed days of the training period.
        minimum: fewest observed days of a learner.
        refuse: whether learners with fewer days are refused; else they are only scored, and the
            log says which.

    Raises:
        ValueError: if such learners are refused, or if no learner is left.
    """
    few = cells.learners & (days < minimum)
    if not cells.are_split or not few.any():
        return cells
    named = ", ".join(
        f"{lat:g} N {lon:g} E ({count} days)"
        for (lat, lon), count in zip(cells.places[few][:_NAMED], days[few][:_NAMED], strict=True)
    )
    words = (
        f"{few.sum()} of {cells.learners.sum()} learners have fewer than {minimum} observed days "
        f"in training: {named}" + (", ..." if few.sum() > _NAMED else "")
    )
    if refuse:
        raise ValueError(
            f"{words}. Set space.below_minimum to leave_out to learn from the others only, or "
            "lower space.minimum_days"
        )
    if few.sum() == cells.learners.sum():
        raise ValueError(f"{words}. No learner is left: lower space.minimum_days")
    _LOG.warning("%s. They are only scored", words)
    learns = np.zeros(cells.shape, bool)
    learns[cells.mask] = cells.learners & ~few
    return replace(cells, learns=learns)


def nearest_of(cells: Cells, chosen: np.ndarray) -> np.ndarray:
    """(cell,) position of the nearest chosen cell, by great circle; a chosen one's is its own.

    Of chosen cells at the same distance it is the one with the lowest position.

    Args:
        cells: where they are.
        chosen: (cell,) bool.
    """
    lat, lon = np.radians(cells.places).T
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)
    index = np.flatnonzero(chosen)
    found = np.arange(cells.count)
    for cell in np.flatnonzero(~chosen):
        squares = np.square(points[index] - points[cell]).sum(-1)
        found[cell] = index[np.argmax(squares <= squares.min() + _SAME_DISTANCE)]
    return found


def role_of(cells: Cells) -> xr.DataArray:
    """`role` (lat, lon) int8 of a domain: 0 not used, 1 learns, 2 only scored."""
    role = np.zeros(cells.shape, "i1")
    role[cells.mask] = np.where(cells.learners, LEARNS, ONLY_SCORED)
    attrs = {
        "units": "1",
        "long_name": "role of the cell",
        "flag_values": np.array([0, LEARNS, ONLY_SCORED], "i1"),
        "flag_meanings": "not_used learns only_scored",
    }
    axes = {"lat": cells.lat, "lon": cells.lon}
    return xr.DataArray(role, axes, ("lat", "lon"), attrs=attrs)
