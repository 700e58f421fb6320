"""Gaussian prior of parameter fields, correlated between similar and between near cells."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from paramscape.study.ensemble_smoother import FieldPrior

_JITTER = 1e-8  # of the variance; keeps the factorisation of nearly equal cells positive definite


@dataclass(frozen=True)
class PriorFields:
    """Normal scores of the parameters before any observation.

    Every parameter has mean 0 and the same covariance over cells, and parameters are independent:
    with a total variance of 1 each cell's marginal is the study's own uniform prior on the unit
    scale.

    covariance: (cell, cell), float64.
    distance: (cell, cell) [degrees of arc].
    """

    covariance: Tensor
    distance: Tensor

    @classmethod
    def of(cls, attributes: Tensor, distance: Tensor, prior: FieldPrior) -> "PriorFields":
        """The prior of cells with attributes (cell, attribute), standardised.

        C = vc 1 1' + va exp(-|a - a'|^2 / (2 la^2 n)) + vs exp(-d / ls) + vn I, with n attributes
        and the distance d in degrees of arc.

        Args:
            attributes: (cell, attribute), standardised.
            distance: (cell, cell) [degrees].
            prior: variances and lengths.
        """
        values = attributes.to(torch.float64)
        squares = torch.cdist(values, values).square() / max(1, values.shape[1])
        alike = torch.exp(-squares / (2.0 * prior.attribute_scale**2))
        near = torch.exp(-distance.to(torch.float64) / prior.length)
        own = torch.eye(len(values), dtype=torch.float64, device=values.device)
        covariance = (
            prior.constant + prior.attributes * alike + prior.space * near + prior.nugget * own
        )
        return cls(covariance, distance)

    @cached_property
    def root(self) -> Tensor:
        """(cell, cell) lower Cholesky factor of the covariance."""
        jitter = _JITTER * self.covariance.diagonal().mean()
        eye = torch.eye(len(self.covariance)).to(self.covariance)
        return torch.linalg.cholesky(self.covariance + jitter * eye)

    def draw(self, noise: Tensor) -> Tensor:
        """Fields (member, cell, parameter) of standard normal numbers of the same shape."""
        return torch.einsum("cd,mdp->mcp", self.root, noise)

    def posterior(self, precision: Tensor, right: Tensor) -> Tensor:
        """(C^-1 + H)^-1 b for all members, with one factorisation.

        With C = L L' the solution is L (I + L' H L)^-1 L' b, which needs no inverse of C.

        Args:
            precision: H, the information of the observations: (cell, parameter, parameter) where
                it does not couple cells, else (cell, parameter, cell, parameter).
            right: b, (member, cell, parameter).
        """
        root = self.root
        cells, parameters = right.shape[1:]
        if precision.ndim == 3:
            inner = torch.einsum("ca,cpq,cb->apbq", root, precision, root)
        else:
            half = torch.einsum("ca,cpdq->apdq", root, precision)
            inner = torch.einsum("apdq,db->apbq", half, root)
        size = cells * parameters
        inner = inner.reshape(size, size)
        inner.diagonal().add_(1.0)
        factor = torch.linalg.cholesky(inner)
        turned = torch.einsum("ca,mcp->map", root, right).reshape(len(right), size)
        solved = torch.cholesky_solve(turned.T, factor).T.reshape(right.shape)
        return torch.einsum("ca,map->mcp", root, solved)


def arc_degrees(latitude: Tensor, longitude: Tensor) -> Tensor:
    """Great-circle distances (cell, cell) of places (cell,), all in degrees.

    From chords, which keeps small distances exact: d = 2 asin(|x - x'| / 2).
    """
    lat, lon = torch.deg2rad(latitude.double()), torch.deg2rad(longitude.double())
    place = torch.stack(
        [torch.cos(lat) * torch.cos(lon), torch.cos(lat) * torch.sin(lon), torch.sin(lat)], -1
    )
    chord = (place[:, None] - place[None]).norm(dim=-1)
    return torch.rad2deg(2.0 * torch.asin((chord / 2.0).clamp(max=1.0)))
