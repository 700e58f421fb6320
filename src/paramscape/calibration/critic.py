"""The discriminator in training: it learns to tell observed images from simulated ones."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from paramscape.domain import Cells
from paramscape.study import GanPo

from .images import to_image
from .losses import discriminator_loss, generator_loss
from .networks.discriminator import Discriminator


class Critic:
    """The discriminator and its optimiser.

    Args:
        variables: of the forcing.
        cells: the domain.
        settings: of the method.
        weights: of the network's first weights.
    """

    def __init__(self, variables: int, cells: Cells, settings: GanPo, weights: torch.Generator):
        self.network = Discriminator(variables + 2, settings.channels, cells.shape)
        self.network.initialise(weights)
        betas = (settings.beta1, settings.beta2)
        self.steps = torch.optim.Adam(self.network.parameters(), settings.learning_rate, betas)

    def judge(self, observed: Tensor, simulated: Tensor) -> dict[str, float]:
        """Learn from scenes (image, channel, lat, lon) of the same days.

        Returns:
            the loss `discriminator`, and the mean scores `d_real` of the observed and `d_fake` of
            the simulated scenes.
        """
        real, fake = self.network(observed), self.network(simulated.detach())
        loss = discriminator_loss(real, fake)
        self.steps.zero_grad()
        loss.backward()
        self.steps.step()
        values = {"discriminator": loss, "d_real": real.mean(), "d_fake": fake.mean()}
        return {name: float(value.detach()) for name, value in values.items()}

    def loss_of(self, simulated: Tensor) -> Tensor:
        """The generator's adversarial loss of simulated scenes, with gradients to them."""
        return generator_loss(self.network(simulated))

    def state_dict(self) -> dict[str, Any]:
        """The network's weights and the optimiser's moments."""
        return {"network": self.network.state_dict(), "steps": self.steps.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take up where `state_dict` was taken."""
        self.network.load_state_dict(state["network"])
        self.steps.load_state_dict(state["steps"])


def scene(forcing: Tensor, target: Tensor, present: Tensor, cells: Cells) -> Tensor:
    """What the discriminator sees of some days: forcing, target and where it was observed.

    The target is 0 outside the domain and wherever there is no observation, in observed and in
    simulated images alike, so that gaps do not tell them apart.

    Args:
        forcing: (image, cell, variable), standardised.
        target: (image, cell), standardised and finite.
        present: (image, cell), 1 where observed, else 0.
        cells: the domain.

    Returns:
        (image, variable + 2, lat, lon).
    """
    masked = (target * present).unsqueeze(1)
    channels = torch.cat([forcing.movedim(-1, 1), masked, present.unsqueeze(1)], 1)
    return to_image(channels, cells)
