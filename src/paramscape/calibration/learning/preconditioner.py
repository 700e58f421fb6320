"""Gauss-Newton preconditioner of the gradients of each cell.

Many parameter sets of a cell simulate nearly the same: for example, a deeper soil and a slower
drainage. Along such a valley the gradient is small and across it large, so that plain gradient
descent oscillates between the slopes. Steps with the inverse Gauss-Newton matrix follow the valley.
"""

from typing import Any

import torch
from torch import Tensor

from paramscape.calibration.problem import Problem, target_of
from paramscape.study import Preconditioning

_DIFFERENCE = 0.02


class Preconditioner:
    """Multiplies the gradients of each cell's unit-scaled parameters by an inverse curvature.

    With J (day, parameter) the differences of the target in the training period that a small
    change of each parameter makes, A = J'J / days and m the mean of A's diagonal, a gradient g
    becomes m (A + damping m I)^-1 g: unchanged where all parameters act alike, and up to
    1 / damping times larger in directions that have little effect (Levenberg 1944; Marquardt
    1963). Cells are treated one by one. Without settings gradients are left unchanged.

    Args:
        problem: what is calibrated.
        settings: damping, and epochs between renewals; None for plain gradients.
    """

    def __init__(self, problem: Problem, settings: Preconditioning | None):
        self.problem, self.settings = problem, settings
        cells, size = problem.default.shape
        self.inverse = torch.eye(size, device=problem.default.device).repeat(cells, 1, 1)

    def is_due(self, epoch: int) -> bool:
        """Whether the matrices are computed again before an epoch."""
        return self.settings is not None and epoch % self.settings.every == 0

    @torch.no_grad()
    def renew(self, parameters: Tensor) -> int:
        """Compute the matrices at parameters (cell, parameter); returns the model runs it took."""
        priors, count = self.problem.priors, parameters.shape[-1]
        unit = priors.to_unit(parameters.double()).clamp(0.0, 1.0)
        change = torch.where(unit + _DIFFERENCE > 1.0, -_DIFFERENCE, _DIFFERENCE)
        members = torch.cat([unit[None], unit + torch.diag_embed(change).movedim(-1, 0)])
        fluxes = self.problem.simulator.run(
            priors.to_physical(members).to(parameters), self.problem.periods.train
        )
        simulated = target_of(fluxes, self.problem.target).double()
        slopes = (simulated[1:] - simulated[0]) / change.t()[:, None]
        curvature = torch.einsum("itc,jtc->cij", slopes, slopes) / slopes.shape[1]
        self.inverse = self._invert(curvature).to(self.inverse)
        return count + 1

    def __call__(self, unit: Tensor, cells: Tensor | None = None) -> Tensor:
        """The same parameters (cell, parameter), whose gradients are preconditioned.

        Args:
            unit: of all cells, or of `cells`.
            cells: (cell,) indices.
        """
        if self.settings is None:
            return unit
        inverse = self.inverse if cells is None else self.inverse[cells]
        return _Preconditioned.apply(unit, inverse.to(unit))

    def state_dict(self) -> dict[str, Any]:
        """The inverse matrices."""
        return {"inverse": self.inverse}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore from `state_dict`."""
        self.inverse = state["inverse"].to(self.inverse)

    def _invert(self, curvature: Tensor) -> Tensor:
        """m (A + damping m I)^-1; the unit matrix where no parameter acts."""
        mean = curvature.diagonal(dim1=1, dim2=2).mean(1)[:, None, None]
        eye = torch.eye(curvature.shape[1]).to(curvature)
        scaled = curvature / mean.clamp(min=1e-12)
        inverse = torch.linalg.inv(scaled + self.settings.damping * eye)
        return torch.where(mean > 1e-12, inverse, eye)


class _Preconditioned(torch.autograd.Function):
    @staticmethod
    def forward(ctx, unit: Tensor, inverse: Tensor) -> Tensor:
        ctx.save_for_backward(inverse)
        return unit.clone()

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor, None]:
        (inverse,) = ctx.saved_tensors
        return torch.einsum("cij,cj->ci", inverse, gradient), None
