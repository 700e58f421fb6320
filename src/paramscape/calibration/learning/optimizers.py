"""Optimizers of the learned methods."""

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from paramscape.study import Optimized

_ADAM = (0.5, 0.999)  # as for GAN-PO (Sun et al. 2024, section 3.2)
_RHO, _EPSILON = 0.95, 1e-6  # Li and Lu (2023), section 4.2; Tsai et al. (2021)


class Optimizer:
    """An optimizer with a learning-rate schedule and gradient clipping.

    Args:
        network: whose weights it changes.
        settings: which optimizer, and how it steps.
    """

    def __init__(self, network: nn.Module, settings: Optimized):
        self._network, self._settings = network, settings
        self._optimizer = _optimizer_of(network, settings)
        self._epoch, self._steps, self._steps_of_epoch = 0, 0, 1

    def begin(self, epoch: int, steps: int) -> None:
        """Say which epoch begins, counted from 0, and of how many steps it is."""
        self._epoch, self._steps, self._steps_of_epoch = epoch, 0, steps

    def zero_grad(self) -> None:
        """Forget the gradients."""
        self._optimizer.zero_grad()

    def step(self) -> None:
        """Change the weights by their gradients."""
        settings = self._settings
        if settings.lr_schedule == "cosine":
            done = (self._epoch + self._steps / self._steps_of_epoch) / settings.epochs
            for group in self._optimizer.param_groups:
                group["lr"] = settings.learning_rate * 0.5 * (1.0 + math.cos(math.pi * done))
        if settings.max_grad_norm is not None:
            nn.utils.clip_grad_norm_(self._network.parameters(), settings.max_grad_norm)
        self._optimizer.step()
        self._steps += 1

    def state_dict(self) -> dict[str, Any]:
        """The optimizer's moments."""
        return self._optimizer.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore from `state_dict`."""
        self._optimizer.load_state_dict(state)


def _optimizer_of(network: nn.Module, settings: Optimized) -> torch.optim.Optimizer:
    weights, rate = network.parameters(), settings.learning_rate
    decay = settings.weight_decay
    if settings.optimizer == "adadelta":
        return torch.optim.Adadelta(weights, rate, _RHO, _EPSILON, decay)
    if settings.optimizer == "adamw":
        return torch.optim.AdamW(weights, rate, weight_decay=decay)
    return torch.optim.Adam(weights, rate, _ADAM, weight_decay=decay)
