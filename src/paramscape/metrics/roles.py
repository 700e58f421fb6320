"""Scores of cells that are learned from, and of cells that are only scored."""

from __future__ import annotations

import numpy as np
import xarray as xr

from paramscape.grid.cell_size import cell_size
from paramscape.grid.cells import LEARNS, Cells
from paramscape.grid.learners import observed_learners, role_of
from paramscape.study import Space

ROLES = ("seen", "unseen")
"""Cells that methods learn from, and cells that are only scored."""
_APART = "the cells of the domain do not adjoin"


def with_roles(
    scores: xr.Dataset, domain: xr.Dataset, observed: xr.DataArray, space: Space
) -> xr.Dataset:
    """Scores with the `role` (lat, lon) of the cells, where the domain splits them.

    Args:
        scores: of one run.
        domain: with `role`, or without where all cells learn.
        observed: (time, lat, lon) of the training period, NaN where missing: a learner that is
            observed too rarely is only scored, see `observed_learners`.
        space: how many days a learner needs.
    """
    cells = Cells.of(domain)
    if not cells.are_split:
        return scores
    days = np.isfinite(cells.gather(observed)).sum(0)
    refuse = space.below_minimum == "refuse"
    return scores.assign(role=role_of(observed_learners(cells, days, space.minimum_days, refuse)))


def without_neighbours(scores: xr.Dataset, domain: xr.Dataset) -> xr.Dataset:
    """Scores without SSIM and FSS, which compare adjoining cells, where a domain has none.

    Those scores are NaN then, and their attribute `not_scored` says why.
    """
    if cell_size(domain) is None:
        return scores
    empty = {name: xr.full_like(scores[name], np.nan) for name in ("ssim", "ssim_mean", "fss")}
    for name in ("ssim", "fss"):
        empty[name].attrs["not_scored"] = _APART
    return scores.assign(empty)


def cells_of_roles(scores: xr.Dataset) -> dict[str, np.ndarray]:
    """(lat, lon) bool of the cells of each role; empty where a study does not split its cells."""
    if "role" not in scores:
        return {}
    learns = scores["role"].values == LEARNS
    return dict(zip(ROLES, (learns, (scores["role"].values > 0) & ~learns), strict=True))
