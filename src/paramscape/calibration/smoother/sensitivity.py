"""Sensitivity of each cell's series to its parameters: a regression over members in the cell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

LARGEST_SCORE = 3.0
"""Bound of the normal scores that are simulated: 0.13 and 99.87 % of the prior's range."""
Simulate = Callable[[Tensor], Tensor]
"""Normal scores (member, cell, parameter) -> series (member, day, cell)."""


@dataclass(frozen=True)
class Generation:
    """Members of one update and what they gave.

    scores: (member, cell, parameter), normal scores.
    series: (member, day, cell), the target.
    """

    scores: Tensor
    series: Tensor


def regression_slopes(
    generations: Sequence[Generation], ridge: float, forgetting: float = 0.5
) -> Tensor:
    """Slopes of the series for the normal scores, by weighted ridge regression in each cell.

    A cell depends on its own parameters alone, so no other cell enters and no localisation is
    needed. Members count by age and by how near they are to the present ones:
    w = forgetting^age exp(-|dz|^2 / (4 P)), dz from the latest members' mean in their standard
    deviations.

    Args:
        generations: from the oldest to the latest.
        ridge: penalty of slopes per standard deviation, as a share of the total weight.
        forgetting: weight of a generation relative to the next.

    Returns:
        (day, cell, parameter) [the target's unit per normal score].
    """
    latest = generations[-1].scores
    mean, spread = latest.mean(0), latest.std(0).clamp(min=1e-6)
    scores = torch.cat([one.scores for one in generations])
    series = torch.cat([one.series for one in generations]).to(scores)
    ages = [len(generations) - 1 - place for place in range(len(generations))]
    aged = torch.cat(
        [
            scores.new_full((len(one.scores),), forgetting**age)
            for one, age in zip(generations, ages, strict=True)
        ]
    )
    far = ((scores - mean) / spread).square().sum(-1) / (4.0 * scores.shape[-1])
    weight = aged[:, None] * torch.exp(-far)
    weight = weight / weight.sum(0)
    centre = torch.einsum("mc,mcp->cp", weight, scores)
    away = scores - centre
    unit = torch.einsum("mc,mcp->cp", weight, away.square()).sqrt().clamp(min=1e-6)
    away = away / unit
    moments = torch.einsum("mc,mcp,mcq->cpq", weight, away, away)
    moments = moments + ridge * torch.eye(scores.shape[-1]).to(moments)
    shared = series - torch.einsum("mc,mtc->tc", weight, series)
    products = torch.einsum("mc,mcp,mtc->cpt", weight, away, shared)
    slopes = torch.linalg.solve(moments, products) / unit[..., None]
    return slopes.permute(2, 0, 1)
