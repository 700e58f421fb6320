"""Training of every surrogate."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from paramscape.jobs.checkpoint import RunPaths
from paramscape.jobs.epoch_loop import EpochLoop, EpochRules, Start, Validation
from paramscape.simulators.surrogates.network import SurrogateNetwork
from paramscape.study import SurrogateTraining, random_streams


class Learner(Protocol):
    """A network and how it learns from samples.

    loss: name of what `backward` lowers. patient_from: epochs that run in any case, before
    patience counts.
    """

    network: SurrogateNetwork
    settings: SurrogateTraining
    loss: str
    patient_from: int

    def draw(self, epoch: int, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Mini-batches of an epoch, counted from 0: the indices (index, sample) of each."""
        ...

    def backward(self, batch: Tensor, generator: torch.Generator) -> float:
        """Add the gradients of the mini-batch's mean loss to the weights', and return the loss."""
        ...

    def validate(self) -> float:
        """Mean squared error of standardised targets of validation members."""
        ...


def train(learner: Learner, paths: RunPaths, seed: int) -> SurrogateNetwork:
    """Train a surrogate and return the network of the best validation.

    Adam lowers the learner's loss; the training ends when the error on validation members has not
    improved for more than `patience` epochs. `EpochLoop` writes the history (epoch, train/<loss>,
    validation/mse, seconds) and the checkpoint, and resumes an interrupted training, with
    bit-identical weights.

    Args:
        learner: the network, its samples and its settings.
        paths: of history and checkpoint.
        seed: root of the epochs' random numbers.

    Raises:
        Interrupted: after SIGTERM, see `interruption`.
        Diverged: if a loss or a weight is not finite, or if the error on validation members is
            above ten times the variance of the targets in three epochs in a row; see
            `divergence.DivergenceMonitor`.
        ValueError: if the checkpoint's file is not a checkpoint.
    """
    settings, kind = learner.settings, learner.network.kind
    rules = EpochRules(
        settings.epochs, patience=settings.patience + 1, patient_from=learner.patient_from
    )
    remedy = f"lower surrogate.{kind}.learning_rate (now {settings.learning_rate})"
    best = EpochLoop(_NetworkTraining(learner, seed), rules, paths, remedy).run()
    learner.network.load_state_dict(best)
    return learner.network.eval()


@dataclass(frozen=True)
class _Batch:
    """A mini-batch, and the share of the epoch's mini-batches that precede it."""

    samples: Tensor
    share: float


class _NetworkTraining:
    """A learner with its optimizer; see `epoch_loop.Training`."""

    columns = ("validation/mse",)

    def __init__(self, learner: Learner, seed: int):
        self.learner, self.settings, self.seed = learner, learner.settings, seed
        self.name = learner.network.kind
        self.title, self.losses = f"training {self.name}", (learner.loss,)
        self.optimizer = torch.optim.Adam(
            learner.network.parameters(),
            lr=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay,
        )
        self._epoch = 0

    def begin(self) -> Start:
        """Start from an error of 1, that of the mean of the standardised targets."""
        return Start(1.0)

    def batches(self, epoch: int) -> Sequence[_Batch]:
        """The learner's mini-batches."""
        self._epoch = epoch
        self._generator = random_streams.torch_generator(self.seed, "epoch", epoch)
        self.learner.network.train()
        drawn = self.learner.draw(epoch, self._generator)
        return [_Batch(samples, place / len(drawn)) for place, samples in enumerate(drawn)]

    def step(self, batch: _Batch) -> dict[str, float]:
        """One step of Adam."""
        network, longest = self.learner.network, self.settings.max_grad_norm
        self._set_learning_rate(batch.share)
        self.optimizer.zero_grad()
        loss = self.learner.backward(batch.samples, self._generator)
        if longest is not None:
            nn.utils.clip_grad_norm_(network.parameters(), longest)
        self.optimizer.step()
        return {self.learner.loss: loss}

    def size(self, batch: _Batch) -> int:
        """Samples in a mini-batch."""
        return batch.samples.shape[1]

    def validate(self) -> Validation:
        """The error on validation members."""
        error = self.learner.validate()
        return Validation(error, {"validation/mse": error})

    def result(self) -> dict[str, Tensor]:
        """A copy of the network's weights."""
        weights = self.learner.network.state_dict()
        return {name: value.detach().clone() for name, value in weights.items()}

    def costs(self) -> Mapping[str, float]:
        """Nothing but time."""
        return {}

    def networks(self) -> Mapping[str, Any]:
        """The network's weights and the optimizer's moments."""
        weights = {name: w.detach() for name, w in self.learner.network.named_parameters()}
        return {"network": weights, "optimizer": self.optimizer.state_dict()}

    def state_dict(self) -> dict[str, Any]:
        """The network with its buffers, and the optimizer."""
        network = self.learner.network.state_dict()
        return {"network": network, "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore from `state_dict`."""
        self.learner.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])

    def _set_learning_rate(self, share: float) -> None:
        """Set the learning rate after a share of the present epoch."""
        rate = self.settings.learning_rate
        if self.settings.lr_schedule == "cosine":
            done = (self._epoch + share) / self.settings.epochs
            rate *= 0.5 * (1.0 + math.cos(math.pi * done))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
