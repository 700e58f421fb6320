"""Losses of the learned methods; missing observations are left out."""

import torch
from torch import Tensor

_EPSILON = 0.01


def masked_l1(simulated: Tensor, observed: Tensor, present: Tensor) -> Tensor:
    """Mean absolute error where there is an observation; 0 where there is none at all.

    Args:
        simulated: any shape.
        observed: the same shape; finite also where nothing was observed.
        present: the same shape, 1 where observed and 0 elsewhere.
    """
    return ((simulated - observed).abs() * present).sum() / present.sum().clamp(min=1.0)


def masked_rmse(simulated: Tensor, observed: Tensor, present: Tensor) -> Tensor:
    """Root mean square error where there is an observation; see `masked_l1` for the arguments.

    The mean square is kept above 1e-12, where the root's gradient is still finite.
    """
    mean = ((simulated - observed).square() * present).sum() / present.sum().clamp(min=1.0)
    return mean.clamp(min=1e-12).sqrt()


def range_loss(unit: Tensor) -> Tensor:
    """Mean exceedance of violated upper bounds plus that of violated lower bounds, L_R.

    sum(ReLU(x - 1)) / #(x > 1) + sum(ReLU(-x)) / #(x < 0), each 0 where nothing is violated
    (Sun et al. 2024, equation 2).

    Args:
        unit: parameters scaled to the unit interval of their priors, any shape.
    """
    return _mean_exceedance(unit - 1.0) + _mean_exceedance(-unit)


def boundary_loss(unit: Tensor) -> Tensor:
    """(sample,) range boundary loss of each sample, RBL.

    p sum_j ReLU(u_j - 1) / (eps + #{u_j > 1}) + p sum_j ReLU(-u_j) / (eps + #{u_j < 0}), with p the
    number of parameters and eps = 0.01 (Li and Lu 2023, equation 13). Counts carry no gradient.

    Args:
        unit: (sample, parameter), scaled to the unit interval of their priors.
    """
    sides = (unit - 1.0, -unit)
    parts = (s.clamp(min=0.0).sum(-1) / (_EPSILON + (s > 0).sum(-1)) for s in sides)
    return unit.shape[-1] * sum(parts)


def generator_loss(score_of_simulation: Tensor) -> Tensor:
    """Least-squares loss of the generator, E[(D(f, h(G(x))) - 1)^2] (Mao et al. 2017)."""
    return (score_of_simulation - 1.0).square().mean()


def discriminator_loss(
    score_of_observation: Tensor, score_of_simulation: Tensor, real_label: float = 1.0
) -> Tensor:
    """Least-squares loss of the discriminator, E[(D(f, y) - label)^2] + E[D(f, h(G(x)))^2].

    The label is 1; a lower one avoids overconfident scores of observations (one-sided label
    smoothing, Salimans et al. 2016).
    """
    real = (score_of_observation - real_label).square().mean()
    return real + score_of_simulation.square().mean()


def gradient_penalty(scores: Tensor, images: Tensor) -> Tensor:
    """Mean over images of |dD/dy|^2, the R1 penalty without its gamma / 2 (Mescheder et al. 2018).

    Args:
        scores: (image, part), whose mean over parts is D.
        images: (image, ...) y, from which the scores were computed, with gradient.
    """
    total = scores.mean(1).sum()
    (gradient,) = torch.autograd.grad(total, images, create_graph=True)
    return gradient.square().flatten(1).sum(1).mean()


class _OneWayClamp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, values: Tensor) -> Tensor:
        ctx.save_for_backward(values)
        return values.clamp(0.0, 1.0)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        (values,) = ctx.saved_tensors
        outward = ((values > 1) & (gradient < 0)) | ((values < 0) & (gradient > 0))
        return torch.where(outward, 0.0, gradient)


def clamp_through(unit: Tensor) -> Tensor:
    """Values clamped to the unit interval; a gradient passes unless descent along it leads outward.

    The simulator must run inside the priors. The gradient of a plain clamp is 0 outside, so that
    the observations could never bring back a parameter that left its range. The gradient of the
    identity would drive it further and further out.
    """
    return _OneWayClamp.apply(unit)


def _mean_exceedance(excess: Tensor) -> Tensor:
    violated = (excess > 0).sum().clamp(min=1)
    return excess.clamp(min=0.0).sum() / violated
