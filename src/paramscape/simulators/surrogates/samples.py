"""Samples of forcing, parameters and fluxes that a surrogate learns from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.simulators.surrogates.network import Scaling, SurrogateNetwork
from paramscape.study.quantities import FORCINGS


class SampleBatch(NamedTuple):
    """A mini-batch of windows or series.

    forcing: (day, sample, variable). parameters: (sample, parameter). targets: (sample, target) of
    the last day, or (day, sample, target).
    """

    forcing: Tensor
    parameters: Tensor
    targets: Tensor


@dataclass(frozen=True)
class Samples:
    """The members of one role on the active cells; windows are gathered from them by index.

    forcing: (time, cell, variable), from `warmup_days` before the first day of the targets.
    parameters: (member, cell, parameter) in the unit cube.
    targets: (member, day, cell, target).
    warmup_days: days of forcing before the first day of the targets.
    names: of the targets, in their order.
    domain: the active cells.
    """

    forcing: Tensor
    parameters: Tensor
    targets: Tensor
    warmup_days: int
    names: tuple[str, ...]
    domain: Cells

    def __post_init__(self) -> None:
        members, days, cells = self.targets.shape[:3]
        if self.forcing.shape[:2] != (self.warmup_days + days, cells):
            raise ValueError(
                f"forcing of {tuple(self.forcing.shape[:2])} (time, cell) does not fit targets of "
                f"{days} days after {self.warmup_days} days of warm-up in {cells} cells"
            )
        if cells != self.domain.count or self.targets.shape[-1] != len(self.names):
            raise ValueError(
                f"targets of {cells} cells and {self.targets.shape[-1]} names do not fit a domain "
                f"of {self.domain.count} cells and the names {', '.join(self.names)}"
            )
        if self.parameters.shape[:2] != (members, cells):
            raise ValueError(
                f"parameters of {tuple(self.parameters.shape[:2])} (member, cell) do not fit "
                f"targets of {members} members in {cells} cells"
            )
        _require_finite("forcing", ("time", "cell", "variable"), self.forcing)
        _require_finite("parameters", ("member", "cell", "parameter"), self.parameters)
        _require_finite("targets", ("member", "day", "cell", "target"), self.targets)

    @property
    def parameter_count(self) -> int:
        """Number of parameters."""
        return self.parameters.shape[-1]

    def to(self, device: str | torch.device) -> "Samples":
        """The same samples on a device."""
        names = ("forcing", "parameters", "targets")
        return replace(self, **{name: getattr(self, name).to(device) for name in names})

    def members(self, chosen: Tensor) -> "Samples":
        """The samples of some members."""
        device = self.parameters.device
        parts = {"parameters": self.parameters, "targets": self.targets}
        return replace(self, **{n: part[chosen.to(device)] for n, part in parts.items()})

    def joined(self, others: Iterable["Samples"]) -> "Samples":
        """These samples and those of other members under the same forcing."""
        all_of = [self, *others]
        return replace(
            self,
            parameters=torch.cat([samples.parameters for samples in all_of]),
            targets=torch.cat([samples.targets for samples in all_of]),
        )

    def first_day(self, days: int) -> int:
        """The first day of the targets at which a window of `days` of forcing can end."""
        return max(0, days - 1 - self.warmup_days)

    def gather(self, index: Tensor, days: int) -> SampleBatch:
        """Gather windows of forcing, with the targets of their last days.

        Args:
            index: (3, window) int: member, cell and last day of each window.
            days: length of the windows.
        """
        member, cell, day = index
        steps = torch.arange(1 - days, 1, device=day.device).unsqueeze(1)
        rows = (day + self.warmup_days + steps) * self.forcing.shape[1] + cell
        forcing = self.forcing.flatten(0, 1).index_select(0, rows.flatten())
        return SampleBatch(
            forcing.view(days, -1, self.forcing.shape[-1]),
            self.parameters[member, cell],
            self.targets[member, day, cell],
        )

    def draw(self, count: int, days: int, generator: torch.Generator) -> Tensor:
        """Random windows (3, window) of member, cell and last day, drawn with replacement.

        Raises:
            ValueError: if no window of so many days fits the forcing.
        """
        first = self.first_day(days)
        members, length, cells = self.targets.shape[:3]
        if first >= length:
            raise ValueError(
                f"windows of {days} days need {days} days of forcing, but there are "
                f"{self.warmup_days + length}; lengthen the training period or shorten "
                "surrogate.lstm.days"
            )
        ends = (members, cells, length - first)
        index = torch.stack([torch.randint(end, (count,), generator=generator) for end in ends])
        index[2] += first
        return index.to(self.forcing.device)

    def standardised(self, network: SurrogateNetwork) -> "Samples":
        """The same samples, forcing and targets standardised with the network's constants."""
        return replace(
            self,
            forcing=network.standardise_forcing(self.forcing),
            parameters=self.parameters.to(network.forcing_mean),
            targets=network.standardise_targets(self.targets),
        )


def scaling_of(training: Samples) -> Scaling:
    """Constants of standardisation from training members, over the days of their targets.

    A forcing variable or target that does not vary gets a standard deviation of 1.
    """
    forcing = training.forcing[training.warmup_days :].to(torch.float64)
    targets = training.targets.to(torch.float64)
    return Scaling(
        forcing.mean((0, 1)),
        _spread(forcing.std((0, 1), correction=0)),
        targets.mean((0, 1, 2)),
        _spread(targets.std((0, 1, 2), correction=0)),
    )


def _spread(std: Tensor) -> Tensor:
    return torch.where(std > 1e-12, std, torch.ones_like(std))


def _require_finite(name: str, dims: Sequence[str], values: Tensor) -> None:
    broken = ~torch.isfinite(values)
    if broken.any():
        first = np.argwhere(broken.cpu().numpy())[0]
        where = ", ".join(f"{dim} {i}" for dim, i in zip(dims, first, strict=True))
        hint = f" ({FORCINGS[first[-1]]})" if name == "forcing" else ""
        raise ValueError(
            f"{name} of the surrogate's samples must be finite, but {int(broken.sum())} values "
            f"are not; the first is at {where}{hint}. Rerun the rule that made the file, or "
            "correct its input"
        )
