"""State cache of a stateful model: where windows of the training period and later runs start.

Used by VIC and by the surrogates with memory. A state is kept every few days of the training
period. A window starts from the state kept on its first day; where there is none, the days from
the earlier kept state are replayed. Each window renews the state that is kept after its last day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import torch
from torch import Tensor

from paramscape.simulators.interface import Windows
from paramscape.study import LearningPeriods, Period

Land = TypeVar("Land")
State = TypeVar("State")


@dataclass(frozen=True)
class KeptStates:
    """How a model's states are kept.

    place_axis: axis of a state's values, counted from the end, on which its cells lie.
    kept_dtype: in which they are kept.
    dtype, device: of the model.
    """

    place_axis: int
    kept_dtype: torch.dtype
    dtype: torch.dtype
    device: torch.device


class StatefulModel(Protocol[Land, State]):
    """A model whose state carries over from day to day, as a state cache needs it.

    Days are counted from the first day of the training period; those of the warm-up are negative.
    The land is what the model derives from parameters; a cache only passes it on. The values of a
    state are a tensor that other parameters can start from.
    """

    kept: KeptStates

    def land(self, parameters: Tensor) -> Land:
        """What is derived from parameters (cell, parameter) of all cells."""
        ...

    def cold_start(self, land: Land) -> State:
        """The state from which the warm-up starts."""
        ...

    def advance(self, land: Land, state: State, days: range) -> State:
        """The state after some days, which may be none."""
        ...

    def values(self, land: Land, state: State) -> Tensor:
        """Values of a state of all cells."""
        ...

    def replay(self, land: Land, values: Tensor, windows: Windows) -> Tensor:
        """Values (window, ...) of the states after windows, without gradients.

        Args:
            land: of the windows' cells.
            values: (window, ...) on the windows' first days.
            windows: the days to simulate.
        """
        ...

    def places(self, cells: Tensor) -> Tensor:
        """Indices of the values of some cells (cell,) along the place axis, in their order."""
        ...

    def short_warmup(self, parameters: Tensor, day: int) -> Callable[[Tensor], State]:
        """Gives parameters (member?, cell, parameter) a state on a day, without a warm-up.

        Args:
            parameters: (cell, parameter) whose state on that day the given state is derived from.
            day: the day.
        """
        ...


@dataclass(frozen=True)
class RunStart(Generic[State]):
    """Where a continuous run starts: a day, and the state on it; None for the cold start."""

    day: int
    state: State | None


@dataclass(frozen=True)
class _AfterTraining(Generic[State]):
    """Parameters of the last respin, and the state that they reached after the training period."""

    parameters: Tensor
    state: State


@dataclass(frozen=True)
class _ShortWarmup(Generic[State]):
    """A day, and the function that gives parameters a state on that day."""

    day: int
    state_of: Callable[[Tensor], State]


class StateCache(Generic[Land, State]):
    """States of a model on every `every`-th day of the training period.

    Args:
        model: whose states are kept.
        periods: training period, and warm-up before it.
        every: days between two kept states.

    Raises:
        ValueError: if `every` is less than a day.
    """

    def __init__(self, model: StatefulModel[Land, State], periods: LearningPeriods, every: int):
        if every < 1:
            raise ValueError(f"states are kept every 1 day or more days; got cache_every={every}")
        self._model, self._every, self._train = model, every, periods.train
        self._first = (periods.warmup.start - periods.train.start).days
        self._states: Tensor | None = None
        self._after_training: _AfterTraining[State] | None = None
        self._short_warmup: _ShortWarmup[State] | None = None

    @torch.no_grad()
    def respin(self, parameters: Tensor) -> None:
        """Run warm-up and training period with parameters, and keep the states on the way."""
        model, kept = self._model, []
        land = model.land(parameters)
        state = model.advance(land, model.cold_start(land), range(self._first, 0))
        for day in range(0, self._train.days, self._every):
            kept.append(model.values(land, state).to(model.kept.kept_dtype))
            last = min(day + self._every, self._train.days)
            state = model.advance(land, state, range(day, last))
        self._states = torch.stack(kept)
        self._after_training = _AfterTraining(parameters.clone(), state)
        self._short_warmup = None

    @torch.no_grad()
    def starts(self, land: Land, windows: Windows) -> Tensor:
        """Values (window, ...) of the states on the windows' first days.

        Args:
            land: of the windows' cells; days are replayed with it.
            windows: of the training period.

        Raises:
            RuntimeError: before the first `respin`.
            ValueError: if a window leaves the training period.
        """
        if self._states is None:
            raise RuntimeError("call respin(parameters) once before simulating windows")
        windows.require_inside(self._train.days)
        first, kept = windows.first_days.cpu(), self._model.kept
        values, gaps = self._states[first // self._every], first % self._every
        if windows.cells is not None:
            values = values.index_select(kept.place_axis, self._model.places(windows.cells))
        values = values.to(kept.dtype)
        for gap in gaps[gaps > 0].unique().tolist():
            late = gaps == gap
            days = Windows(first[late] - gap, gap, windows.cells)
            values[late] = self._model.replay(land, values[late], days)
        return values

    def renew(self, values: Tensor, windows: Windows) -> None:
        """Replace the states kept on the days after windows.

        Args:
            values: (window, ...) of the states after the windows.
            windows: what was simulated; other cells keep their states.
        """
        places = None if windows.cells is None else self._model.places(windows.cells)
        values = values.detach().to(self._states.dtype)
        for value, first in zip(values, windows.first_days.tolist(), strict=True):
            slot, gap = divmod(first + windows.days, self._every)
            if gap or slot >= len(self._states):
                continue
            if places is None:
                self._states[slot] = value
            else:
                self._states[slot].index_copy_(self._model.kept.place_axis, places, value)

    @torch.no_grad()
    def start_of_run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> RunStart[State]:
        """Where a run of a period starts.

        A period after the training period continues the last `respin` with the same parameters;
        every other one starts with the whole warm-up.

        Args:
            parameters: (member?, cell, parameter) of the run.
            period: that is simulated.
            warmup_days: length of a short warm-up in place of the whole one. It starts from a
                state derived from that of the last `respin`'s parameters.

        Raises:
            RuntimeError: for a short warm-up before the first `respin`.
        """
        day, known = (period.start - self._train.start).days, self._after_training
        if warmup_days is not None:
            return self._start_of_short_warmup(parameters, day - warmup_days)
        follows = known is not None and day >= self._train.days
        if follows and torch.equal(known.parameters, parameters):
            return RunStart(self._train.days, known.state)
        return RunStart(self._first, None)

    def state_dict(self) -> dict[str, Any]:
        """The kept states, None before the first `respin`."""
        return {"states": None if self._states is None else self._states.clone()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the kept states from `state_dict`."""
        states = state["states"]
        self._states = None if states is None else states.to(self._model.kept.device, copy=True)

    def _start_of_short_warmup(self, parameters: Tensor, day: int) -> RunStart[State]:
        if self._after_training is None:
            raise RuntimeError("call respin(parameters) once before a run with a short warm-up")
        if day <= self._first:
            return RunStart(self._first, None)
        if self._short_warmup is None or self._short_warmup.day != day:
            state_of = self._model.short_warmup(self._after_training.parameters, day)
            self._short_warmup = _ShortWarmup(day, state_of)
        return RunStart(day, self._short_warmup.state_of(parameters))
