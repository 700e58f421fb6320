"""Pre-training of a network on the parameters that a search of each cell found.

From one starting point in all cells, gradient descent ends in curved valleys, where parameters
compensate each other, far from the best parameters; a global search in each cell does not.
"""

import copy
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.learner import FieldNetwork
from paramscape.calibration.problem import SearchedFields
from paramscape.files import read_dataset, read_table
from paramscape.grid.cells import Cells
from paramscape.parameters.datasets import fields_of
from paramscape.study import Pretraining

_MAX_GRAD_NORM = 1.0


def read_search(
    parameters: Path, history: Path, names: Sequence[str], cells: Cells, default: Tensor
) -> SearchedFields:
    """Read the parameters that `cell-sceua` found, and their cost.

    Args:
        parameters: file of kind `parameters`.
        history: the search's, with `model_runs` and `seconds`.
        names: of the calibrated parameters.
        cells: of the domain.
        default: (cell, parameter), which gives the type and device of the parameters.

    Raises:
        FileContractError: if a file is broken or lacks a column.
    """
    fields = fields_of(read_dataset(parameters, "parameters"), names, cells)
    course = read_table(history, ["model_runs", "seconds"])
    return SearchedFields(
        torch.from_numpy(fields).to(default),
        int(course["model_runs"].iloc[-1]),
        float(course["seconds"].sum()),
    )


def pretrain(
    field_network: FieldNetwork,
    target: Tensor,
    settings: Pretraining,
    learners: Tensor | slice = slice(None),
) -> float:
    """Train a network to give parameter fields, and return the remaining mean square error.

    Adam's learning rate decays to 0 as a cosine; the weights with the smallest error are kept.

    Args:
        field_network: is trained.
        target: (cell, parameter) on the unit scale.
        settings: number of steps and initial learning rate.
        learners: (cell,) bool, the cells whose parameters count; all by default.
    """
    network = field_network.network
    target = target.to(next(network.parameters()))[learners]
    optimizer = torch.optim.Adam(network.parameters(), settings.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.steps)
    smallest, best = float("inf"), network.state_dict()
    for step in range(settings.steps + 1):
        error = (field_network.unit()[learners] - target).square().mean()
        if float(error.detach()) < smallest:
            smallest, best = float(error.detach()), copy.deepcopy(network.state_dict())
        if step < settings.steps:
            optimizer.zero_grad()
            error.backward()
            nn.utils.clip_grad_norm_(network.parameters(), _MAX_GRAD_NORM)
            optimizer.step()
            schedule.step()
    network.load_state_dict(best)
    return smallest
