"""Search of the parameters of every cell by SCE-UA, all cells simulated together."""

import logging

import numpy as np
import torch
from torch import Tensor

from paramscape.calibration.problem import Problem
from paramscape.calibration.search.objective import TrainingObjective, cell_rmse
from paramscape.calibration.search.sceua import Boxes, Search

_LOG = logging.getLogger(__name__)


class CellErrors:
    """Objective of all cells, which are simulated together.

    cell: (problem,) the observed cells, in whose order the problems are.
    """

    method = "cell-sceua"
    columns = ("train/mean_rmse", "train/share_stopped")

    def __init__(self, problem: Problem, warmup_days: int | None = None):
        self.problem, self.objective = problem, TrainingObjective(problem, warmup_days)
        observed = torch.isfinite(self.objective.observed).any(0).cpu().numpy()
        self.cell = np.flatnonzero(observed)
        unseen = np.flatnonzero(~observed & problem.data.cells.learners)
        if len(unseen):
            _LOG.info(
                "%d cells have no observation of %s in training and keep the default parameters; "
                "the first is cell %d",
                len(unseen),
                problem.target,
                unseen[0],
            )
        start = problem.priors.to_unit(problem.default.double()).clamp(0.0, 1.0).cpu().numpy()
        low = np.zeros((len(self.cell), start.shape[1]))
        self.boxes = Boxes(low, low + 1.0, start[self.cell], self.cell)

    def physical(self, unit: np.ndarray) -> Tensor:
        """Physical values (point, parameter) of points on the unit scale."""
        return self.problem.priors.to_physical(torch.from_numpy(unit)).to(self.problem.default)

    def __call__(self, points: np.ndarray, index: np.ndarray) -> np.ndarray:
        """Errors (point,) of points (point, parameter) of the problems `index` (point,), ascending.

        There are as many members as the cell with most points has points. In the other cells the
        remaining members have default parameters and are not used.
        """
        member, cell = np.arange(len(index)) - index.searchsorted(index), self.cell[index]
        fields = self.problem.default.repeat(int(member.max()) + 1, 1, 1)
        fields[torch.from_numpy(member), torch.from_numpy(cell)] = self.physical(points)
        return self.objective.errors(fields, cell_rmse)[member, cell]

    def row(self, search: Search) -> dict[str, float]:
        """Mean error over the cells, and the share of cells whose search has ended."""
        values = (search.best_values.mean(), (search.ended > 0).mean())
        return dict(zip(self.columns, values, strict=True))
