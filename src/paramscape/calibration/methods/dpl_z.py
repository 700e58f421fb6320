"""dPL with LSTM_Z: each cell's parameters from its own record and attributes."""

import torch
from torch import Tensor

from paramscape.calibration.learning.dpl import DplLearner
from paramscape.calibration.learning.initial_parameters import start_of
from paramscape.calibration.learning.networks.lstm_z import LstmZ
from paramscape.calibration.learning.read_windows import ReadWindows
from paramscape.calibration.learning.training import train
from paramscape.calibration.problem import Problem
from paramscape.calibration.training_data import TrainingSeries
from paramscape.jobs.checkpoint import RunPaths
from paramscape.study import DplZ, random_streams


def calibrate_dpl_z(problem: Problem, settings: DplZ, paths: RunPaths, seed: int) -> Tensor:
    """Learn parameter fields by differentiable parameter learning (Tsai et al. 2021, g_Z).

    An LSTM reads a cell's last `settings.sequence_days` days of forcing and observations and its
    attributes; its last state gives the cell's parameters. With `settings.inference: mean` it reads
    random windows of as many days, see `read_windows`. For mini-batches and loss see `DplLearner`.

    Args:
        problem: what is calibrated.
        settings: of the method.
        paths: history (`train/rmse` in standard deviations of the observations, validation
            scores) and checkpoint.
        seed: root of all random numbers.

    Returns:
        (cell, parameter) physical values of the best validated epoch.
    """
    return train(dpl_z_learner, problem, settings, paths, seed)


def dpl_z_learner(problem: Problem, settings: DplZ, seed: int) -> DplLearner:
    """LSTM_Z with first weights of a seed, and what it reads."""
    record = TrainingSeries.of_training(problem)
    days, windows = min(settings.sequence_days, record.days), None
    if settings.inference == "mean":
        windows = ReadWindows(days, record.days, "mean", settings.inference_windows)
        days = record.days
    values = network_input(record, problem, days)
    network = LstmZ(values.shape[-1], settings.hidden, settings.dropout, start_of(problem))
    network.initialise(random_streams.torch_generator(seed, "weights"))
    return DplLearner("dpl-z", network, values, problem, settings, windows)


def network_input(record: TrainingSeries, problem: Problem, days: int) -> Tensor:
    """What LSTM_Z reads, (day, cell, forcing + observation + whether observed + attributes).

    The last `days` days of the training period, or all of it where it is shorter. Missing
    observations are 0, which is their mean, and flagged by 0.
    """
    attributes = problem.data.attributes.to(torch.float32)
    kept = slice(max(0, record.days - days), None)
    still = attributes.expand(len(record.target[kept]), -1, -1)
    target, present = (r[kept].unsqueeze(-1) for r in (record.readable, record.is_readable))
    return torch.cat([record.forcing[kept], target, present, still], -1)
