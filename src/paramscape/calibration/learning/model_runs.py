"""Count of the model runs of a training."""

from typing import Any

import torch
from torch import Tensor

from paramscape.calibration.problem import Problem
from paramscape.simulators.interface import Windows


class ModelRuns:
    """Counts simulations of a training, in runs of the domain over warm-up and training period.

    Recomputing the states with new parameters is one such run. Windows count by their cell-days,
    without the days of their warm-up. A validation counts the days from the end of the training
    period on, or all days from the start of the warm-up if the validation period precedes it.

    spent: runs so far; the same for an interrupted training as for an uninterrupted one.
    """

    def __init__(self, problem: Problem):
        self.problem, self.spent = problem, 0.0
        self._in_line: Tensor | None = None

    def respin(self, parameters: Tensor) -> None:
        """Count a recomputation of the states, unless they belong to these parameters already."""
        if self._in_line is None or not torch.equal(self._in_line, parameters):
            self.spent += 1.0
        self._in_line = parameters

    def learn(self, windows: Windows) -> None:
        """Count windows, after which the parameters change."""
        domain = len(self.problem.default)
        cells = domain if windows.cells is None else len(windows.cells)
        days = len(windows.first_days) * windows.days
        self.spent += days * cells / (domain * self._days_of_a_run)
        self._in_line = None

    def search(self, runs: int) -> None:
        """Count runs of a search, or of a preconditioner's update."""
        self.spent += runs

    def validate(self) -> None:
        """Count a simulation of the validation period."""
        periods = self.problem.periods
        follows = periods.validation.start > periods.train.end
        days = (periods.validation.end - periods.train.end).days
        if not follows:
            days = (periods.validation.end - periods.warmup.start).days + 1
        self.spent += days / self._days_of_a_run

    def state_dict(self) -> dict[str, Any]:
        """The count, and the parameters that the states belong to."""
        return {"spent": self.spent, "in_line": self._in_line}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore from `state_dict`."""
        in_line = state["in_line"]
        self.spent = state["spent"]
        self._in_line = None if in_line is None else in_line.to(self.problem.default.device)

    @property
    def _days_of_a_run(self) -> int:
        return self.problem.periods.learning.days
