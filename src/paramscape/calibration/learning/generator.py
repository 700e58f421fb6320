"""The generator of parameter fields, its losses and its optimizer."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.initial_parameters import start_of
from paramscape.calibration.learning.losses import clamp_through, masked_l1, range_loss
from paramscape.calibration.learning.minibatches import (
    MiniBatch,
    random_windows,
    simulate,
    single_days,
)
from paramscape.calibration.learning.networks.unet import UNet
from paramscape.calibration.learning.preconditioner import Preconditioner
from paramscape.calibration.problem import Problem
from paramscape.calibration.training_data import TrainingSeries
from paramscape.grid.images import active_image, from_image, to_image
from paramscape.study import GanPoL1


class Images(NamedTuple):
    """Observed and simulated images of the days that a mini-batch uses.

    forcing: (image, cell, variable), standardised. simulated, target: (image, cell), standardised
    as the observations are; target is 0 where missing. present: (image, cell), 1 where observed.
    """

    forcing: Tensor
    simulated: Tensor
    target: Tensor
    present: Tensor


class FieldGenerator:
    """A U-Net that maps the image of the attributes to parameter fields, and its optimizer.

    The network's output is on the unit scale of the priors and may leave the unit interval;
    `losses.clamp_through` moves it back before the simulator runs.

    Args:
        problem: what is calibrated.
        settings: of the method.
        weights: of the network's first weights.
    """

    def __init__(self, problem: Problem, settings: GanPoL1, weights: torch.Generator):
        self.problem, self.settings = problem, settings
        self.series = TrainingSeries.of_training(problem)
        cells = problem.data.cells
        attributes = problem.data.attributes.to(torch.float32)
        mask = active_image(cells, attributes)
        self.image = torch.cat([to_image(attributes.t(), cells), mask[None]])[None]
        self.network = UNet(self.image.shape[1], settings.channels, start_of(problem))
        self.network.initialise(weights).to(attributes.device)
        self.preconditioner = Preconditioner(problem, settings.stateful.preconditioner)
        betas = (settings.beta1, settings.beta2)
        self.optimizer = torch.optim.Adam(self.network.parameters(), settings.learning_rate, betas)

    def batches(self, generator: torch.Generator) -> Sequence[MiniBatch]:
        """Random days, or random windows on a simulator with states; each day once per epoch."""
        if self.problem.simulator.is_stateful:
            return random_windows(self.series.days, self.settings.stateful, generator)
        return single_days(self.series.days, self.settings.batch_days, generator)

    def unit(self, network: nn.Module | None = None) -> Tensor:
        """(cell, parameter) on the unit scale of the priors, by default of this network."""
        image = (network or self.network)(self.image)[0]
        return from_image(image, self.problem.data.cells).t()

    @torch.no_grad()
    def parameters(self, network: nn.Module | None = None) -> Tensor:
        """(cell, parameter) physical values inside the priors, by default of this network."""
        unit = self.unit(network).to(torch.float64)
        return self.problem.priors.to_physical(unit.clamp(0.0, 1.0))

    def simulate(self, batch: MiniBatch) -> tuple[Tensor, Images]:
        """The present parameters on the unit scale, and the images simulated with them."""
        unit, record = self.unit(), self.series
        parameters = self.problem.priors.to_physical(clamp_through(self.preconditioner(unit)))
        simulated = record.standardise(simulate(self.problem, parameters, batch.windows))
        days = batch.days[batch.used].to(unit.device)
        return unit, Images(
            record.forcing[days],
            simulated[batch.used.to(unit.device)].to(unit.dtype),
            record.target[days],
            record.present[days],
        )

    def losses(self, unit: Tensor, images: Images) -> dict[str, Tensor]:
        """The losses `l1` and `range` of what `simulate` gave."""
        return {
            "l1": masked_l1(images.simulated, images.target, images.present),
            "range": range_loss(unit),
        }

    def optimizer_step(self, losses: Mapping[str, Tensor]) -> dict[str, float]:
        """One step down the sum of the losses, each multiplied by its weight in the settings.

        Returns:
            the losses' values, without their weights.
        """
        weighted = (self.settings.weights[name] * loss for name, loss in losses.items())
        self.optimizer.zero_grad()
        sum(weighted).backward()
        self.optimizer.step()
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def state_dict(self) -> dict[str, Any]:
        """The network's weights and the optimizer's moments."""
        return {"network": self.network.state_dict(), "optimizer": self.optimizer.state_dict()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore from `state_dict`."""
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
