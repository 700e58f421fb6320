"""A simulator whose target is scaled linearly in each cell before it is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.simulators.interface import Simulator, Windows
from paramscape.study import Period


@dataclass(frozen=True)
class Scaling:
    """Slope a [1] and intercept b [the target's unit] of y' = a y + b, each (cell,)."""

    slope: Tensor
    intercept: Tensor

    @classmethod
    def of(cls, file: xr.Dataset, cells: Cells) -> Scaling:
        """The scaling of a file of the kind `scaling`."""
        return cls(*(_gathered(file[name], cells) for name in ("slope", "intercept")))

    def __call__(self, values: Tensor, cells: Tensor | None = None) -> Tensor:
        """Scaled values (..., cell) of some cells, or of all."""
        pair = (self.slope.to(values), self.intercept.to(values))
        slope, intercept = (v if cells is None else v[cells.to(v.device)] for v in pair)
        return slope * values + intercept


class ScaledSimulator:
    """A simulator with one target scaled; see `Simulator`.

    Args:
        simulator: what is simulated with.
        target: name of the scaled target; the others stay as they are.
        scaling: of each cell.
    """

    def __init__(self, simulator: Simulator, target: str, scaling: Scaling):
        self._simulator, self._target, self._scaling = simulator, target, scaling
        self.name, self.is_stateful = simulator.name, simulator.is_stateful

    def run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> Mapping[str, Tensor]:
        """Simulate a period; see `Simulator.run`."""
        warming = {} if warmup_days is None else {"warmup_days": warmup_days}
        return self._scaled(self._simulator.run(parameters, period, **warming))

    def respin(self, parameters: Tensor) -> None:
        """See `Simulator.respin`."""
        self._simulator.respin(parameters)

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> Mapping[str, Tensor]:
        """Simulate windows; see `Simulator.simulate_windows`."""
        fluxes = self._simulator.simulate_windows(parameters, windows)
        return self._scaled(fluxes, windows.cells)

    def state_dict(self) -> dict[str, Any]:
        """See `Simulator.state_dict`."""
        return self._simulator.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore from `state_dict`."""
        self._simulator.load_state_dict(state)

    def _scaled(
        self, fluxes: Mapping[str, Tensor], cells: Tensor | None = None
    ) -> dict[str, Tensor]:
        scaled = dict(fluxes)
        if self._target in scaled:
            scaled[self._target] = self._scaling(scaled[self._target], cells)
        return scaled


def _gathered(field: xr.DataArray, cells: Cells) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(cells.gather(field), "f8"))
