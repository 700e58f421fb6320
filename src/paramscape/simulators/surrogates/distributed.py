"""A surrogate's learner whose mini-batches several processes share."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from paramscape.simulators.surrogates.training import Learner
from paramscape.simulators.workers import Team


class LearnerPart:
    """One process's part: a learner that is given some samples of each mini-batch.

    Args:
        learner: with the samples of training.
        rank, size: of the process and of the team.
    """

    def __init__(self, learner: Learner, rank: int, size: int):
        self.learner, self.rank, self.size = learner, rank, size

    def backward(self, weights: dict[str, Tensor], batch: Tensor) -> tuple[float, list[Tensor]]:
        """Sums over the own samples: of the loss, and of the gradients of the weights."""
        network, mine = self.learner.network, batch[:, self.rank :: self.size]
        network.load_state_dict(weights)
        network.train()
        network.zero_grad()
        count = mine.shape[1]
        device = next(network.parameters()).device
        loss = self.learner.backward(mine.to(device), torch.Generator()) if count else 0.0
        gradients = [
            torch.zeros_like(p).cpu() if p.grad is None else (count * p.grad).cpu()
            for p in network.parameters()
        ]
        return count * loss, gradients


class SharedLearner:
    """The `Learner` of a team's leader, whose processes take the mean over a mini-batch together.

    Args:
        learner: the leader's own, of which the others have copies; it draws no random numbers in
            `backward`, and its mean is one over samples.
        team: of `LearnerPart`s.
    """

    def __init__(self, learner: Learner, team: Team):
        self._learner, self._team = learner, team

    def __getattr__(self, name: str) -> Any:
        return getattr(self._learner, name)

    def backward(self, batch: Tensor, generator: torch.Generator) -> float:
        """See `Learner.backward`."""
        network = self._learner.network
        weights = {name: value.cpu() for name, value in network.state_dict().items()}
        losses, gradients = zip(*self._team.ask("backward", weights, batch.cpu()), strict=True)
        for parameter, *parts in zip(network.parameters(), *gradients, strict=True):
            parameter.grad = (sum(parts) / batch.shape[1]).to(parameter.device)
        return sum(losses) / batch.shape[1]
