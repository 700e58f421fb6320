"""Where the learned methods start."""

import torch
from torch import Tensor

from paramscape.calibration.problem import Problem

_MARGIN = 0.1


def start_of(problem: Problem) -> Tensor:
    """(parameter,) unit-scaled values that an untrained network gives in every cell.

    The median over the domain of the uncalibrated parameters, so that learning sets out from what
    is known; kept 0.1 off the ends of the priors, where a sigmoid hardly has a gradient.
    """
    unit = problem.priors.to_unit(problem.default.to(torch.float64))
    return unit.median(0).values.clamp(_MARGIN, 1.0 - _MARGIN)
