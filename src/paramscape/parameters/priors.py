"""Conversion between the calibrated parameters' physical values and the unit interval."""

from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.study import Priors
from paramscape.study.parameters import BY_NAME


@dataclass(frozen=True)
class Bound:
    """A parameter whose upper end is share * the value of another - gap; positions on the axis."""

    bounded: int
    upper: int
    share: float
    gap: float


@dataclass(frozen=True)
class PriorBox:
    """The priors as a box: one unit interval for each calibrated parameter.

    A parameter that VIC needs below another (Ds below Ws, for instance) is scaled between its low
    end and the smaller of its high end and what the other allows in the cell, so that VIC accepts
    every point of the box.

    Attributes:
        names: of the parameters, in the order of the last axis of all fields.
        low, high: (parameter,) bounds [each parameter's unit].
        is_log: (parameter,) bool.
        bounds: the parameters that lie below others.
    """

    names: tuple[str, ...]
    low: Tensor
    high: Tensor
    is_log: Tensor
    bounds: tuple[Bound, ...]

    @classmethod
    def of(cls, priors: Priors) -> "PriorBox":
        """The box of the priors in a study's settings."""
        names = priors.names
        ranges = [priors[name] for name in names]
        return cls(
            names,
            torch.tensor([r.low for r in ranges], dtype=torch.float64),
            torch.tensor([r.high for r in ranges], dtype=torch.float64),
            torch.tensor([r.scale == "log" for r in ranges]),
            tuple(_bounds(names)),
        )

    def to_physical(self, unit: Tensor) -> Tensor:
        """Physical values (..., parameter) of points (..., parameter) of the unit cube.

        Points outside the cube are extrapolated; clamp them first where VIC must run.
        """
        low, high, is_log = self._like(unit)
        values = list(_from_unit(unit, low, high, is_log).unbind(-1))
        for bound in self.bounds:
            i, top = bound.bounded, self._top(bound, high, values[bound.upper])
            values[i] = _from_unit(unit[..., i], low[i], top, is_log[i])
        return torch.stack(values, -1)

    def to_unit(self, physical: Tensor) -> Tensor:
        """Points (..., parameter) of the unit cube of physical values; the inverse map."""
        low, high, is_log = self._like(physical)
        unit = list(_to_unit(physical, low, high, is_log).unbind(-1))
        for bound in self.bounds:
            i, top = bound.bounded, self._top(bound, high, physical[..., bound.upper])
            unit[i] = _to_unit(physical[..., i], low[i], top, is_log[i])
        return torch.stack(unit, -1)

    def clamp(self, physical: Tensor) -> Tensor:
        """Physical values moved to the nearest point of the box."""
        return self.to_physical(self.to_unit(physical).clamp(0.0, 1.0))

    def _top(self, bound: Bound, high: Tensor, upper: Tensor) -> Tensor:
        return torch.minimum(high[bound.bounded], bound.share * upper - bound.gap)

    def _like(self, values: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        if values.shape[-1] != len(self.names):
            raise ValueError(
                f"the last axis must hold the {len(self.names)} parameters "
                f"({', '.join(self.names)}), got shape {tuple(values.shape)}"
            )
        return self.low.to(values), self.high.to(values), self.is_log.to(values.device)


def _bounds(names: tuple[str, ...]) -> list[Bound]:
    found = [(i, BY_NAME[name].below) for i, name in enumerate(names)]
    return [Bound(i, names.index(b.upper), b.share, b.gap) for i, b in found if b is not None]


def _from_unit(unit: Tensor, low: Tensor, high: Tensor, is_log: Tensor) -> Tensor:
    linear = low + unit * (high - low)
    ratio = torch.where(is_log, high / low.clamp(min=1e-30), torch.ones_like(high))
    powered = low * ratio ** torch.where(is_log, unit, torch.zeros_like(unit))
    return torch.where(is_log, powered, linear)


def _to_unit(physical: Tensor, low: Tensor, high: Tensor, is_log: Tensor) -> Tensor:
    linear = (physical - low) / (high - low)
    ones = torch.ones_like(low)
    span = torch.log(torch.where(is_log, high, 2 * ones)) - torch.log(
        torch.where(is_log, low, ones)
    )
    shifted = torch.log(torch.where(is_log, physical.clamp(min=1e-12), ones))
    logarithmic = (shifted - torch.log(torch.where(is_log, low, ones))) / span
    return torch.where(is_log, logarithmic, linear)
