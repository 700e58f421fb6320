"""The trained LSTM as the simulator of a calibration."""

from typing import Any

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint
from tqdm import tqdm

from paramscape.simulators.interface import Windows
from paramscape.simulators.surrogates.lstm.network import LstmNetwork
from paramscape.simulators.surrogates.simulated_study import SurrogateInputs
from paramscape.study import Period
from paramscape.study.quantities import FORCINGS

_CHUNK = 4096  # sequences at once; the results do not depend on it


class LstmSimulator:
    """The LSTM surrogate: its weights are frozen, gradients flow to the parameters.

    Each day is simulated from a sequence of `network.days` days of forcing, so there are no states.

    Args:
        network: trained.
        inputs: what it simulates.
    """

    name = "lstm"
    is_stateful = False

    def __init__(self, network: LstmNetwork, inputs: SurrogateInputs):
        # cuDNN has no backward pass in evaluation mode; without dropout the modes do not differ.
        self.network = network.train().requires_grad_(False)
        self.inputs = inputs
        self._forcing = network.standardise_forcing(inputs.forcing)
        self._train = self._days(inputs.periods.train)

    @torch.no_grad()
    def run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> dict[str, Tensor]:
        """Simulate every day of a period; see `Simulator.run`. A warm-up is not needed.

        Raises:
            ValueError: if the forcing does not hold the period and the days of a sequence before.
        """
        days = self._days(period)
        unit = self.inputs.unit(parameters)
        members = unit if unit.ndim == 3 else unit.unsqueeze(0)
        cells = torch.arange(members.shape[1], device=self._forcing.device)
        index = self._index(torch.arange(days.start, days.stop), 1, cells)
        results = [
            self._simulate(member, index).view(period.days, len(cells), -1)
            for member in tqdm(members, desc="surrogate", unit="member", leave=False, delay=5)
        ]
        values = torch.stack(results) if parameters.ndim == 3 else results[0]
        return dict(zip(self.network.targets, values.unbind(-1), strict=True))

    def respin(self, parameters: Tensor) -> None:
        """Nothing to do, because sequences have no states."""

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> dict[str, Tensor]:
        """Simulate windows of the training period; see `Simulator.simulate_windows`.

        Raises:
            ValueError: if a window leaves the training period.
        """
        windows.require_inside(self.inputs.periods.train.days)
        first = windows.first_days.to(self._forcing.device)
        cells = windows.cells
        if cells is None:
            cells = torch.arange(parameters.shape[0])
        cells = cells.to(self._forcing.device)
        index = self._index(first + self._train.start, windows.days, cells)
        values = self._simulate(self.inputs.unit(parameters), index)
        values = values.view(len(first), windows.days, len(cells), -1)
        return dict(zip(self.network.targets, values.unbind(-1), strict=True))

    def state_dict(self) -> dict[str, Any]:
        """Nothing, because the simulator does not change."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to restore."""

    def _days(self, period: Period) -> slice:
        """The period on the forcing's axis, which must have a sequence's days before it, too."""
        return self.inputs.axis.slice(period, before=self.network.days - 1)

    def _index(self, first: Tensor, days: int, cells: Tensor) -> Tensor:
        """(2, sequence): last day and cell of the sequences of (window, day, cell)."""
        last = first.to(cells.device)[:, None] + torch.arange(days, device=cells.device)
        grid = torch.cartesian_prod(last.flatten(), cells)
        return grid.t().contiguous()

    def _simulate(self, unit: Tensor, index: Tensor) -> Tensor:
        """Targets (sequence, target), physical, of the sequences of `index`."""
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
