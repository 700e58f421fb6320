"""Errors of parameter sets in the training period."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from paramscape.calibration.problem import Problem, target_of
from paramscape.calibration.training_data import days_of

_VALUES_AT_ONCE = 10_000_000  # values of a target that are simulated at once; bounds memory only


class TrainingObjective:
    """Simulates the training period and compares it with the observations.

    model_runs: members simulated so far, each over the whole domain.
    observed: (time, cell), NaN where missing.
    at_once: members that are simulated together.

    Args:
        problem: what is calibrated.
        warmup_days: days simulated before the training period, see `Simulator.run`, from states
            of the default parameters; None for the whole warm-up.

    Raises:
        ValueError: if the training period has no observation.
    """

    def __init__(self, problem: Problem, warmup_days: int | None = None):
        data, period = problem.data, problem.periods.train
        self.problem, self.model_runs = problem, 0
        self.observed = data.observations[days_of(data, period)].to(torch.float64)
        if not torch.isfinite(self.observed).any():
            raise ValueError(
                f"{problem.target} has no observation from {period.start} to {period.end}"
            )
        self.at_once = max(1, _VALUES_AT_ONCE // self.observed.numel())
        self._warming = {} if warmup_days is None else {"warmup_days": warmup_days}
        if self._warming:
            problem.simulator.respin(problem.default)

    @torch.no_grad()
    def errors(self, parameters: Tensor, error: Callable[[Tensor, Tensor], Tensor]) -> np.ndarray:
        """Errors of members (member, cell, parameter).

        Args:
            parameters: physical values.
            error: of a simulation (member, time, cell) and the observations (time, cell); its
                result's first axis is the member.

        Raises:
            ValueError: if the simulator does not give the target.
        """
        parts = [error(self._run(part), self.observed) for part in parameters.split(self.at_once)]
        return torch.cat(parts).cpu().numpy()

    def _run(self, parameters: Tensor) -> Tensor:
        problem = self.problem
        self.model_runs += len(parameters)
        fluxes = problem.simulator.run(parameters, problem.periods.train, **self._warming)
        return target_of(fluxes, problem.target)


def mean_spatial_rmse(simulated: Tensor, observed: Tensor) -> Tensor:
    """Mean over days of the root mean square error over cells.

    Args:
        simulated: (set, time, cell).
        observed: (time, cell), NaN where missing; days without any observation do not count.

    Returns:
        (set,) [the target's unit]; NaN where a simulation is NaN on a day with an observation.
    """
    daily = rmse(simulated, observed, -1)
    known = torch.isfinite(observed).any(-1)
    return torch.where(known, daily, 0.0).sum(-1) / known.sum()


def cell_rmse(simulated: Tensor, observed: Tensor) -> Tensor:
    """Root mean square error of each cell over its observed days.

    Args:
        simulated: (member, time, cell).
        observed: (time, cell), NaN where missing.

    Returns:
        (member, cell) [the target's unit]; NaN in a cell without any observation.
    """
    return rmse(simulated, observed, -2)


def rmse(simulated: Tensor, observed: Tensor, axis: int) -> Tensor:
    """Root mean square error along an axis, sqrt(sum (S - O)^2 / N), in double precision.

    The same score as `metrics.point.PairMoments.rmse`, on the simulation's device and for members.

    Args:
        simulated: (..., time, cell); finite where there is an observation.
        observed: (time, cell), NaN where missing.
        axis: -2 for the error of each cell, -1 for that of each day.

    Returns:
        the other axes [the target's unit]; NaN without any observation.
    """
    observed = observed.to(torch.float64)
    present = torch.isfinite(observed)
    squares = (simulated.to(observed) - observed.nan_to_num()).square() * present
    return (squares.sum(axis) / present.sum(axis)).sqrt()
