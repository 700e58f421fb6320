"""VIC itself as the simulator of a calibration."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor

from paramscape.simulators.interface import Windows
from paramscape.simulators.vic.daily_targets import OUTPUTS
from paramscape.simulators.vic.engine import Engine, require_values
from paramscape.simulators.vic.relative_moisture import (
    capacity_of,
    from_relative_moisture,
    to_relative_moisture,
)
from paramscape.simulators.vic.short_warmup import ShortWarmup
from paramscape.study import LearningPeriods, Period
from paramscape.vic import Forcing, Parameters, State, initial_state, simulate
from paramscape.vic.columns import columns_of


class VicSimulator:
    """Embedded VIC; gradients flow through its physics.

    A window starts from the state that a run with earlier parameters reached on its first day.
    Such states are kept every `store_every` days of the training period, soil moisture as its
    share of the layer's capacity, so that they stay possible when the depths change. A window
    that starts between two of them is led in from the earlier one, without gradients. Each
    window renews the state at its end, where one is kept there.

    Args:
        engine: VIC in the precision of learning.
        periods: training period, and warm-up before it.
        store_every: days between the states that are kept.
        progress: whether continuous runs show a bar on stderr.
    """

    name = "vic"
    is_stateful = True

    def __init__(
        self,
        engine: Engine,
        periods: LearningPeriods,
        store_every: int = 10,
        progress: bool = False,
    ):
        self.engine, self.periods, self.store_every = engine, periods, store_every
        self._progress = progress
        self._cell_of_column = columns_of(engine.parameters, engine.options, 1).cell
        self._train = engine.days(periods.train)
        self._stored: Tensor | None = None
        self._reached: tuple[Tensor, State] | None = None
        self._short_warmups: dict[int, ShortWarmup] = {}

    @torch.no_grad()
    def run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> dict[str, Tensor]:
        """Simulate continuously from the warm-up's start; see `Simulator.run`.

        A period after training is taken up where `respin` with the same parameters ended.

        Raises:
            RuntimeError: for a lead-in before the first `respin`.
        """
        if warmup_days is not None:
            return self._run_after_short_warmup(parameters, period, warmup_days)
        days = self.engine.days(period)
        known, state = self._reached or (None, None)
        follows = days.start >= self._train.stop
        if known is None or not follows or not torch.equal(known, parameters):
            start = self.periods.warmup.start
            return self.engine.run(parameters, start, period, self._progress)
        calibrated = self.engine.calibrated(parameters)
        state = self.engine.advance(calibrated, slice(self._train.stop, days.start), state)
        forcing = self.engine.forcing_of(days)
        ran = simulate(
            calibrated, forcing, self.engine.options, state, OUTPUTS, self.engine.running
        )
        return self.engine.targets(ran.outputs)

    @torch.no_grad()
    def respin(self, parameters: Tensor) -> None:
        """Run warm-up and training period once and keep the states on the way."""
        require_values(parameters, self.engine.parameters.cells)
        calibrated = self.engine.calibrated(parameters)
        day = self.engine.days(self.periods.learning).start
        state = self.engine.advance(calibrated, slice(day, self._train.start))
        if state is None:
            state = initial_state(calibrated, self.engine.options)
        kept, capacity = [], capacity_of(calibrated, self._cell_of_column)
        for first in range(self._train.start, self._train.stop, self.store_every):
            kept.append(to_relative_moisture(state, capacity))
            last = min(first + self.store_every, self._train.stop)
            state = self.engine.advance(calibrated, slice(first, last), state)
        self._stored = torch.stack(kept).to(torch.float32)
        self._reached = (parameters.clone(), state)
        self._short_warmups.clear()

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> dict[str, Tensor]:
        """Simulate windows side by side; see `Simulator.simulate_windows`.

        Raises:
            RuntimeError: before the first `respin`.
            ValueError: if a window leaves the training period.
        """
        if self._stored is None:
            raise RuntimeError("call respin(parameters) once before simulating windows")
        require_values(parameters, self.engine.parameters.cells)
        windows.require_inside(self.periods.train.days)
        first = [int(day) for day in windows.first_days]
        calibrated = _select(self.engine.calibrated(parameters), windows.cells)
        lanes, cell = self._lanes(windows.cells)
        capacity = capacity_of(calibrated, cell)
        wetness = self._wetness_at(first, _detached(calibrated), lanes, windows.cells)
        ran = simulate(
            calibrated,
            self._forcing(first, windows.days, windows.cells),
            self.engine.options,
            from_relative_moisture(wetness, capacity),
            outputs=OUTPUTS,
        )
        ends = to_relative_moisture(ran.state.detach(), capacity.detach())
        self._keep(ends, [day + windows.days for day in first], lanes)
        return self.engine.targets(ran.outputs, windows.cells)

    def state_dict(self) -> dict[str, Any]:
        """The states that are kept."""
        return {"stored": None if self._stored is None else self._stored.clone()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take the kept states over."""
        stored, device = state["stored"], self.engine.parameters.nveg.device
        self._stored = None if stored is None else stored.to(device, copy=True)

    def _run_after_short_warmup(
        self, parameters: Tensor, period: Period, warmup_days: int
    ) -> dict[str, Tensor]:
        """`run` from the state that the parameters of `respin` reached some days before."""
        if self._reached is None:
            raise RuntimeError("call respin(parameters) once before a run with a lead-in")
        start = max(period.start - timedelta(warmup_days), self.periods.warmup.start)
        if start == self.periods.warmup.start:
            return self.engine.run(parameters, start, period, self._progress)
        state = self._short_warmup((start - self.engine.first_day).days).state(parameters)
        return self.engine.run(parameters, start, period, self._progress, state)

    def _short_warmup(self, day: int) -> ShortWarmup:
        """Where runs start on a day, by the parameters of the last `respin`."""
        if day not in self._short_warmups:
            first = self.engine.days(self.periods.warmup).start
            self._short_warmups = {
                day: ShortWarmup.of(self.engine, self._reached[0], slice(first, day))
            }
        return self._short_warmups[day]

    def _lanes(self, cells: Tensor | None) -> tuple[Tensor, Tensor]:
        """Columns of some cells, in their order: their places among all, and each one's cell."""
        every = self._cell_of_column
        if cells is None:
            return torch.arange(len(every), device=every.device), every
        counts = torch.bincount(every, minlength=self.engine.parameters.cells)
        starts, some = (counts.cumsum(0) - counts)[cells], counts[cells]
        cell = torch.arange(len(cells), device=some.device).repeat_interleave(some)
        place = torch.arange(len(cell), device=some.device)
        return place + (starts - some.cumsum(0) + some)[cell], cell

    @torch.no_grad()
    def _wetness_at(
        self, days: list[int], parameters: Parameters, lanes: Tensor, cells: Tensor | None
    ) -> Tensor:
        """States (window, variable, column) on days of training, led in where none is kept."""
        slots = torch.tensor([day // self.store_every for day in days])
        wetness = self._stored[slots][..., lanes].to(self.engine.parameters.latitude.dtype)
        capacity = capacity_of(parameters, self._lanes(cells)[1])
        leads = torch.tensor([day % self.store_every for day in days])
        for lead in leads.unique().tolist():
            if lead == 0:
                continue
            late = leads == lead
            firsts = [day - lead for day in days if day % self.store_every == lead]
            ran = simulate(
                parameters,
                self._forcing(firsts, lead, cells),
                self.engine.options,
                from_relative_moisture(wetness[late], capacity),
                outputs=OUTPUTS[:1],
            )
            wetness[late] = to_relative_moisture(ran.state, capacity)
        return wetness

    def _keep(self, wetness: Tensor, days: list[int], lanes: Tensor) -> None:
        """Renew the states (window, variable, column) that are kept on the windows' last ends."""
        for values, day in zip(wetness, days, strict=True):
            slot, rest = divmod(day, self.store_every)
            if rest == 0 and slot < len(self._stored):
                self._stored[slot][:, lanes] = values.to(self._stored.dtype)

    def _forcing(self, first: list[int], days: int, cells: Tensor | None) -> Forcing:
        """Forcing of the windows, side by side on the member axis."""
        per_day = self.engine.options.model_steps_per_day
        begin = (torch.tensor(first) + self._train.start) * per_day
        steps = begin[:, None] + torch.arange(days * per_day)
        forcing = self.engine.forcing
        steps = steps.to(forcing.month.device)
        cut = Forcing(**{f.name: getattr(forcing, f.name)[steps] for f in fields(forcing)})
        return cut if cells is None else cut.select(cells)


def _select(parameters: Parameters, cells: Tensor | None) -> Parameters:
    return parameters if cells is None else parameters.select(cells)


def _detached(parameters: Parameters) -> Parameters:
    return parameters.replace({name: value.detach() for name, value in parameters.soil.items()})
