"""Between the physical values of the calibrated parameters and the unit interval."""

from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.study import Priors
from paramscape.study.quantities import PARAMETERS

_DS = PARAMETERS.index("Ds")
_WS = PARAMETERS.index("Ws")


@dataclass(frozen=True)
class PriorBox:
    """The priors as a box: one unit interval a parameter, in the order of PARAMETERS.

    Ds is scaled between its lower bound and the smaller of its upper bound and the cell's Ws, so
    that every point of the box has Ds <= Ws, as VIC's baseflow curve needs.

    low, high: (parameter,) bounds [each parameter's unit]. is_log: (parameter,) bool.
    """

    low: Tensor
    high: Tensor
    is_log: Tensor

    @classmethod
    def of(cls, priors: Priors) -> "PriorBox":
        """The box of the priors in a study's settings."""
        ranges = [getattr(priors, name) for name in PARAMETERS]
        return cls(
            torch.tensor([r.low for r in ranges], dtype=torch.float64),
            torch.tensor([r.high for r in ranges], dtype=torch.float64),
            torch.tensor([r.scale == "log" for r in ranges]),
        )

    def to_physical(self, unit: Tensor) -> Tensor:
        """Physical values (..., parameter) of points (..., parameter) of the unit cube.

        Points outside the cube are extrapolated; clamp them first where VIC must run.
        """
        low, high, is_log = self._like(unit)
        linear = low + unit * (high - low)
        ratio = torch.where(is_log, high / low.clamp(min=1e-30), torch.ones_like(high))
        powered = low * ratio ** torch.where(is_log, unit, torch.zeros_like(unit))
        values = list(torch.where(is_log, powered, linear).unbind(-1))
        top = torch.minimum(high[_DS], values[_WS])
        values[_DS] = low[_DS] + unit[..., _DS] * (top - low[_DS])
        return torch.stack(values, -1)

    def to_unit(self, physical: Tensor) -> Tensor:
        """Points (..., parameter) of the unit cube of physical values; the inverse map."""
        low, high, is_log = self._like(physical)
        linear = (physical - low) / (high - low)
        ones = torch.ones_like(low)
        span = torch.log(torch.where(is_log, high, 2 * ones)) - torch.log(
            torch.where(is_log, low, ones)
        )
        shifted = torch.log(torch.where(is_log, physical.clamp(min=1e-12), ones))
        logarithmic = (shifted - torch.log(torch.where(is_log, low, ones))) / span
        unit = list(torch.where(is_log, logarithmic, linear).unbind(-1))
        top = torch.minimum(high[_DS], physical[..., _WS])
        unit[_DS] = (physical[..., _DS] - low[_DS]) / (top - low[_DS])
        return torch.stack(unit, -1)

    def clamp(self, physical: Tensor) -> Tensor:
        """Physical values moved to the nearest point of the box."""
        return self.to_physical(self.to_unit(physical).clamp(0.0, 1.0))

    def _like(self, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        if values.shape[-1] != len(PARAMETERS):
            raise ValueError(
                f"the last axis must hold the {len(PARAMETERS)} parameters "
                f"({', '.join(PARAMETERS)}), got shape {tuple(values.shape)}"
            )
        return self.low.to(values), self.high.to(values), self.is_log.to(values.device)
