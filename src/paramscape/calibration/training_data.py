"""Data of the training period, ready for networks."""

from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.calibration.problem import CalibrationData, Problem
from paramscape.study import Period
from paramscape.study.days import DayAxis


@dataclass(frozen=True)
class TrainingSeries:
    """Forcing and observations of the training period, standardised for networks.

    forcing: (day, cell, variable), standardised.
    target: (day, cell), observations standardised with `mean` and `std`; 0 where missing.
    present: (day, cell), 1 where observed and 0 where missing.
    mean, std: of the period's observations [the target's unit].
    readable, is_readable: like `target` and `present`, of the observations that a network may read
        as its input; in cells that are only scored they may differ, and `readable` has the values
        that fill gaps, where there are any.
    """

    forcing: Tensor
    target: Tensor
    present: Tensor
    mean: float
    std: float
    readable: Tensor
    is_readable: Tensor

    @classmethod
    def of_training(cls, problem: Problem) -> "TrainingSeries":
        """The series of the training period, in single precision.

        Raises:
            ValueError: if the data does not cover the period, if its forcing has gaps, or if
                the observations are all missing or all the same.
        """
        period = problem.periods.train
        days = days_of(problem.data, period)
        observed = problem.data.observations[days].to(torch.float64)
        present = torch.isfinite(observed)
        known = observed[present]
        std = float(known.std(correction=0)) if len(known) else 0.0
        if std <= 0:
            raise ValueError(
                f"{problem.target} cannot be learned from: of {present.numel()} cell-days from "
                f"{period.start} to {period.end}, {len(known)} are observed and their standard "
                f"deviation is {std}"
            )
        mean = float(known.mean())
        target, present = _standardised(observed, mean, std)
        readable = target, present
        if problem.data.readable is not None:
            readable = _standardised(problem.data.readable[days].to(torch.float64), mean, std)
        if problem.data.filled is not None:
            filled, _ = _standardised(problem.data.filled[days].to(torch.float64), mean, std)
            readable = torch.where(readable[1] > 0, readable[0], filled), readable[1]
        forcing = problem.data.forcing[days].to(torch.float32)
        _require_complete(forcing, period)
        return cls(forcing, target, present, mean, std, *readable)

    @property
    def days(self) -> int:
        """Days of the period."""
        return self.target.shape[0]

    def standardise(self, values: Tensor) -> Tensor:
        """Values in the target's unit, standardised as the observations are."""
        return (values - self.mean) / self.std


def _standardised(observed: Tensor, mean: float, std: float) -> tuple[Tensor, Tensor]:
    """Standardised observations with 0 where missing, and 1 where observed; single precision."""
    present = torch.isfinite(observed)
    target = torch.where(present, (observed - mean) / std, torch.zeros_like(observed))
    return target.to(torch.float32), present.to(torch.float32)


def days_of(data: CalibrationData, period: Period) -> slice:
    """The period as indices of the data's days.

    Raises:
        ValueError: if the data does not hold every day of the period.
    """
    return DayAxis.of(data.times, "the record of forcing and observations").slice(period)


def _require_complete(forcing: Tensor, period: Period) -> None:
    broken = ~torch.isfinite(forcing)
    if broken.any():
        day, cell, variable = broken.nonzero()[0].tolist()
        raise ValueError(
            f"the forcing that networks read must be complete, but {int(broken.sum())} values "
            f"are missing; the first is variable {variable} of cell {cell} on day {day} after "
            f"{period.start}. Run the rule prepare_daily_forcing again, or correct its input."
        )
