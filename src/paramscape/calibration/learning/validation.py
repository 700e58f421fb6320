"""Scores on the validation period, by which the best epoch is chosen."""

from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.calibration.problem import Problem, target_of
from paramscape.calibration.training_data import days_of


@dataclass(frozen=True)
class Score:
    """How well a simulation fits the validation period.

    mse: mean square error over all observed cell-days [the target's unit squared].
    kge: mean over the cells of the Kling-Gupta efficiency of each cell's days [1].
    misfit: mse over the variance of the observations, plus 1 - kge; 0 is perfect, lower is
        better. It is the one number by which the best epoch is chosen.
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
    efficiency = float(kge(simulated, observed).nanmean())
    terms = torch.tensor([mse / max(variance, 1e-12), 1.0 - efficiency])
    return Score(mse, efficiency, float(terms.nansum()))


def kge(simulated: Tensor, observed: Tensor) -> Tensor:
    """Kling-Gupta efficiency of each cell, 1 - sqrt((r-1)^2 + (a-1)^2 + (b-1)^2).

    r is the correlation (0 where the simulation does not vary), a the ratio of the standard
    deviations, b that of the means (Gupta et al. 2009).

    Args:
        simulated: (time, cell).
        observed: (time, cell), NaN where missing.

    Returns:
        (cell,); NaN where the observations do not vary or have no mean.
    """
    present = torch.isfinite(observed).to(observed.dtype)
    count = present.sum(0)
    o, s = observed.nan_to_num() * present, simulated * present
    mean_o, mean_s = o.sum(0) / count.clamp(min=1.0), s.sum(0) / count.clamp(min=1.0)
    o, s = (o - mean_o) * present, (s - mean_s) * present
    std_o, std_s = _root_mean(o * o, count), _root_mean(s * s, count)
    r = (o * s).sum(0) / count.clamp(min=1.0) / (std_o * std_s).clamp(min=1e-30)
    tiny = 1e-9 * mean_o.abs()
    defined = (std_o > tiny) & (mean_o.abs() > 1e-12)
    alpha, beta = std_s / std_o.clamp(min=1e-30), mean_s / torch.where(defined, mean_o, 1.0)
    value = 1.0 - ((r - 1.0) ** 2 + (alpha - 1.0) ** 2 + (beta - 1.0) ** 2).sqrt()
    return torch.where(defined, value, torch.full_like(value, torch.nan))


def _root_mean(squares: Tensor, count: Tensor) -> Tensor:
    return (squares.sum(0) / count.clamp(min=1.0)).sqrt()
