"""GAN-PO: a generator of parameter fields, and a discriminator of observed and simulated images."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from paramscape.calibration.learning.discriminator_training import (
    DiscriminatorTrainer,
    stack_images,
)
from paramscape.calibration.learning.generator import FieldGenerator, Images
from paramscape.calibration.learning.minibatches import MiniBatch
from paramscape.calibration.learning.training import train
from paramscape.calibration.problem import Problem
from paramscape.jobs.checkpoint import RunPaths
from paramscape.study import GanPo, random_streams


def calibrate_gan_po(problem: Problem, settings: GanPo, paths: RunPaths, seed: int) -> Tensor:
    """Learn parameter fields by the GAN-PO method (Sun et al. 2024).

    A U-Net maps the image of the attributes to parameter fields; the simulator turns them into
    daily images of the target; a discriminator tells these from observed ones, given the forcing.
    The generator minimises, on standardised targets,

        adversarial_weight E[(D(f, h(G)) - 1)^2] + l1_weight |h(G) - y| + range_weight L_R

    and the discriminator E[(D(f, y) - 1)^2] + E[D(f, h(G))^2], one Adam step each for every
    mini-batch. Parameters are held inside the priors on their way into the simulator, see
    `losses.clamp_through`. Mini-batches are random days; on a simulator with states they are
    windows of consecutive days, see `settings.stateful`. For `settings.stabilisers` see the
    descriptions of its fields.

    Args:
        problem: what is calibrated.
        settings: of the method.
        paths: history (`train/l1` in standard deviations of the observations, `train/range`,
            `train/adversarial`, `train/discriminator`, the discriminator's mean scores
            `train/d_real` of observations and `train/d_fake` of simulations, validation scores)
            and checkpoint.
        seed: root of all random numbers.

    Returns:
        (cell, parameter) physical values of the best validated epoch.
    """
    return train(GanPoLearner, problem, settings, paths, seed)


class GanPoLearner:
    """Generator, discriminator and one mini-batch's step; see `learner.Learner`."""

    name = "gan-po"
    losses = ("l1", "range", "adversarial", "discriminator", "d_real", "d_fake")

    def __init__(self, problem: Problem, settings: GanPo, seed: int):
        self.settings, self.cells = settings, problem.data.cells
        weights = random_streams.torch_generator(seed, "weights")
        self.field_network = FieldGenerator(problem, settings, weights)
        forcing = self.field_network.series.forcing
        self.discriminator = DiscriminatorTrainer(forcing.shape[-1], self.cells, settings, weights)
        self.discriminator.network.to(forcing.device)
        decay = settings.stabilisers.ema
        self.average = None if decay is None else moving_average(self.field_network.network, decay)
        self.epoch = 0

    def stateful(self) -> Mapping[str, Any]:
        """Generator and discriminator, and the generator's average."""
        parts = {"generator": self.field_network, "discriminator": self.discriminator}
        return parts if self.average is None else parts | {"average": self.average}

    def batches(self, epoch: int, generator: torch.Generator) -> Sequence[MiniBatch]:
        """Random days or windows; see `FieldGenerator.batches`."""
        self.epoch = epoch
        return self.field_network.batches(generator)

    def step(self, batch: MiniBatch, generator: torch.Generator) -> dict[str, float]:
        """One step of the discriminator, then one of the generator, on the same simulation."""
        unit, images = self.field_network.simulate(batch)
        losses, scores = self.field_network.losses(unit, images), {}
        if self.epoch >= self.settings.stabilisers.warmup_epochs:
            observed, simulated = self._images(images, generator)
            scores = self.discriminator.step(observed, simulated)
            losses["adversarial"] = self.discriminator.adversarial_loss(simulated)
        values = scores | self.field_network.optimizer_step(losses)
        if self.average is not None:
            self.average.update_parameters(self.field_network.network)
        return values

    def parameters(self) -> Tensor:
        """The generator's present fields, inside the priors."""
        return self.field_network.parameters()

    def result(self) -> Tensor:
        """The fields of the generator's average, where there is one, or `parameters`."""
        follows = self.average is not None and self.average.n_averaged > 0
        return self.field_network.parameters(self.average if follows else None)

    def _images(self, images: Images, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Observed and simulated images for the discriminator, with the noise of this epoch."""
        share = 1.0 - self.epoch / self.settings.epochs
        deviation = share * self.settings.stabilisers.instance_noise
        pair = []
        for target in (images.target, images.simulated):
            if deviation > 0:
                noise = torch.randn(target.shape, generator=generator).to(target)
                target = target + deviation * noise
            pair.append(stack_images(images.forcing, target, images.present, self.cells))
        return pair[0], pair[1]


def moving_average(network: nn.Module, decay: float) -> AveragedModel:
    """A copy of a network that follows it: a <- decay a + (1 - decay) w with each update."""
    return AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(decay))
