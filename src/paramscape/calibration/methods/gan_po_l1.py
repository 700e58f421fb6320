"""GAN-PO without its discriminator: the ablation that shows what the generator achieves alone."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from paramscape.calibration.learning.generator import FieldGenerator
from paramscape.calibration.learning.minibatches import MiniBatch
from paramscape.calibration.learning.training import train
from paramscape.calibration.problem import Problem
from paramscape.jobs.checkpoint import RunPaths
from paramscape.study import GanPoL1, random_streams


def calibrate_gan_po_l1(problem: Problem, settings: GanPoL1, paths: RunPaths, seed: int) -> Tensor:
    """Learn parameter fields by GAN-PO's generator from the L1 loss alone.

    The ablation of Sun et al. (2024), section 4.3: the generator minimises
    l1_weight |h(G) - y| + range_weight L_R on standardised targets.

    Args:
        problem: what is calibrated.
        settings: of the method.
        paths: history (`train/l1` in standard deviations of the observations, `train/range`,
            validation scores) and checkpoint.
        seed: root of all random numbers.

    Returns:
        (cell, parameter) physical values of the best validated epoch.
    """
    return train(GanPoL1Learner, problem, settings, paths, seed)


class GanPoL1Learner:
    """The generator and one mini-batch's step; see `learner.Learner`."""

    name = "gan-po-l1"
    losses = ("l1", "range")

    def __init__(self, problem: Problem, settings: GanPoL1, seed: int):
        self.field_network = FieldGenerator(
            problem, settings, random_streams.torch_generator(seed, "weights")
        )

    def stateful(self) -> Mapping[str, Any]:
        """The generator."""
        return {"generator": self.field_network}

    def batches(self, epoch: int, generator: torch.Generator) -> Sequence[MiniBatch]:
        """Random days or windows; see `FieldGenerator.batches`."""
        return self.field_network.batches(generator)

    def step(self, batch: MiniBatch, generator: torch.Generator) -> dict[str, float]:
        """One step of the generator."""
        return self.field_network.optimizer_step(
            self.field_network.losses(*self.field_network.simulate(batch))
        )

    def parameters(self) -> Tensor:
        """The generator's present fields, inside the priors."""
        return self.field_network.parameters()

    def result(self) -> Tensor:
        """The same as `parameters`."""
        return self.parameters()
