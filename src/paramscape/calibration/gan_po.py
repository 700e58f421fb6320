"""GAN-PO: a generator of parameter fields, judged by a discriminator of simulated images."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from paramscape.domain import Cells
from paramscape.simulator import Windows
from paramscape.study import GanPo

from . import seeds
from .images import active_image, from_image, to_image
from .losses import clamp_through, discriminator_loss, generator_loss, masked_l1, range_loss
from .networks.discriminator import Discriminator
from .networks.unet import UNet
from .problem import Problem, Workplace
from .record import Record
from .start import start_of
from .stretches import simulate, single_days, stretches
from .training import train


def calibrate_gan_po(problem: Problem, settings: GanPo, workplace: Workplace) -> Tensor:
    """Learn parameter fields by the GAN-PO method (Sun et al. 2024).

    A U-Net maps the image of the attributes to parameter fields; the simulator turns them into
    daily images of the target; a discriminator tells these from observed ones, given the forcing.
    The generator minimises, on standardised targets,

        adversarial_weight E[(D(f, h(G)) - 1)^2] + l1_weight |h(G) - y| + range_weight L_R

    and the discriminator E[(D(f, y) - 1)^2] + E[D(f, h(G))^2], one Adam step each for every
    mini-batch. Parameters are held inside the priors on their way into the simulator, see
    `losses.clamp_through`. Mini-batches are random days; on a simulator that keeps states they
    are stretches of consecutive days, `settings.vic`.

    Args:
        problem: what is calibrated.
        settings: of the method.
        workplace: history (`train/l1` in standard deviations of the observations, `train/range`,
            `train/adversarial`, `train/discriminator`, validation scores) and checkpoint.

    Returns:
        (cell, parameter) physical values of the best validated epoch.
    """
    return train(GanPoLearner(problem, settings, workplace.seed), problem, settings, workplace)


class GanPoLearner:
    """Generator, discriminator and one mini-batch's step; see `training.Learner`."""

    name = "gan-po"
    losses = ("l1", "range", "adversarial", "discriminator")

    def __init__(self, problem: Problem, settings: GanPo, seed: int):
        self.problem, self.settings = problem, settings
        self.record = Record.of_training(problem)
        evidence = problem.evidence
        attributes = evidence.attributes.to(torch.float32)
        mask = active_image(evidence.cells, attributes)
        self.image = torch.cat([to_image(attributes.t(), evidence.cells), mask[None]])[None]
        weights = seeds.stream(seed, seeds.WEIGHTS)
        self.generator = UNet(self.image.shape[1], settings.channels, start_of(problem)).initialise(
            weights
        )
        channels = self.record.forcing.shape[-1] + 2
        self.discriminator = Discriminator(
            channels, settings.channels, evidence.cells.shape
        ).initialise(weights)
        for network in (self.generator, self.discriminator):
            network.to(attributes.device)
        self.generator_steps = self._adam(self.generator)
        self.discriminator_steps = self._adam(self.discriminator)

    def stateful(self) -> Mapping[str, Any]:
        """Both networks and their optimisers."""
        names = ("generator", "discriminator", "generator_steps", "discriminator_steps")
        return {name: getattr(self, name) for name in names}

    def batches(self, generator: torch.Generator) -> Sequence[Windows]:
        """Random days, or random stretches where the simulator keeps states."""
        days, vic = self.record.days, self.settings.vic
        if self.problem.simulator.keeps_states:
            return stretches(days, vic.days, vic.windows, generator)
        return single_days(days, self.settings.batch_days, generator)

    def step(self, batch: Windows, generator: torch.Generator) -> dict[str, float]:
        """One step of the discriminator, then one of the generator, on the same simulation."""
        unit = self._unit()
        parameters = self.problem.priors.to_physical(clamp_through(unit))
        simulated = self.record.standardise(simulate(self.problem, parameters, batch))
        simulated = simulated.to(unit.dtype).flatten(0, 1)
        forcing, target, present = self._cut(batch, unit.device)
        cells = self.problem.evidence.cells
        observed_scene = scene(forcing, target, present, cells)
        simulated_scene = scene(forcing, simulated, present, cells)
        losses = {"discriminator": self._judge(observed_scene, simulated_scene.detach())}
        parts = {
            "l1": masked_l1(simulated, target, present),
            "range": range_loss(unit),
            "adversarial": generator_loss(self.discriminator(simulated_scene)),
        }
        self._improve(parts)
        return losses | {name: float(part.detach()) for name, part in parts.items()}

    @torch.no_grad()
    def parameters(self) -> Tensor:
        """The generator's present fields, inside the priors; see `training.Learner`."""
        return self.problem.priors.to_physical(self._unit().to(torch.float64).clamp(0.0, 1.0))

    def _unit(self) -> Tensor:
        """(cell, parameter) on the unit scale of the priors, where they may leave the interval."""
        return from_image(self.generator(self.image)[0], self.problem.evidence.cells).t()

    def _cut(self, batch: Windows, device: torch.device) -> tuple[Tensor, Tensor, Tensor]:
        """Forcing, target and its presence (image, cell, ...) of a mini-batch's days."""
        days = (batch.first_days[:, None] + torch.arange(batch.days)).flatten().to(device)
        record = self.record
        return record.forcing[days], record.target[days], record.present[days]

    def _judge(self, observed: Tensor, simulated: Tensor) -> float:
        """Teach the discriminator and return its loss."""
        loss = discriminator_loss(self.discriminator(observed), self.discriminator(simulated))
        self.discriminator_steps.zero_grad()
        loss.backward()
        self.discriminator_steps.step()
        return float(loss.detach())

    def _improve(self, parts: Mapping[str, Tensor]) -> None:
        """Teach the generator by the weighted sum of its losses."""
        weights = {
            "l1": self.settings.l1_weight,
            "range": self.settings.range_weight,
            "adversarial": self.settings.adversarial_weight,
        }
        self.generator_steps.zero_grad()
        sum(weights[name] * part for name, part in parts.items()).backward()
        self.generator_steps.step()

    def _adam(self, network: torch.nn.Module) -> torch.optim.Adam:
        betas = (self.settings.beta1, self.settings.beta2)
        return torch.optim.Adam(network.parameters(), self.settings.learning_rate, betas)


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
