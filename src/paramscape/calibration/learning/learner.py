"""What the training loop asks of a method that learns by gradients."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.minibatches import MiniBatch
from paramscape.calibration.learning.preconditioner import Preconditioner


class FieldNetwork(Protocol):
    """A network that gives parameter fields.

    preconditioner: of the gradients from the simulator to the network's output.
    """

    network: nn.Module
    preconditioner: Preconditioner

    def unit(self) -> Tensor:
        """(cell, parameter) on the unit scale of the priors, with gradients to the network."""
        ...


class Learner(Protocol):
    """A method that learns by mini-batches.

    name: of the method, as in the settings. losses: names that `step` may report. field_network:
    the network that gives the parameters.
    """

    name: str
    losses: tuple[str, ...]
    field_network: FieldNetwork

    def stateful(self) -> Mapping[str, Any]:
        """Networks and optimizers by name: everything with a state dict that learning changes."""
        ...

    def batches(self, epoch: int, generator: torch.Generator) -> Sequence[MiniBatch]:
        """The mini-batches of an epoch; `epoch` is the number of those before it."""
        ...

    def step(self, batch: MiniBatch, generator: torch.Generator) -> dict[str, float]:
        """Learn from one mini-batch and report its losses by name."""
        ...

    def parameters(self) -> Tensor:
        """The present parameters (cell, parameter), physical values without gradient."""
        ...

    def result(self) -> Tensor:
        """The parameters to validate and to return in the end; like `parameters`."""
        ...
