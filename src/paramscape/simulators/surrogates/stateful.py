"""Surrogates with a memory of their own: free runs, and windows that start from stored states."""

from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from paramscape.simulators.interface import Windows
from paramscape.simulators.surrogates.network import SurrogateNetwork
from paramscape.simulators.surrogates.samples import Samples
from paramscape.simulators.surrogates.simulated_study import SurrogateInputs
from paramscape.study import Period

_DAYS = 50  # simulated at once without gradients; only memory depends on it
_RUNS = 16  # members simulated side by side; only memory depends on it


class Dynamics(Protocol):
    """How a network moves its state through days, for several runs side by side.

    couples_cells: whether a cell's simulation depends on the others, so that none can be
        simulated alone.
    """

    network: SurrogateNetwork
    couples_cells: bool

    def start(self, runs: int, cells: int) -> Tensor:
        """The state (run, cell, state) from which everything starts."""
        ...

    def advance(self, forcing: Tensor, unit: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Simulate days one after another.

        Args:
            forcing: (day, run, cell, variable), standardised.
            unit: (run, cell, parameter) in the unit cube.
            state: (run, cell, state) before the first day; no gradient flows to it.

        Returns:
            standardised targets (day, run, cell, target) and the state after the last day.
        """
        ...


@torch.no_grad()
def free_run(
    dynamics: Dynamics, forcing: Tensor, unit: Tensor, state: Tensor, first: int = 0
) -> tuple[Tensor, Tensor]:
    """Simulate days on end, without gradients.

    Args:
        dynamics: what moves the state.
        forcing: (day, cell, variable), standardised, the same in all runs.
        unit: (run, cell, parameter) in the unit cube.
        state: (run, cell, state) before the first day.
        first: days at the start whose targets are not wanted.

    Returns:
        standardised targets (run, day, cell, target) and the state after the last day.
    """
    kept = [forcing.new_empty(len(unit), 0, forcing.shape[1], len(dynamics.network.targets))]
    done = 0
    for days in forcing.split(_DAYS):
        shared = days.unsqueeze(1).expand(-1, len(unit), -1, -1)
        values, state = dynamics.advance(shared, unit, state)
        if done + len(days) > first:
            kept.append(values[max(0, first - done) :].transpose(0, 1))
        done += len(days)
    return torch.cat(kept, 1), state


@torch.no_grad()
def run_members(dynamics: Dynamics, samples: Samples) -> Tensor:
    """Standardised targets (member, day, cell, target) of a free run through all forcing.

    Args:
        dynamics: what moves the state.
        samples: standardised; the targets of `lead` days at the start are left out.
    """
    dynamics.network.eval()
    values = []
    groups = samples.parameters.split(_RUNS)
    for unit in tqdm(groups, desc="running members", unit="group", leave=False, delay=5):
        start = dynamics.start(*unit.shape[:2])
        values.append(free_run(dynamics, samples.forcing, unit, start, samples.lead)[0])
    return torch.cat(values)


def predict_freely(dynamics: Dynamics, samples: Samples) -> np.ndarray:
    """Targets (member, day, cell, target), physical, of a free run through all forcing."""
    network = dynamics.network
    values = run_members(dynamics, samples.standardised(network))
    return network.to_physical(values).cpu().numpy()


class StatefulSimulator:
    """A surrogate with memory: its weights are frozen, gradients flow to the parameters.

    A window starts from the state that a run with earlier parameters reached on its first day.
    Such states are kept every `store_every` days of the training period. A window that starts
    between two of them is led in from the earlier one, without gradients. Each window renews the
    state at its end, where one is kept there.

    Args:
        dynamics: of the trained network.
        region: what it simulates.
        store_every: days between the states that are kept.
    """

    is_stateful = True

    def __init__(self, dynamics: Dynamics, region: SurrogateInputs, store_every: int = 10):
        self.dynamics, self.region, self.store_every = dynamics, region, store_every
        self.network = dynamics.network.requires_grad_(False)
        self.name = self.network.kind
        self._forcing = self.network.standardise_forcing(region.forcing)
        self._train = region.days(region.periods.train)
        self._warmup = region.days(region.periods.learning).start
        self._stored: Tensor | None = None
        self._reached: tuple[Tensor, Tensor] | None = None
        self._short_warmups: dict[int, Tensor] = {}

    @torch.no_grad()
    def run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> dict[str, Tensor]:
        """Simulate continuously from the warm-up's start; see `Simulator.run`.

        A period after training is taken up where `respin` with the same parameters ended.

        Raises:
            RuntimeError: for a lead-in before the first `respin`.
        """
        days = self.region.days(period)
        unit = self.region.unit(parameters)
        members = unit if unit.ndim == 3 else unit.unsqueeze(0)
        if warmup_days is not None:
            first, state = self._led_in(days.start - warmup_days)
        elif self._continues(parameters, days):
            first, state = self._train.stop, self._reached[1]
        else:
            first, state = self._warmup, self.dynamics.start(1, members.shape[1])
        forcing, start = self._forcing[first : days.stop], state.repeat(len(members), 1, 1)
        values, _ = free_run(self.dynamics, forcing, members, start, days.start - first)
        return self._named(values if unit.ndim == 3 else values[0])

    @torch.no_grad()
    def respin(self, parameters: Tensor) -> None:
        """Run warm-up and training period once and keep the states on the way."""
        unit = self.region.unit(parameters).unsqueeze(0)
        self._short_warmups = {}
        state = self._spun_up(unit, self._train.start)
        kept = []
        for forcing in self._forcing[self._train].split(self.store_every):
            kept.append(state[0])
            _, state = free_run(self.dynamics, forcing, unit, state)
        self._stored = torch.stack(kept)
        self._reached = (parameters.clone(), state)

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> dict[str, Tensor]:
        """Simulate windows side by side; see `Simulator.simulate_windows`.

        Raises:
            RuntimeError: before the first `respin`.
            ValueError: if a window leaves the training period.
        """
        if self._stored is None:
            raise RuntimeError("call respin(parameters) once before simulating windows")
        windows.require_inside(self.region.periods.train.days)
        cells = None if self.dynamics.couples_cells else windows.cells
        lanes = slice(None) if cells is None else cells.to(self._forcing.device)
        unit = self.region.unit(parameters)[lanes]
        first = [int(day) for day in windows.first_days]
        start = torch.cat([self._state_on(day, unit.detach(), lanes) for day in first])
        forcing = torch.stack([self._days(day, windows.days, lanes) for day in first], 1)
        runs = unit.expand(len(first), *unit.shape)
        values, end = self.dynamics.advance(forcing, runs, start)
        self._keep(end.detach(), [day + windows.days for day in first], lanes)
        if self.dynamics.couples_cells and windows.cells is not None:
            values = values[:, :, windows.cells.to(values.device)]
        return self._named(values.transpose(0, 1))

    def state_dict(self) -> dict[str, Any]:
        """The states that are kept."""
        return {"stored": None if self._stored is None else self._stored.clone()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take the kept states over."""
        stored = state["stored"]
        self._stored = None if stored is None else stored.to(self._forcing, copy=True)

    def _continues(self, parameters: Tensor, days: slice) -> bool:
        """Whether `respin` with these parameters ended before these days."""
        if self._reached is None or days.start < self._train.stop:
            return False
        return torch.equal(self._reached[0], parameters)

    def _spun_up(self, unit: Tensor, day: int) -> Tensor:
        """State (1, cell, state) before a day, from the warm-up's start on."""
        state = self.dynamics.start(*unit.shape[:2])
        if day == self._warmup:
            return state
        return free_run(self.dynamics, self._forcing[self._warmup : day], unit, state)[1]

    def _led_in(self, day: int) -> tuple[int, Tensor]:
        """A day, in the warm-up at the earliest, and the respun parameters' state before it."""
        if self._reached is None:
            raise RuntimeError("call respin(parameters) once before a run with a lead-in")
        day = max(day, self._warmup)
        if day not in self._short_warmups:
            unit = self.region.unit(self._reached[0]).unsqueeze(0)
            self._short_warmups = {day: self._spun_up(unit, day)}
        return day, self._short_warmups[day]

    @torch.no_grad()
    def _state_on(self, day: int, unit: Tensor, lanes: Any) -> Tensor:
        """State (1, cell, state) on a day of the training period, led in where none is kept."""
        slot, lead = divmod(day, self.store_every)
        state = self._stored[slot][lanes].unsqueeze(0)
        if lead == 0:
            return state
        forcing = self._days(day - lead, lead, lanes)
        return free_run(self.dynamics, forcing, unit.unsqueeze(0), state)[1]

    def _keep(self, states: Tensor, days: list[int], lanes: Any) -> None:
        """Renew the states (window, cell, state) that are kept on the windows' last ends."""
        for state, day in zip(states, days, strict=True):
            slot, rest = divmod(day, self.store_every)
            if rest == 0 and slot < len(self._stored):
                self._stored[slot][lanes] = state

    def _days(self, first: int, days: int, lanes: Any) -> Tensor:
        """Forcing (day, cell, variable) of days counted from the training period's first."""
        begin = self._train.start + first
        return self._forcing[begin : begin + days, lanes]

    def _named(self, standardised: Tensor) -> dict[str, Tensor]:
        values = self.network.to_physical(standardised)
        return dict(zip(self.network.targets, values.unbind(-1), strict=True))
