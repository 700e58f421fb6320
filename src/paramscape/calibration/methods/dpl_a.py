"""dPL with FFN_A: each cell's parameters from its attributes alone."""

import torch
from torch import Tensor

from paramscape.calibration.learning.dpl import DplLearner
from paramscape.calibration.learning.initial_parameters import start_of
from paramscape.calibration.learning.networks.ffn_a import FfnA
from paramscape.calibration.learning.training import train
from paramscape.calibration.problem import Problem
from paramscape.jobs.checkpoint import RunPaths
from paramscape.study import DplA, random_streams


def calibrate_dpl_a(problem: Problem, settings: DplA, paths: RunPaths, seed: int) -> Tensor:
    """Learn parameter fields by differentiable parameter learning (Tsai et al. 2021, g_A).

    A network of two hidden layers maps a cell's attributes to its parameters; for mini-batches and
    loss see `DplLearner`.

    Args:
        problem: what is calibrated.
        settings: of the method.
        paths: history (`train/rmse` in standard deviations of the observations, validation
            scores) and checkpoint.
        seed: root of all random numbers.

    Returns:
        (cell, parameter) physical values of the best validated epoch.
    """
    return train(dpl_a_learner, problem, settings, paths, seed)


def dpl_a_learner(problem: Problem, settings: DplA, seed: int) -> DplLearner:
    """FFN_A with first weights of a seed, and what it reads."""
    attributes = problem.data.attributes.to(torch.float32)
    network = FfnA(attributes.shape[-1], settings.hidden, settings.dropout, start_of(problem))
    network.initialise(random_streams.torch_generator(seed, "weights"))
    return DplLearner("dpl-a", network, attributes, problem, settings)
