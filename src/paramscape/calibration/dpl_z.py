"""dPL with LSTM_Z: each cell's parameters from its own record and attributes."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from paramscape.simulator import Windows
from paramscape.study import DplZ

from . import seeds
from .losses import masked_rmse
from .networks.dpl_network import DplNetwork
from .problem import Problem, Workplace
from .record import Record
from .start import start_of
from .stretches import simulate, stretch_starts
from .training import train

_SHARE_UNSEEN = 0.01
_BETAS = (0.5, 0.999)  # of Adam, the same as GAN-PO's (Sun et al. 2024, section 3.2)


def calibrate_dpl_z(problem: Problem, settings: DplZ, workplace: Workplace) -> Tensor:
    """Learn parameter fields by differentiable parameter learning (Tsai et al. 2021, g_Z).

    An LSTM reads a cell's last `settings.sequence_days` days of forcing and observations and its
    attributes; its last state gives the cell's parameters. Adam minimises the RMSE of the
    standardised target in random cells and days; there is no loss in space.

    Args:
        problem: what is calibrated.
        settings: of the method.
        workplace: history (`train/rmse` in standard deviations of the observations, validation
            scores) and checkpoint.

    Returns:
        (cell, parameter) physical values of the best validated epoch.
    """
    return train(DplZLearner(problem, settings, workplace.seed), problem, settings, workplace)


class DplZLearner:
    """The network, its input and one mini-batch's step; see `training.Learner`."""

    name = "dpl-z"
    losses = ("rmse",)

    def __init__(self, problem: Problem, settings: DplZ, seed: int):
        self.problem, self.settings = problem, settings
        self.record = Record.of_training(problem)
        self.input = network_input(self.record, problem, settings.sequence_days)
        start = start_of(problem)
        self.network = DplNetwork(
            self.input.shape[-1], settings.hidden, settings.dropout, start
        ).initialise(seeds.stream(seed, seeds.WEIGHTS))
        self.network.to(self.input.device)
        self.steps = torch.optim.Adam(self.network.parameters(), settings.learning_rate, _BETAS)
        cells = problem.evidence.cells.count
        self.elsewhere = problem.priors.to_physical(start.to(self.input)).expand(cells, -1)

    def stateful(self) -> Mapping[str, Any]:
        """The network and its optimiser."""
        return {"network": self.network, "steps": self.steps}

    def batches(self, generator: torch.Generator) -> Sequence[Windows]:
        """Random cells, and one random window or, where states are kept, some stretches."""
        count = self.problem.evidence.cells.count
        cells = min(self.settings.cells, count)
        windows, days = self._windows_and_days()
        iterations = self.settings.iterations_per_epoch or iterations_of_epoch(
            cells * windows * days, count * self.record.days
        )
        return [
            Windows(
                self._first_days(windows, days, generator),
                days,
                torch.randperm(count, generator=generator)[:cells].to(self.input.device),
            )
            for _ in range(iterations)
        ]

    def step(self, batch: Windows, generator: torch.Generator) -> dict[str, float]:
        """One step of the network, with dropout."""
        unit = self.network(self.input[:, batch.cells], generator)
        physical = self.problem.priors.to_physical(unit)
        parameters = self.elsewhere.index_copy(0, batch.cells, physical)
        simulated = self.record.standardise(simulate(self.problem, parameters, batch))
        days = batch.first_days[:, None] + torch.arange(batch.days)
        rows = days[..., None].to(batch.cells.device), batch.cells
        target, present = self.record.target[rows], self.record.present[rows]
        loss = masked_rmse(simulated.to(target.dtype), target, present)
        self.steps.zero_grad()
        loss.backward()
        self.steps.step()
        return {"rmse": float(loss.detach())}

    @torch.no_grad()
    def parameters(self) -> Tensor:
        """The network's present fields, without dropout; see `training.Learner`."""
        return self.problem.priors.to_physical(self.network(self.input).to(torch.float64))

    def _windows_and_days(self) -> tuple[int, int]:
        """How many windows of how many days a mini-batch holds."""
        vic, days = self.settings.vic, self.record.days
        if not self.problem.simulator.keeps_states:
            return 1, min(self.settings.days, days)
        return min(vic.windows, len(stretch_starts(days, vic.days))), min(vic.days, days)

    def _first_days(self, windows: int, days: int, generator: torch.Generator) -> Tensor:
        """(window,) first days in the training period; distinct, but for a single one."""
        if not self.problem.simulator.keeps_states:
            return torch.randint(self.record.days - days + 1, (1,), generator=generator)
        starts = stretch_starts(self.record.days, days)
        return starts[torch.randperm(len(starts), generator=generator)[:windows]]


def network_input(record: Record, problem: Problem, days: int) -> Tensor:
    """What LSTM_Z reads, (day, cell, forcing + observation + whether observed + attributes).

    The last `days` days of the training period, or all of it where it is shorter. Missing
    observations are 0, which is their mean, and flagged by 0.
    """
    attributes = problem.evidence.attributes.to(torch.float32)
    kept = slice(max(0, record.days - days), None)
    still = attributes.expand(len(record.target[kept]), -1, -1)
    target, present = record.target[kept].unsqueeze(-1), record.present[kept].unsqueeze(-1)
    return torch.cat([record.forcing[kept], target, present, still], -1)


def iterations_of_epoch(batch: int, samples: int) -> int:
    """Mini-batches after which a sample has been seen with a probability of 99 %.

    ceil(ln 0.01 / ln(1 - batch / samples)), as in Tsai et al. (2021).

    Args:
        batch: cell-days in a mini-batch.
        samples: cell-days of the training period.
    """
    if batch >= samples:
        return 1
    return math.ceil(math.log(_SHARE_UNSEEN) / math.log1p(-batch / samples))
