"""A head start: fields that a search in each cell found, which a network learns to give first.

From one starting point in all cells, gradients lead into curved valleys where parameters make up
for each other, and there to ends that are far from the best; a search in each cell is not led.
"""

import copy
from dataclasses import replace

import torch
from torch import Tensor, nn

from paramscape.study import CellSceua, HeadStart

from .cell_sceua import search_cells
from .learner import Fields
from .problem import Problem, Workplace

_LONGEST_GRADIENT = 1.0


def searched_fields(
    problem: Problem, settings: HeadStart, workplace: Workplace
) -> tuple[Tensor, int]:
    """Fields that `cell-sceua` finds, and the model runs that it takes.

    Args:
        problem: what is calibrated.
        settings: budget of the search.
        workplace: of the method; the search has a history and a checkpoint of its own beside it.

    Returns:
        (cell, parameter) physical values, and the number of runs.
    """
    search = CellSceua(max_evaluations=settings.evaluations, lead_in_days=settings.lead_in_days)
    history, checkpoint = workplace.history, workplace.checkpoint
    place = replace(
        workplace,
        history=history.with_name(f"head-start-{history.name}"),
        checkpoint=checkpoint.with_name(f"head-start-{checkpoint.name}"),
    )
    return search_cells(problem, search, place, finished_too=True)


def imitate(fields: Fields, target: Tensor, settings: HeadStart) -> float:
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
