"""Differentiable parameter learning: mini-batches, loss and step of any of its networks."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.initial_parameters import start_of
from paramscape.calibration.learning.losses import masked_rmse
from paramscape.calibration.learning.minibatches import MiniBatch, simulate, windows_of_cells
from paramscape.calibration.learning.optimizers import Optimizer
from paramscape.calibration.learning.preconditioner import Preconditioner
from paramscape.calibration.learning.read_windows import ReadWindows
from paramscape.calibration.problem import Problem
from paramscape.calibration.training_data import TrainingSeries
from paramscape.simulators.interface import Windows
from paramscape.study import Dpl

_SHARE_UNSEEN = 0.01


class DplLearner:
    """A network from the attributes and records of a cell to its parameters; see `learner.Learner`.

    Adam minimises the RMSE of the standardised target in random cells and days; there is no loss
    in space. On a simulator with states an epoch uses every training day of every cell once; on
    others it has as many random mini-batches as see a cell's day with a probability of 99 %.

    Args:
        name: of the method.
        network: from values (..., cell, feature) and a generator of dropout's random numbers to
            (cell, parameter) in the unit interval.
        values: (..., cell, feature), what the network reads.
        problem: what is calibrated.
        settings: of the method.
        windows: of the values' days that the network reads: a random one in a mini-batch, and in
            inference the mean of what several give. By default it reads all of them.
    """

    losses = ("rmse",)

    def __init__(
        self,
        name: str,
        network: nn.Module,
        values: Tensor,
        problem: Problem,
        settings: Dpl,
        windows: ReadWindows | None = None,
    ):
        self.name, self.values, self.field_network = name, values, self
        self.problem, self.settings, self.windows = problem, settings, windows
        self.series = TrainingSeries.of_training(problem)
        self.network = network.to(values.device)
        self.preconditioner = Preconditioner(problem, settings.stateful.preconditioner)
        self.optimizer = Optimizer(network, settings)
        start = start_of(problem).to(values)
        self.elsewhere = problem.priors.to_physical(start).expand(values.shape[-2], -1)

    def stateful(self) -> Mapping[str, Any]:
        """The network and its optimizer."""
        return {"network": self.network, "optimizer": self.optimizer}

    def batches(self, epoch: int, generator: torch.Generator) -> Sequence[MiniBatch]:
        """Random cells and windows, each once, or random cells with one random window."""
        batches = self._batches(generator)
        self.optimizer.begin(epoch, len(batches))
        return batches

    def step(self, batch: MiniBatch, generator: torch.Generator) -> dict[str, float]:
        """One step of the network, with dropout."""
        cells, values = batch.windows.cells, self.values
        if self.windows is not None:
            values = self.windows.of(values, self.windows.draw(generator))
        unit = self.network(values.index_select(-2, cells), generator)
        physical = self.problem.priors.to_physical(self.preconditioner(unit, cells))
        parameters = self.elsewhere.index_copy(0, cells, physical)
        simulated = self.series.standardise(simulate(self.problem, parameters, batch.windows))
        rows = batch.days[..., None].to(cells.device), cells
        target, used = self.series.target[rows], batch.used[..., None].to(cells.device)
        loss = masked_rmse(simulated.to(target.dtype), target, self.series.present[rows] * used)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return {"rmse": float(loss.detach())}

    def unit(self) -> Tensor:
        """The network's present parameters on the unit scale, without dropout."""
        if self.windows is None:
            return self.network(self.values)
        read = [self.windows.of(self.values, first) for first in self.windows.of_inference()]
        return torch.stack([self.network(values) for values in read]).mean(0)

    @torch.no_grad()
    def parameters(self) -> Tensor:
        """The network's present parameters, physical values without dropout."""
        return self.problem.priors.to_physical(self.unit().to(torch.float64))

    def result(self) -> Tensor:
        """The same as `parameters`."""
        return self.parameters()

    def _batches(self, generator: torch.Generator) -> Sequence[MiniBatch]:
        settings, days = self.settings, self.series.days
        learners = torch.from_numpy(self.problem.data.cells.learners)
        cells = learners.nonzero().flatten().to(self.values.device)
        if self.problem.simulator.is_stateful:
            return windows_of_cells(days, settings.stateful, cells, settings.cells, generator)
        group, length = min(settings.cells, len(cells)), min(settings.days, days)
        iterations = settings.iterations_per_epoch or iterations_of_epoch(
            group * length, len(cells) * days
        )
        return [self._random_batch(cells, group, length, generator) for _ in range(iterations)]

    def _random_batch(
        self, cells: Tensor, group: int, length: int, generator: torch.Generator
    ) -> MiniBatch:
        """Distinct cells and one window, anywhere in the training period."""
        first = torch.randint(self.series.days - length + 1, (1,), generator=generator)
        some = cells[torch.randperm(len(cells), generator=generator)[:group].to(cells.device)]
        return MiniBatch(Windows(first, length, some), torch.ones(1, length, dtype=torch.bool))


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
