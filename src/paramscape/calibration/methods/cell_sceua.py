"""SCE-UA in each cell: a distributed calibration without regionalisation."""

import torch
from torch import Tensor

from paramscape.calibration.problem import Problem
from paramscape.calibration.search.cells import CellErrors
from paramscape.calibration.search.sceua_run import SceuaRun
from paramscape.grid.learners import nearest_of
from paramscape.jobs.checkpoint import RunPaths
from paramscape.study import CellSceua


def calibrate_cell_sceua(
    problem: Problem, settings: CellSceua, paths: RunPaths, seed: int
) -> Tensor:
    """Find the parameters of every cell by SCE-UA, as one problem for each cell.

    A cell's objective is the root mean square error over the training period's days on which the
    cell is observed. The parameters are searched on the unit scale of the priors, starting from the
    default. All cells are simulated together, each with its own points. Cells do not influence each
    other unless the simulator couples them; in an `arnet`, which sees neighbours, the points of
    neighbouring cells add noise to each cell's error. A cell without any observation
    keeps its default parameters, and the log says so. A cell that is only scored takes the
    parameters of the nearest learner.

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
    domain = problem.data.cells
    return (
        found[torch.from_numpy(nearest_of(domain, domain.learners))] if domain.are_split else found
    )
