"""Learning from samples in exact micro-batches, for networks that may leave the unit interval."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.initial_parameters import start_of
from paramscape.calibration.learning.losses import boundary_loss
from paramscape.calibration.learning.minibatches import simulate
from paramscape.calibration.learning.networks.keyed_dropout import dropout_keys
from paramscape.calibration.learning.optimizers import Optimizer
from paramscape.calibration.learning.preconditioner import Preconditioner
from paramscape.calibration.learning.read_windows import ReadWindows
from paramscape.calibration.learning.sample_batches import (
    SampleBatch,
    SampleGroup,
    random_samples,
    stateful_batches,
)
from paramscape.calibration.problem import Problem
from paramscape.calibration.training_data import TrainingSeries
from paramscape.study import ParaFormer

_SMALLEST = 1e-12


class Reader(Protocol):
    """What a network reads.

    windows: of the training period. name: of the method.
    """

    name: str
    windows: ReadWindows

    def __call__(self, cells: Tensor, first: int) -> tuple[Tensor, ...]:
        """The network's inputs, each (cell, ...), for cells and a window's first day."""
        ...


@dataclass(frozen=True)
class _Samples:
    """What the network reads of a group of samples, and the keys of its dropout."""

    inputs: tuple[Tensor, ...]
    keys: Tensor

    def split(self, size: int) -> list[tuple[tuple[Tensor, ...], Tensor]]:
        """Inputs and keys of parts of at most `size` samples."""
        parts = zip(*(x.split(size) for x in (*self.inputs, self.keys)), strict=True)
        return [(inputs, keys) for *inputs, keys in parts]


class SampleLearner:
    """A network that learns from samples; see `learner.Learner`.

    It minimises, over the samples of a mini-batch, the RMSE of the standardised target plus
    `range_weight` times the mean boundary loss (Li and Lu 2023, equation 14), plus, if the settings
    say so, `consistency_weight` times the variance of u between two windows. Parameters are
    clamped to the priors before the simulator runs, so that outside only the boundary loss has a
    gradient.

    A root is no sum, so the gradient of a mini-batch in micro-batches takes two passes. The first
    finds the sum of squares and its derivative by each sample's parameters u. With the RMSE known,
    the loss's derivative is g = dSSE/du / (2 n RMSE) + range_weight dRBL/du. The second runs the
    network again, with the same dropout, and passes g back to its weights.

    Args:
        network: from `reader`'s inputs and keys of dropout to (sample, parameter) on the unit
            scale.
        reader: what it reads.
        problem: what is calibrated.
        settings: of the method.
    """

    def __init__(self, network: nn.Module, reader: Reader, problem: Problem, settings: ParaFormer):
        self.name, self.reader, self.field_network = reader.name, reader, self
        self.problem, self.settings = problem, settings
        self.losses = tuple(settings.weights)
        self.series = TrainingSeries.of_training(problem)
        self.network = network.to(self.series.target.device)
        self.preconditioner = Preconditioner(problem, settings.stateful.preconditioner)
        self.optimizer = Optimizer(network, settings)
        start = start_of(problem).to(self.series.target)
        self.elsewhere = problem.priors.to_physical(start).expand(len(problem.default), -1)

    def stateful(self) -> Mapping[str, Any]:
        """The network and its optimizer."""
        return {"network": self.network, "optimizer": self.optimizer}

    def batches(self, epoch: int, generator: torch.Generator) -> Sequence[SampleBatch]:
        """See `stateful_batches` and `random_samples`."""
        made = stateful_batches if self.problem.simulator.is_stateful else random_samples
        batches = made(self.reader.windows, self._cells(), self.settings, generator)
        self.optimizer.begin(epoch, len(batches))
        return batches

    def step(self, batch: SampleBatch, generator: torch.Generator) -> dict[str, float]:
        """One step of the network, with dropout."""
        drawn = [s for group in batch.groups for s in self._samples(group, generator)]
        whole = sum(len(s.keys) for s in drawn) <= self.settings.samples_at_once
        with torch.set_grad_enabled(whole):
            units = [self._unit_of(s) for s in drawn]
        leaves = [unit.detach().requires_grad_() for unit in units]
        # The first of a group is simulated; the second, if there is one, should equal it.
        pairs = len(drawn) // len(batch.groups)
        first, second = leaves[::pairs], leaves[1::pairs] if pairs > 1 else []
        rmse = self._data_gradient(first, batch.groups)
        terms = {"range": torch.cat([boundary_loss(leaf) for leaf in first]).mean()}
        if second:
            terms["consistency"] = (torch.cat(first) - torch.cat(second)).square().mean() / 2
        sum(self.settings.weights[name] * term for name, term in terms.items()).backward()
        self.optimizer.zero_grad()
        for unit, leaf, one in zip(units, leaves, drawn, strict=True):
            self._pass_back(unit, leaf.grad, one)
        self.optimizer.step()
        # A root that the gradients' precision cannot hold is an infinite loss.
        found = {"rmse": float(first[0].new_tensor(rmse))}
        return found | {name: float(term.detach()) for name, term in terms.items()}

    def unit(self) -> Tensor:
        """The network's present parameters on the unit scale, without dropout.

        The mean over the windows of inference.
        """
        return self.units().mean(0)

    def units(self) -> Tensor:
        """(window, cell, parameter) of each window of inference, on the unit scale."""
        cells = torch.arange(len(self.problem.default), device=self.series.target.device)
        parts = cells.split(self.settings.samples_at_once)
        windows = self.reader.windows.of_inference()
        found = [
            torch.cat([self.network(*self.reader(p, first)) for p in parts]) for first in windows
        ]
        return torch.stack(found)

    @torch.no_grad()
    def parameters(self) -> Tensor:
        """The network's present parameters, physical values inside the priors, without dropout."""
        unit = self.unit().to(torch.float64)
        return self.problem.priors.to_physical(unit.clamp(0.0, 1.0))

    def result(self) -> Tensor:
        """The same as `parameters`."""
        return self.parameters()

    def _cells(self) -> Tensor:
        """(cell,) cells that are learned from."""
        learners = torch.from_numpy(self.problem.data.cells.learners)
        return learners.nonzero().flatten().to(self.series.target.device)

    def _samples(self, group: SampleGroup, generator: torch.Generator) -> list[_Samples]:
        """The samples of a group, once for each window that is read."""
        reads = [first for first in (group.first_read, group.other_read) if first is not None]
        keys = [dropout_keys(len(group.cells), generator).to(group.cells.device) for _ in reads]
        inputs = [self.reader(group.cells, first) for first in reads]
        return [_Samples(i, k) for i, k in zip(inputs, keys, strict=True)]

    def _unit_of(self, samples: _Samples) -> Tensor:
        parts = samples.split(self.settings.samples_at_once)
        return torch.cat([self.network(*inputs, keys=keys) for inputs, keys in parts])

    def _pass_back(self, unit: Tensor, gradient: Tensor, samples: _Samples) -> None:
        """Pass the loss's gradient by the parameters on to the network's weights."""
        if unit.requires_grad:
            unit.backward(gradient)
            return
        size = self.settings.samples_at_once
        parts = zip(samples.split(size), gradient.split(size), strict=True)
        for (inputs, keys), part in parts:
            self.network(*inputs, keys=keys).backward(part)

    def _data_gradient(self, leaves: Sequence[Tensor], groups: Sequence[SampleGroup]) -> float:
        """The RMSE, whose gradient the leaves then have."""
        total, count = 0.0, 0.0
        for leaf, group in zip(leaves, groups, strict=True):
            leaf.grad = torch.zeros_like(leaf)
            for part in group.parts(self.settings.cells_at_once):
                error, observed = self._squared_error(leaf, group, part)
                error.backward()
                total, count = total + float(error.detach()), count + observed
        rmse = math.sqrt(max(total / max(count, 1.0), _SMALLEST))
        for leaf in leaves:
            leaf.grad /= 2.0 * max(count, 1.0) * rmse
        return rmse

    def _squared_error(
        self, leaf: Tensor, group: SampleGroup, part: SampleGroup
    ) -> tuple[Tensor, float]:
        """Sum of squares over the observed days of a part of a group, and their number."""
        unit = self.preconditioner(leaf.clamp(0.0, 1.0), group.cells)
        physical = self.problem.priors.to_physical(unit)
        parameters = self.elsewhere.to(physical).index_copy(0, group.cells, physical)
        batch, cells = part.batch, part.cells
        simulated = self.series.standardise(simulate(self.problem, parameters, batch.windows))
        rows = batch.days[..., None].to(cells.device), cells
        used = self.series.present[rows] * batch.used[..., None].to(cells.device)
        errors = (simulated.double() - self.series.target[rows]).square() * used
        return errors.sum(), float(used.sum())
