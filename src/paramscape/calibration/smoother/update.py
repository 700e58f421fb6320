"""One tempered Gauss-Newton update of all members (randomised maximum likelihood)."""

from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.calibration.smoother.errors import ErrorModel
from paramscape.calibration.smoother.prior_fields import PriorFields
from paramscape.calibration.smoother.sensitivity import Generation


@dataclass(frozen=True)
class Perturbations:
    """What distinguishes the members, drawn once.

    prior: (member, cell, parameter) fields Z0 drawn from the prior.
    errors: (member, day, cell) standard normal numbers.
    """

    prior: Tensor
    errors: Tensor

    @classmethod
    def draw(
        cls, prior: PriorFields, shape: tuple[int, int, int], days: int, generator: torch.Generator
    ) -> "Perturbations":
        """Perturbations of members of a shape (member, cell, parameter)."""
        double = {"generator": generator, "dtype": torch.float64}
        fields = prior.draw(torch.randn(shape, **double))
        return cls(fields, torch.randn(shape[0], days, shape[1], **double))


@dataclass(frozen=True)
class Smoother:
    """Prior, error model and perturbations of a search.

    correlation: (cell, cell) of errors between cells, or None where they are independent.
    """

    prior: PriorFields
    errors: ErrorModel
    perturbations: Perturbations
    correlation: Tensor | None = None

    def target(self, latest: Generation, slopes: Tensor, observed: Tensor, weight: float) -> Tensor:
        """Where the linearised posterior has each member, (member, cell, parameter).

        Z0 + (C^-1 + H)^-1 [ b + H (Z - Z0) ] with H = k J' S^-1 J and
        b = k J' S^-1 (r + L_S e / sqrt(k)), slopes J and residuals r whitened in time.

        Args:
            latest: the members and their series.
            slopes: (day, cell, parameter).
            observed: (day, cell), NaN where missing.
            weight: k, the tempering's weight of the observations.
        """
        white = self.errors.whiten(slopes.movedim(-1, 0))
        left = self.errors.whiten(observed.nan_to_num() - latest.series.to(observed))
        noise = self.perturbations.errors * self.errors.present
        away = latest.scores - self.perturbations.prior
        if self.correlation is None:
            precision = weight * torch.einsum("ptc,qtc->cpq", white, white)
            right = torch.einsum("ptc,mtc->mcp", white, weight * left + weight**0.5 * noise)
            right = right + torch.einsum("cpq,mcq->mcp", precision, away)
        else:
            precision, right = self._coupled(white, left, noise, weight)
            right = right + torch.einsum("cpdq,mdq->mcp", precision, away)
        return self.perturbations.prior + self.prior.posterior(precision, right)

    def _coupled(
        self, white: Tensor, left: Tensor, noise: Tensor, weight: float
    ) -> tuple[Tensor, Tensor]:
        """H (cell, parameter, cell, parameter) and b where errors are correlated between cells.

        On each day S has the rows and columns of the observed cells alone; days with the same
        observed cells share a factorisation.
        """
        parameters, _, cells = white.shape
        precision = white.new_zeros(cells, parameters, cells, parameters)
        right = white.new_zeros(len(left), cells, parameters)
        patterns, index = torch.unique(self.errors.present, dim=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            days, seen = (index == number).nonzero()[:, 0], pattern.nonzero()[:, 0]
            root = torch.linalg.cholesky(self.correlation[seen][:, seen])
            inverse = torch.cholesky_inverse(root)
            slopes = white[:, days][..., seen]
            mixed = torch.einsum("cd,mtd->mtc", root, noise[:, days][..., seen])
            spread = weight * left[:, days][..., seen] + weight**0.5 * mixed
            products = torch.einsum("ptc,qtd->cpdq", slopes, slopes) * inverse[:, None, :, None]
            precision[seen[:, None], :, seen] += weight * products.permute(0, 2, 1, 3)
            right[:, seen] += torch.einsum("ptc,cd,mtd->mcp", slopes, inverse, spread)
        return precision, right


def moved(scores: Tensor, target: Tensor, damping: float, largest_step: float) -> Tensor:
    """Members after a damped step towards their targets, no score moving too far."""
    return scores + damping * (target - scores).clamp(-largest_step, largest_step)
