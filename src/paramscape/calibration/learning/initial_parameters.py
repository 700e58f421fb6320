"""Initial parameters of the learned methods."""

import torch
from torch import Tensor

from paramscape.calibration.problem import Problem

_MARGIN = 0.1


def start_of(problem: Problem) -> Tensor:
    """(parameter,) unit-scaled values that an untrained network gives in every cell.

    The median over the learners of the uncalibrated parameters. It is kept 0.1 away from the ends
    of the priors, where the gradient of a sigmoid is small.
    """
    unit = problem.priors.to_unit(problem.default.to(torch.float64))
    unit = unit[torch.from_numpy(problem.data.cells.learners).to(unit.device)]
    return unit.median(0).values.clamp(_MARGIN, 1.0 - _MARGIN)
