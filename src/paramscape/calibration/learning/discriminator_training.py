"""The discriminator in training: it learns to tell observed images from simulated ones."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from paramscape.calibration.learning.losses import (
    discriminator_loss,
    generator_loss,
    gradient_penalty,
)
from paramscape.calibration.learning.networks.discriminator import Discriminator
from paramscape.grid.cells import Cells
from paramscape.grid.images import to_image
from paramscape.study import GanPo

_TARGET = -2  # channel of a scene


class Critic:
    """The discriminator, its optimiser and the stabilisers that act on them.

    Args:
        variables: of the forcing.
        cells: the domain.
        settings: of the method.
        weights: of the network's first weights.
    """

    def __init__(self, variables: int, cells: Cells, settings: GanPo, weights: torch.Generator):
        self.stabilisers = settings.stabilisers
        self.network = Discriminator(
            variables + 2,
            settings.channels,
            cells.shape,
            self.stabilisers.spectral_norm,
            self.stabilisers.patch,
        ).initialise(weights)
        rate = self.stabilisers.discriminator_learning_rate or settings.learning_rate
        betas = (settings.beta1, settings.beta2)
        self.steps = torch.optim.Adam(self.network.parameters(), rate, betas)
        self.judged = 0

    def judge(self, observed: Tensor, simulated: Tensor) -> dict[str, float]:
        """Learn from scenes (image, channel, lat, lon) of the same days.

        Returns:
            the loss `discriminator` without the R1 penalty, and the mean scores `d_real` of the
            observed and `d_fake` of the simulated scenes.
        """
        real, fake = self.network(observed), self.network(simulated.detach())
        loss = discriminator_loss(real, fake, self.stabilisers.real_label)
        self.steps.zero_grad()
        (loss + self._penalty(observed)).backward()
        self.steps.step()
        self.judged += 1
        values = {"discriminator": loss, "d_real": real.mean(), "d_fake": fake.mean()}
        return {name: float(value.detach()) for name, value in values.items()}

    def loss_of(self, simulated: Tensor) -> Tensor:
        """The generator's adversarial loss of simulated scenes, with gradients to them."""
        return generator_loss(self.network(simulated))

    def state_dict(self) -> dict[str, Any]:
        """The network's weights, the optimiser's moments and the number of steps."""
        network, steps = self.network.state_dict(), self.steps.state_dict()
        return {"network": network, "steps": steps, "judged": self.judged}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take up where `state_dict` was taken."""
        self.network.load_state_dict(state["network"])
        self.steps.load_state_dict(state["steps"])
        self.judged = state["judged"]

    def _penalty(self, observed: Tensor) -> Tensor | float:
        """The R1 penalty of the target in observed scenes, in every `r1_every`-th step."""
        gamma, every = self.stabilisers.r1_gamma, self.stabilisers.r1_every
        if gamma == 0 or self.judged % every:
            return 0.0
        target = observed[:, _TARGET].detach().unsqueeze(1).requires_grad_()
        with_target = torch.cat([observed[:, :_TARGET], target, observed[:, _TARGET + 1 :]], 1)
        return 0.5 * gamma * every * gradient_penalty(self.network(with_target), target)


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
