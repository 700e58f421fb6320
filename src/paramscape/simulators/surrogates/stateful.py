"""The simulator of a surrogate with memory, whose windows start from kept states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from paramscape.simulators.interface import Windows
from paramscape.simulators.state_cache import KeptStates, StateCache
from paramscape.simulators.surrogates.free_run import Dynamics, free_run
from paramscape.simulators.surrogates.simulated_study import SurrogateInputs
from paramscape.study import Period


class StatefulSurrogate:
    """A surrogate's states, kept as they are; see `StatefulModel`.

    Its land is the parameters in the unit cube. States are (run, cell, state).

    Args:
        dynamics: of the trained network.
        inputs: what it simulates.
    """

    def __init__(self, dynamics: Dynamics, inputs: SurrogateInputs):
        self.dynamics, self.inputs = dynamics, inputs
        self.forcing = dynamics.network.standardise_forcing(inputs.forcing)
        self.train = inputs.axis.slice(inputs.periods.train).start
        self.warmup = inputs.axis.slice(inputs.periods.learning).start
        dtype = self.forcing.dtype
        self.kept = KeptStates(-2, dtype, dtype, self.forcing.device)

    def land(self, parameters: Tensor) -> Tensor:
        """Parameters (cell, parameter) in the unit cube."""
        return self.inputs.unit(parameters)

    def cold_start(self, land: Tensor) -> Tensor:
        """The state (1, cell, state) from which the warm-up starts."""
        return self.dynamics.start(1, len(land))

    def advance(self, land: Tensor, state: Tensor, days: range) -> Tensor:
        """The state (1, cell, state) after some days of the forcing."""
        if not days:
            return state
        forcing = self.forcing[self.train + days.start : self.train + days.stop]
        return free_run(self.dynamics, forcing, land.unsqueeze(0), state).state

    def values(self, land: Tensor, state: Tensor) -> Tensor:
        """Values (cell, state)."""
        return state[0]

    def replay(self, land: Tensor, values: Tensor, windows: Windows) -> Tensor:
        """Values (window, cell, state) after windows, which are simulated one after another."""
        unit, forcing = land.unsqueeze(0), self.forcing_of(windows)
        ends = [
            free_run(self.dynamics, days, unit, start.unsqueeze(0)).state
            for days, start in zip(forcing, values, strict=True)
        ]
        return torch.cat(ends)

    def places(self, cells: Tensor) -> Tensor:
        """The cells themselves."""
        return cells.to(self.forcing.device)

    def short_warmup(self, parameters: Tensor, day: int) -> Callable[[Tensor], Tensor]:
        """All parameters start from the state that the given ones reached on the day."""
        land = self.land(parameters)
        state = self.advance(land, self.cold_start(land), range(self.warmup - self.train, day))
        return lambda _: state

    def forcing_of(self, windows: Windows) -> list[Tensor]:
        """Standardised forcing (day, cell, variable) of each window."""
        cells = slice(None) if windows.cells is None else self.places(windows.cells)
        begins = [self.train + day for day in windows.first_days.tolist()]
        return [self.forcing[begin : begin + windows.days, cells] for begin in begins]


class StatefulSimulator:
    """A surrogate with memory: its weights are frozen, gradients flow to the parameters.

    A window starts from a state in the simulator's state cache.

    Args:
        dynamics: of the trained network.
        inputs: what it simulates.
        cache_every: days between two kept states.
    """

    is_stateful = True

    def __init__(self, dynamics: Dynamics, inputs: SurrogateInputs, cache_every: int = 10):
        self.dynamics, self.inputs = dynamics, inputs
        self.network = dynamics.network.requires_grad_(False)
        self.name = self.network.kind
        self._model = StatefulSurrogate(dynamics, inputs)
        self._cache = StateCache(self._model, inputs.periods, cache_every)

    @torch.no_grad()
    def run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> dict[str, Tensor]:
        """Simulate continuously; see `Simulator.run` and `StateCache.start_of_run`.

        Raises:
            RuntimeError: for a short warm-up before the first `respin`.
        """
        days = self.inputs.axis.slice(period)
        unit = self.inputs.unit(parameters)
        members = unit if unit.ndim == 3 else unit.unsqueeze(0)
        start = self._cache.start_of_run(parameters, period, warmup_days)
        state = self._model.cold_start(members[0]) if start.state is None else start.state
        first = self._model.train + start.day
        forcing, states = self._model.forcing[first : days.stop], state.repeat(len(members), 1, 1)
        before = days.start - first
        values = free_run(self.dynamics, forcing, members, states, before).values
        return self._named(values if unit.ndim == 3 else values[0])

    def respin(self, parameters: Tensor) -> None:
        """Run warm-up and training period once and keep the states on the way."""
        self._cache.respin(parameters)

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> dict[str, Tensor]:
        """Simulate windows side by side; see `Simulator.simulate_windows`.

        Raises:
            RuntimeError: before the first `respin`.
            ValueError: if a window leaves the training period.
        """
        together = replace(windows, cells=None) if self.dynamics.couples_cells else windows
        unit = self.inputs.unit(parameters)
        if together.cells is not None:
            unit = unit[self._model.places(together.cells)]
        start = self._cache.starts(unit, together)
        forcing = torch.stack(self._model.forcing_of(together), 1)
        runs = unit.expand(len(start), *unit.shape)
        values, end = self.dynamics.advance(forcing, runs, start)
        self._cache.renew(end, together)
        if together is not windows and windows.cells is not None:
            values = values[:, :, self._model.places(windows.cells)]
        return self._named(values.transpose(0, 1))

    def state_dict(self) -> dict[str, Any]:
        """The kept states."""
        return self._cache.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the kept states from `state_dict`."""
        self._cache.load_state_dict(state)

    def _named(self, standardised: Tensor) -> dict[str, Tensor]:
        values = self.network.to_physical(standardised)
        return dict(zip(self.network.targets, values.unbind(-1), strict=True))
