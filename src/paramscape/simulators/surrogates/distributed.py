"""A surrogate's learner whose mini-batches are distributed over several processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from paramscape.simulators.surrogates.training import Learner
from paramscape.simulators.workers import Workers


@dataclass(frozen=True)
class GradientSums:
    """Sums over samples: of the loss, and of the gradient of each weight."""

    loss: float
    gradients: list[Tensor]


class LearnerReplica:
    """The worker of one process: a copy of the learner, given some samples of each mini-batch.

    Args:
        learner: with the samples of training.
        rank, size: of the process, and number of processes.
    """

    def __init__(self, learner: Learner, rank: int, size: int):
        self.learner, self.rank, self.size = learner, rank, size

    def backward(self, weights: dict[str, Tensor], batch: Tensor) -> GradientSums:
        """Sums over this rank's samples of the mini-batch, with the weights of rank 0."""
        network, own = self.learner.network, batch[:, self.rank :: self.size]
        network.load_state_dict(weights)
        network.train()
        network.zero_grad()
        count = own.shape[1]
        device = next(network.parameters()).device
        loss = self.learner.backward(own.to(device), torch.Generator()) if count else 0.0
        gradients = [
            torch.zeros_like(p).cpu() if p.grad is None else (count * p.grad).cpu()
            for p in network.parameters()
        ]
        return GradientSums(count * loss, gradients)


class DistributedLearner:
    """The `Learner` of rank 0; all processes share the samples of a mini-batch.

    Args:
        learner: that of rank 0, of which the others have copies. It draws no random numbers in
            `backward`, and its loss is a mean over samples.
        workers: a `LearnerReplica` in each process.
    """

    def __init__(self, learner: Learner, workers: Workers):
        self._learner, self._workers = learner, workers

    def __getattr__(self, name: str) -> Any:
        return getattr(self._learner, name)

    def backward(self, batch: Tensor, generator: torch.Generator) -> float:
        """See `Learner.backward`."""
        network = self._learner.network
        weights = {name: value.cpu() for name, value in network.state_dict().items()}
        sums: list[GradientSums] = self._workers.call("backward", weights, batch.cpu())
        gradients = zip(*(part.gradients for part in sums), strict=True)
        for parameter, parts in zip(network.parameters(), gradients, strict=True):
            parameter.grad = (sum(parts) / batch.shape[1]).to(parameter.device)
        return sum(part.loss for part in sums) / batch.shape[1]
