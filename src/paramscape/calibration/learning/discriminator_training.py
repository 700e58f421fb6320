"""Training of the discriminator, which learns to tell observed images from simulated ones."""

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

_TARGET = -2  # channel of a stacked image


class DiscriminatorTrainer:
    """The discriminator, its optimizer and the stabilisers that act on them.

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
        self.optimizer = torch.optim.Adam(self.network.parameters(), rate, betas)
        self.n_steps = 0

    def step(self, observed: Tensor, simulated: Tensor) -> dict[str, float]:
        """One optimizer step on stacked images (image, channel, lat, lon) of the same days.

        Returns:
            the loss `discriminator` without the R1 penalty, and the mean scores `d_real` of the
            observed and `d_fake` of the simulated images.
        """
        real, fake = self.network(observed), self.network(simulated.detach())
        loss = discriminator_loss(real, fake, self.stabilisers.real_label)
        self.optimizer.zero_grad()
        (loss + self._penalty(observed)).backward()
        self.optimizer.step()
        self.n_steps += 1
        values = {"discriminator": loss, "d_real": real.mean(), "d_fake": fake.mean()}
        return {name: float(value.detach()) for name, value in values.items()}

    def adversarial_loss(self, simulated: Tensor) -> Tensor:
        """The generator's adversarial loss of simulated images, with gradients to them."""
        return generator_loss(self.network(simulated))

    def state_dict(self) -> dict[str, Any]:
        """The network's weights, the optimizer's moments and the number of steps."""
        network, optimizer = self.network.state_dict(), self.optimizer.state_dict()
        return {"network": network, "optimizer": optimizer, "n_steps": self.n_steps}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore from `state_dict`."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.n_steps = state["n_steps"]

    def _penalty(self, observed: Tensor) -> Tensor | float:
        """The R1 penalty of the target in observed images, in every `r1_every`-th step."""
        gamma, every = self.stabilisers.r1_gamma, self.stabilisers.r1_every
        if gamma == 0 or self.n_steps % every:
            return 0.0
        target = observed[:, _TARGET].detach().unsqueeze(1).requires_grad_()
        with_target = torch.cat([observed[:, :_TARGET], target, observed[:, _TARGET + 1 :]], 1)
        return 0.5 * gamma * every * gradient_penalty(self.network(with_target), target)


def stack_images(forcing: Tensor, target: Tensor, present: Tensor, cells: Cells) -> Tensor:
    """Images for the discriminator: forcing, target, and where the target was observed.

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
