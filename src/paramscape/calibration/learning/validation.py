"""Scores on the validation period, by which the best epoch is chosen."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from paramscape.calibration.problem import Problem, target_of
from paramscape.calibration.training_data import days_of
from paramscape.metrics.point import moments

_KGE_OF_A_CONSTANT = 1.0 - math.sqrt(2.0)


@dataclass(frozen=True)
class Score:
    """How well a simulation fits the validation period.

    mse: mean square error over all observed cell-days [the target's unit squared].
    kge: mean Kling-Gupta efficiency of the cells in which it is defined [1], by the same rules as
        the printed scores (`metrics.point`): a cell whose observed or simulated values are constant
        is left out; NaN if it is defined in none.
    misfit: the one number by which the best epoch is chosen; 0 is perfect, lower is better. It is
        mse over the variance of the observations, plus 1 minus the mean KGE, in which a cell whose
        simulation alone is constant counts with 1 - sqrt(2), the KGE of the observations' mean
        (Knoben et al. 2019): a constant simulation must not be left out of a choice. Without a
        cell whose observations vary there is no KGE in it.
    """

    mse: float
    kge: float
    misfit: float


def validate(problem: Problem, parameters: Tensor) -> Score:
    """Simulate the validation period with parameters (cell, parameter), and score it.

    Raises:
        ValueError: if no observation of the validation period is there.
        FloatingPointError: if the simulation is not finite.
    """
    period = problem.periods.validation
    with torch.no_grad():
        simulated = target_of(problem.simulator.run(parameters, period), problem.target)
    observed = problem.data.observations[days_of(problem.data, period)]
    if not torch.isfinite(observed).any():
        raise ValueError(
            f"{problem.target} has no observation from {period.start} to {period.end}; choose "
            "periods.validation where there are observations"
        )
    if not torch.isfinite(simulated).all():
        day, cell = (~torch.isfinite(simulated)).nonzero()[0].tolist()
        raise FloatingPointError(
            f"{problem.simulator.name} gives {problem.target} that is not finite in validation; "
            f"the first is cell {cell}, day {day} after {period.start}"
        )
    return score(simulated, observed)


def score(simulated: Tensor, observed: Tensor) -> Score:
    """Score a simulation (time, cell) against observations (time, cell), NaN where missing."""
    observed = observed.to(torch.float64)
    simulated = simulated.to(observed)
    present = torch.isfinite(observed)
    errors = (simulated - observed)[present]
    mse = float(errors.square().mean())
    variance = float(observed[present].var(correction=0))
    misfit = mse / max(variance, 1e-12)
    efficiency, defined = _kge(simulated, observed)
    if defined.any():
        misfit += 1.0 - float(np.nan_to_num(efficiency[defined], nan=_KGE_OF_A_CONSTANT).mean())
    known = efficiency[np.isfinite(efficiency)]
    return Score(mse, float(known.mean()) if known.size else math.nan, misfit)


def _kge(simulated: Tensor, observed: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """(cell,) KGE, and whether the observations allow one: they vary, and their mean is not 0."""
    fields = (values.cpu().numpy()[:, None] for values in (simulated, observed))
    pair = moments(*fields, np.ones((1, observed.shape[1]), dtype=bool))
    return pair.kge()[0], np.isfinite(pair.kge_components().beta[0])
