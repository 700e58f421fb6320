"""MPR with SCE-UA: the conventional calibration, of coefficients that hold for the whole domain."""

import logging

import numpy as np
import torch
from torch import Tensor

from paramscape.calibration.problem import Problem
from paramscape.calibration.search.mpr import coefficients_of, parameters_of
from paramscape.calibration.search.objective import TrainingObjective, mean_spatial_rmse
from paramscape.calibration.search.sceua import Boxes, Search
from paramscape.calibration.search.sceua_run import SceuaRun
from paramscape.calibration.search.soil_pixels import SoilPixels
from paramscape.jobs.checkpoint import RunPaths
from paramscape.study import MprSceua

_LOG = logging.getLogger(__name__)


def calibrate_mpr_sceua(problem: Problem, settings: MprSceua, paths: RunPaths, seed: int) -> Tensor:
    """Find the coefficients of MPR by SCE-UA.

    The objective is the mean over the training period's days of the root mean square error over
    the cells, on days and in cells that are observed (Dembele et al. 2020, the bias-accounting
    strategy; Sun et al. 2024, section 3.2).

    Args:
        problem: what is calibrated; needs native soil.
        settings: of SCE-UA.
        paths: history (a row for the first population and for each loop; RMSE in the target's
            unit) and checkpoint, from which an interrupted search resumes.
        seed: root of all random numbers.

    Returns:
        (cell, parameter) physical values.

    Raises:
        ValueError: if there is no soil or no observation.
    """
    regionalisation = Regionalisation(problem, settings.warmup_days)
    best = SceuaRun(regionalisation, settings, paths, seed).run().best_points
    named = zip(regionalisation.coefficients, best[0], strict=True)
    _LOG.info("best coefficients: %s", ", ".join(f"{n}={v:.5g}" for n, v in named))
    return regionalisation.parameters(torch.from_numpy(best))[0]


class Regionalisation:
    """The objective: from coefficients through soil and simulator to the error.

    coefficients: their names.
    """

    method = "mpr-sceua"
    columns = ("train/best_rmse", "train/worst_rmse", "geometric_range")

    def __init__(self, problem: Problem, warmup_days: int | None = None):
        data = problem.data
        if data.soil_native is None:
            raise ValueError(
                "mpr-sceua needs soil for its transfer functions: give products.soil, or sand and "
                "clay in products.attributes"
            )
        self.problem = problem
        self.soil = SoilPixels.of(data.soil_native, data.cells, problem.default)
        coefficients = coefficients_of(self.soil, problem.priors.names)
        self.coefficients = [c.name for c in coefficients]
        self.boxes = Boxes.of_one(*np.array([(c.low, c.high, c.default) for c in coefficients]).T)
        self.objective = TrainingObjective(problem, warmup_days)

    def parameters(self, coefficients: Tensor) -> Tensor:
        """(set, cell, parameter) of coefficients (set, coefficient)."""
        coefficients = coefficients.to(self.problem.default)
        cells = self.problem.data.cells.count
        return parameters_of(coefficients, self.soil, cells, self.problem.priors)

    def __call__(self, points: np.ndarray, index: np.ndarray) -> np.ndarray:
        """Errors (set,) of coefficient sets (set, coefficient); there is one problem only."""
        return self.objective.errors(self.parameters(torch.from_numpy(points)), mean_spatial_rmse)

    def row(self, search: Search) -> dict[str, float]:
        """Errors of the best and of the worst point, and how far the population extends."""
        extent = search.geometric_range(self.boxes)[0]
        values = (search.best_values[0], search.values.max(), extent)
        return dict(zip(self.columns, values, strict=True))
