"""Skill of a surrogate for figures: scores of each test member and a sample of days."""

import numpy as np
import xarray as xr

from paramscape.grid.cells import Cells
from paramscape.simulators.surrogates.skill import score_cells
from paramscape.study.random_streams import numpy_generator

_PAIRS = 20_000


def skill_by_member(
    predicted: np.ndarray, reference: np.ndarray, cells: Cells, seed: int
) -> xr.Dataset:
    """Skill of one target on test members.

    Args:
        predicted, reference: (member, day, cell), of the surrogate and of VIC.
        cells: the active cells.
        seed: of the sample.

    Returns:
        rmse, cc, bias (member, lat, lon); surrogate, vic (sample): the same random days.
    """
    scores = [
        score_cells(p[None, ..., None], r[None, ..., None])
        for p, r in zip(predicted, reference, strict=True)
    ]
    fields = {
        name: cells.scatter(np.stack([s[name][:, 0] for s in scores]), ("member",))
        for name in ("rmse", "cc", "bias")
    }
    drawn = numpy_generator(seed, "skill pairs").integers(predicted.size, size=_PAIRS)
    pairs = {"surrogate": predicted.reshape(-1)[drawn], "vic": reference.reshape(-1)[drawn]}
    return xr.Dataset({**fields, **{name: ("sample", value) for name, value in pairs.items()}})
