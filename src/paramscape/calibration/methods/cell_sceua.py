"""SCE-UA in each cell by itself: what a distributed calibration without regionalisation gives."""

import logging

import numpy as np
import torch
from torch import Tensor

from paramscape.calibration.problem import Problem
from paramscape.calibration.search.objective import Trials, cell_rmse
from paramscape.calibration.search.sceua import Boxes, Search
from paramscape.calibration.search.sceua_run import SceuaRun
from paramscape.jobs.checkpoint import RunPaths
from paramscape.study import CellSceua

_LOG = logging.getLogger(__name__)


def calibrate_cell_sceua(
    problem: Problem, settings: CellSceua, paths: RunPaths, seed: int
) -> Tensor:
    """Find the seven parameters of every cell by SCE-UA, a problem for each cell.

    A cell's objective is the root mean square error over the training period's days on which the
    cell is observed. The parameters are searched on the unit scale of the priors, from the default
    on. All cells are simulated together, each with its own points. No cell depends on another where
    the simulator does not couple them; in an `arnet`, which sees neighbours, each cell's error is
    blurred by the points that its neighbours try at the same time. A cell without any observation
    keeps its default parameters, and the log says so.

    Args:
        problem: what is calibrated.
        settings: of SCE-UA; `max_evaluations` are each cell's own.
        paths: history (a row for the first population and for each loop of the slowest cell;
            evaluations and RMSE are means over the cells that are searched) and checkpoint, from
            which an interrupted search resumes.
        seed: root of all random numbers.

    Returns:
        (cell, parameter) physical values.

    Raises:
        ValueError: if there is no observation.
    """
    cells = CellErrors(problem, settings.warmup_days)
    search = SceuaRun(cells, settings, paths, seed).run()
    found = problem.default.clone()
    found[torch.from_numpy(cells.cell)] = cells.physical(search.best_points)
    return found


class CellErrors:
    """The objective: errors of the cells, which are simulated together.

    cell: (problem,) the observed cells, in whose order the problems are.
    """

    method = "cell-sceua"
    columns = ("train/mean_rmse", "train/share_stopped")

    def __init__(self, problem: Problem, warmup_days: int | None = None):
        self.problem, self.trials = problem, Trials(problem, warmup_days)
        observed = torch.isfinite(self.trials.observed).any(0).cpu().numpy()
        self.cell = np.flatnonzero(observed)
        unseen = np.flatnonzero(~observed)
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

        As many members are simulated as the cell with most points has; in the others, and in cells
        without a point, the rest of the members has default parameters and is not counted.
        """
        member, cell = np.arange(len(index)) - index.searchsorted(index), self.cell[index]
        fields = self.problem.default.repeat(int(member.max()) + 1, 1, 1)
        fields[torch.from_numpy(member), torch.from_numpy(cell)] = self.physical(points)
        return self.trials.errors(fields, cell_rmse)[member, cell]

    def row(self, search: Search) -> dict[str, float]:
        """Mean error over the cells, and the share of cells whose search has ended."""
        values = (search.best_values.mean(), (search.ended > 0).mean())
        return dict(zip(self.columns, values, strict=True))
