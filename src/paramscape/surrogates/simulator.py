"""The trained LSTM as the simulator of a calibration."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint
from tqdm import tqdm

from paramscape.ensemble.priors import PriorBox
from paramscape.names import FORCINGS, PARAMETERS
from paramscape.simulator import Windows
from paramscape.study import Period, Periods

from .lstm import LstmNetwork

_CHUNK = 4096  # sequences at once; only memory depends on it


class LstmSimulator:
    """The LSTM surrogate: its weights are frozen, gradients flow to the parameters.

    Each day is one sequence of `network.days` days of forcing, so there are no states to keep.

    Args:
        network: trained.
        forcing: (time, cell, variable), daily, physical, in the order of FORCINGS.
        times: (time,) days as datetime64, without a gap.
        periods: the training period gives the windows' day 0.
        priors: the box in whose unit cube the network reads parameters.
    """

    name = "lstm"
    keeps_states = False

    def __init__(
        self,
        network: LstmNetwork,
        forcing: Tensor,
        times: np.ndarray,
        periods: Periods,
        priors: PriorBox,
    ):
        if forcing.shape[-1] != len(FORCINGS) or len(times) != forcing.shape[0]:
            raise ValueError(
                f"forcing must be (time, cell, {len(FORCINGS)}) with {len(times)} times; got "
                f"{tuple(forcing.shape)}"
            )
        # cuDNN has no backward pass in evaluation mode; without dropout the modes do not differ.
        self.network = network.train().requires_grad_(False)
        self.priors = priors
        self._forcing = network.standardise_forcing(forcing)
        self._first_day = np.datetime64(times[0], "D").item()
        self._train = self._days(periods.train)

    @torch.no_grad()
    def run(self, parameters: Tensor, period: Period) -> dict[str, Tensor]:
        """Simulate every day of a period; see `Simulator.run`.

        Raises:
            ValueError: if the forcing does not hold the period and the days of a sequence before.
        """
        days = self._days(period)
        members = parameters if parameters.ndim == 3 else parameters.unsqueeze(0)
        cells = torch.arange(members.shape[1], device=self._forcing.device)
        index = self._index(torch.arange(days.start, days.stop), 1, cells)
        results = [
            self._simulate(self._unit(member), index).view(period.days, len(cells), -1)
            for member in tqdm(members, desc="surrogate", unit="member", leave=False, delay=5)
        ]
        values = torch.stack(results) if parameters.ndim == 3 else results[0]
        return dict(zip(self.network.targets, values.unbind(-1), strict=True))

    def refresh(self, parameters: Tensor) -> None:
        """Do nothing: sequences have no states to bring in line."""

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> dict[str, Tensor]:
        """Simulate windows of the training period; see `Simulator.simulate_windows`.

        Raises:
            ValueError: if a window leaves the training period.
        """
        first = windows.first_days.to(self._forcing.device)
        length = self._train.stop - self._train.start
        if int(first.min()) < 0 or int(first.max()) + windows.days > length:
            raise ValueError(
                f"windows of {windows.days} days from days {first.tolist()} leave the training "
                f"period of {length} days"
            )
        cells = windows.cells
        if cells is None:
            cells = torch.arange(parameters.shape[0])
        cells = cells.to(self._forcing.device)
        index = self._index(first + self._train.start, windows.days, cells)
        values = self._simulate(self._unit(parameters), index)
        values = values.view(len(first), windows.days, len(cells), -1)
        return dict(zip(self.network.targets, values.unbind(-1), strict=True))

    def state_dict(self) -> dict[str, Any]:
        """Nothing: the simulator does not change."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to take up."""

    def _days(self, period: Period) -> slice:
        """The period as indices of the forcing's days."""
        first = (period.start - self._first_day).days
        before = self.network.days - 1
        if first < before or first + period.days > len(self._forcing):
            raise ValueError(
                f"simulating {period.start} to {period.end} needs forcing from {before} days "
                f"before to the end, but there are {len(self._forcing)} days from "
                f"{self._first_day}"
            )
        return slice(first, first + period.days)

    def _unit(self, parameters: Tensor) -> Tensor:
        """Parameters (cell, parameter) of the unit cube in the network's precision."""
        if parameters.shape != (self._forcing.shape[1], len(PARAMETERS)):
            raise ValueError(
                f"parameters must be ({self._forcing.shape[1]} cells, {len(PARAMETERS)}) values, "
                f"got {tuple(parameters.shape)}"
            )
        return self.priors.to_unit(parameters).to(self._forcing)

    def _index(self, first: Tensor, days: int, cells: Tensor) -> Tensor:
        """(2, sequence): last day and cell of the sequences of (window, day, cell)."""
        last = first.to(cells.device)[:, None] + torch.arange(days, device=cells.device)
        grid = torch.cartesian_prod(last.flatten(), cells)
        return grid.t().contiguous()

    def _simulate(self, unit: Tensor, index: Tensor) -> Tensor:
        """Targets (sequence, target), physical, of sequences that end as `index` says."""
        keep = torch.is_grad_enabled() and unit.requires_grad
        chunks = index.split(_CHUNK, 1)
        values = [
            checkpoint(self._sequences, unit, chunk, use_reentrant=False)
            if keep and len(chunks) > 1
            else self._sequences(unit, chunk)
            for chunk in chunks
        ]
        return torch.cat(values)

    def _sequences(self, unit: Tensor, index: Tensor) -> Tensor:
        last, cell = index
        steps = torch.arange(1 - self.network.days, 1, device=last.device).unsqueeze(1)
        rows = (last + steps) * self._forcing.shape[1] + cell
        forcing = self._forcing.flatten(0, 1).index_select(0, rows.flatten())
        forcing = forcing.view(self.network.days, -1, len(FORCINGS))
        return self.network.to_physical(self.network(forcing, unit[cell]))
