"""ParaFormer_A: each cell's parameters from its attributes alone, by a transformer."""

import torch
from torch import Tensor

from paramscape.calibration.learning.initial_parameters import start_of
from paramscape.calibration.learning.networks.paraformer_a import ParaFormerA
from paramscape.calibration.learning.read_windows import ReadWindows
from paramscape.calibration.learning.sample_learner import SampleLearner
from paramscape.calibration.learning.training import train
from paramscape.calibration.problem import Problem
from paramscape.jobs.checkpoint import RunPaths
from paramscape.study import ParaFormerAttributes, random_streams


def calibrate_paraformer_a(
    problem: Problem, settings: ParaFormerAttributes, paths: RunPaths, seed: int
) -> Tensor:
    """Learn parameter fields by ParaFormer_A (Li and Lu 2023).

    For mini-batches and losses see `SampleLearner`.

    Args:
        problem: what is calibrated.
        settings: of the method.
        paths: history (`train/rmse` in standard deviations of the observations, `train/range`,
            validation scores) and checkpoint.
        seed: root of all random numbers.

    Returns:
        (cell, parameter) physical values of the best validated epoch.
    """
    return train(paraformer_a_learner, problem, settings, paths, seed)


def paraformer_a_learner(
    problem: Problem, settings: ParaFormerAttributes, seed: int
) -> SampleLearner:
    """ParaFormer_A with first weights of a seed, and what it reads."""
    attributes = problem.data.attributes.to(torch.float32)
    network = ParaFormerA(attributes.shape[-1], settings, start_of(problem))
    network.initialise(random_streams.torch_generator(seed, "weights"))
    days = problem.periods.train.days
    windows = ReadWindows(min(settings.sequence_days, days), days, "last", 1)
    return SampleLearner(network, _Attributes(attributes, windows), problem, settings)


class _Attributes:
    """The attributes of a cell, whatever the days."""

    name = "paraformer-a"

    def __init__(self, attributes: Tensor, windows: ReadWindows):
        self.attributes, self.windows = attributes, windows

    def __call__(self, cells: Tensor, first: int) -> tuple[Tensor]:
        return (self.attributes[cells],)
