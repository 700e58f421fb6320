"""VIC as a model whose states are kept, and its windows of days side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from paramscape.simulators.interface import Windows
from paramscape.simulators.state_cache import KeptStates
from paramscape.simulators.vic.daily_targets import OUTPUTS
from paramscape.simulators.vic.engine import Engine
from paramscape.simulators.vic.relative_moisture import (
    capacity_of,
    from_relative_moisture,
    to_relative_moisture,
)
from paramscape.simulators.vic.short_warmup import ShortWarmup
from paramscape.study import LearningPeriods
from paramscape.vic import Forcing, Parameters, Running, State, initial_state, simulate


@dataclass(frozen=True)
class SimulatedWindows:
    """What VIC gives for windows.

    outputs: VIC's outputs by name, each (window, step, cell).
    values: (window, variable, column) of the states after the windows, without gradients.
    moisture_before: see `Engine.moisture_before`.
    """

    outputs: dict[str, Tensor]
    values: Tensor
    moisture_before: Tensor | None = None


class StatefulVic:
    """VIC's states, kept in single precision with relative moisture; see `StatefulModel`.

    Its land is VIC's parameters with the calibrated values.

    Args:
        engine: VIC in the precision of learning.
        periods: training period, and warm-up before it.
    """

    def __init__(self, engine: Engine, periods: LearningPeriods):
        self.engine = engine
        self._train = engine.axis.slice(periods.train).start
        self._warmup = engine.axis.slice(periods.learning).start
        latitude = engine.parameters.latitude
        self.kept = KeptStates(-1, torch.float32, latitude.dtype, latitude.device)

    def land(self, parameters: Tensor) -> Parameters:
        """VIC's parameters with the calibrated values (member?, cell, parameter)."""
        return self.engine.calibrated(parameters)

    def cold_start(self, land: Parameters) -> State:
        """VIC's cold start."""
        return initial_state(land, self.engine.options, columns=self.engine.columns)

    def advance(self, land: Parameters, state: State, days: range) -> State:
        """The state after some days of the forcing."""
        since_first = slice(self._train + days.start, self._train + days.stop)
        return self.engine.advance(land, since_first, state)

    def values(self, land: Parameters, state: State) -> Tensor:
        """Values (variable, column) with relative moisture."""
        return to_relative_moisture(state, capacity_of(land, self.engine.columns.cell))

    def replay(self, land: Parameters, values: Tensor, windows: Windows) -> Tensor:
        """Values (window, variable, column) after windows."""
        return self.windows(land, values, windows, OUTPUTS[:1]).values

    def places(self, cells: Tensor) -> Tensor:
        """The columns of some cells."""
        return self.engine.columns.places(cells)

    def short_warmup(self, parameters: Tensor, day: int) -> Callable[[Tensor], State]:
        """See `ShortWarmup`."""
        days = slice(self._warmup, self._train + day)
        return ShortWarmup.of(self.engine, parameters, days).state

    def windows(
        self, land: Parameters, values: Tensor, windows: Windows, outputs: Sequence[str] = OUTPUTS
    ) -> SimulatedWindows:
        """Simulate windows side by side from the states on their first days.

        Args:
            land: of the windows' cells; gradients flow to it.
            values: (window, variable, column) of the states, with relative moisture.
            windows: which days and cells.
            outputs: VIC's outputs to return.
        """
        columns = self.engine.columns
        if windows.cells is not None:
            columns = columns.select(windows.cells)
        capacity = capacity_of(land, columns.cell)
        state = from_relative_moisture(values, capacity)
        ran = simulate(
            land,
            self._forcing(windows),
            self.engine.options,
            state,
            outputs,
            Running(columns=columns),
        )
        after = to_relative_moisture(ran.state.detach(), capacity.detach())
        return SimulatedWindows(ran.outputs, after, self.engine.moisture_before(state, columns))

    def _forcing(self, windows: Windows) -> Forcing:
        """Forcing of the windows, side by side on the member axis."""
        per_day, forcing = self.engine.options.model_steps_per_day, self.engine.forcing
        begin = (windows.first_days.cpu() + self._train) * per_day
        steps = begin[:, None] + torch.arange(windows.days * per_day)
        steps = steps.to(forcing.month.device)
        cut = Forcing(**{f.name: getattr(forcing, f.name)[steps] for f in fields(forcing)})
        return cut if windows.cells is None else cut.select(windows.cells)
