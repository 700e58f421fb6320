"""A head start: fields that a search of each cell found, which a network learns to give first.

From one starting point in all cells, gradients lead into curved valleys where parameters make up
for each other, and there to ends that are far from the best; a search in each cell is not led.
"""

import copy
from pathlib import Path

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.learner import Fields
from paramscape.calibration.problem import SearchedFields
from paramscape.files import read_dataset, read_table
from paramscape.grid.cells import Cells
from paramscape.parameters.datasets import fields_of
from paramscape.study import Pretraining

_LONGEST_GRADIENT = 1.0


def read_search(parameters: Path, history: Path, cells: Cells, default: Tensor) -> SearchedFields:
    """Read what `cell-sceua` wrote: its fields, and what they cost.

    Args:
        parameters: file of kind `parameters`.
        history: the search's, with `model_runs` and `seconds`.
        cells: of the domain.
        default: (cell, parameter), of whose type and device the fields are.

    Raises:
        FileContractError: if a file is broken or lacks a column.
    """
    fields = fields_of(read_dataset(parameters, "parameters"), cells)
    course = read_table(history, ["model_runs", "seconds"])
    return SearchedFields(
        torch.from_numpy(fields).to(default),
        int(course["model_runs"].iloc[-1]),
        float(course["seconds"].sum()),
    )


def pretrain(fields: Fields, target: Tensor, settings: Pretraining) -> float:
    """Let a network learn to give fields, and return the mean square error that is left.

    Adam's steps shorten to nothing along a cosine; the weights that came closest are kept.

    Args:
        fields: with the network, see `learner.Fields`.
        target: (cell, parameter) on the unit scale.
        settings: number and first size of the steps.
    """
    network = fields.network
    target = target.to(next(network.parameters()))
    adam = torch.optim.Adam(network.parameters(), settings.learning_rate)
    shorten = torch.optim.lr_scheduler.CosineAnnealingLR(adam, settings.steps)
    best, closest = float("inf"), network.state_dict()
    for step in range(settings.steps + 1):
        error = (fields.unit() - target).square().mean()
        if float(error.detach()) < best:
            best, closest = float(error.detach()), copy.deepcopy(network.state_dict())
        if step < settings.steps:
            adam.zero_grad()
            error.backward()
            nn.utils.clip_grad_norm_(network.parameters(), _LONGEST_GRADIENT)
            adam.step()
            shorten.step()
    network.load_state_dict(closest)
    return best
