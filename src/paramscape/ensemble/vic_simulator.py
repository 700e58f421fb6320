"""VIC itself as the simulator of a calibration."""

from dataclasses import fields
from typing import Any

import torch
from torch import Tensor

from paramscape.simulator import Windows
from paramscape.study import Period, Periods
from paramscape.vic import Forcing, Parameters, State, initial_state, simulate
from paramscape.vic.columns import columns_of
from paramscape.vic.state import LAYERS

from .engine import Engine, require_values
from .targets import OUTPUTS


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
    keeps_states = True

    def __init__(
        self, engine: Engine, periods: Periods, store_every: int = 10, progress: bool = False
    ):
        self.engine, self.periods, self.store_every = engine, periods, store_every
        self._progress = progress
        self._cell_of_column = columns_of(engine.parameters, engine.options, 1).cell
        self._train = engine.days(periods.train)
        self._stored: Tensor | None = None
        self._reached: tuple[Tensor, State] | None = None

    @torch.no_grad()
    def run(self, parameters: Tensor, period: Period) -> dict[str, Tensor]:
        """Simulate continuously from the warm-up's start; see `Simulator.run`.

        A period after training is taken up where `refresh` with the same parameters ended.
        """
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
    def refresh(self, parameters: Tensor) -> None:
        """Run warm-up and training period once and keep the states on the way."""
        require_values(parameters, self.engine.parameters.cells)
        calibrated = self.engine.calibrated(parameters)
        day = self.engine.days(self.periods.learning).start
        state = self.engine.advance(calibrated, slice(day, self._train.start))
        if state is None:
            state = initial_state(calibrated, self.engine.options)
        kept = []
        for first in range(self._train.start, self._train.stop, self.store_every):
            kept.append(self._to_wetness(state, calibrated))
            last = min(first + self.store_every, self._train.stop)
            state = self.engine.advance(calibrated, slice(first, last), state)
        self._stored = torch.stack(kept).to(torch.float32)
        self._reached = (parameters.clone(), state)

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> dict[str, Tensor]:
        """Simulate windows side by side; see `Simulator.simulate_windows`.

        Raises:
            RuntimeError: before the first `refresh`.
            ValueError: if a window leaves the training period.
        """
        if self._stored is None:
            raise RuntimeError("call refresh(parameters) once before simulating windows")
        require_values(parameters, self.engine.parameters.cells)
        first = [int(day) for day in windows.first_days]
        self._require_inside(first, windows.days)
        calibrated = _select(self.engine.calibrated(parameters), windows.cells)
        lanes = self._lanes(windows.cells)
        wetness = torch.stack(
            [self._wetness_at(d, calibrated, lanes, windows.cells) for d in first]
        )
        # The start's moisture follows the depths: at a fixed share of the capacity a deeper soil
        # holds more water, as it would after a spin-up; with fixed moisture it would be drier.
        start = self._from_wetness(wetness, calibrated)
        ran = simulate(
            calibrated,
            self._forcing(first, windows.days, windows.cells),
            self.engine.options,
            start,
            outputs=OUTPUTS,
        )
        ends = self._to_wetness(ran.state.detach(), _detached(calibrated))
        self._keep(ends, [day + windows.days for day in first], lanes)
        return self.engine.targets(ran.outputs, windows.cells)

    def state_dict(self) -> dict[str, Any]:
        """The states that are kept."""
        return {"stored": None if self._stored is None else self._stored.clone()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take the kept states over."""
        stored, device = state["stored"], self.engine.parameters.nveg.device
        self._stored = None if stored is None else stored.to(device, copy=True)

    def _require_inside(self, first: list[int], days: int) -> None:
        length = self.periods.train.days
        for day in first:
            if day < 0 or day + days > length:
                raise ValueError(
                    f"a window of {days} days from day {day} leaves the training period of "
                    f"{length} days; start it between 0 and {length - days}"
                )

    def _lanes(self, cells: Tensor | None) -> Tensor:
        """Indices of the columns of some cells, in their order, among those of all cells."""
        counts = torch.bincount(self._cell_of_column, minlength=self.engine.parameters.cells)
        if cells is None:
            return torch.arange(len(self._cell_of_column), device=counts.device)
        starts = counts.cumsum(0) - counts
        return torch.cat([torch.arange(int(counts[c])) + starts[c].cpu() for c in cells]).to(
            counts.device
        )

    @torch.no_grad()
    def _wetness_at(
        self, day: int, calibrated: Parameters, lanes: Tensor, cells: Tensor | None
    ) -> Tensor:
        """State (variable, column) on a day of the training period, led in where none is kept."""
        slot, lead = divmod(day, self.store_every)
        wetness = self._stored[slot][:, lanes].to(self.engine.parameters.latitude.dtype)
        if lead == 0:
            return wetness
        parameters = _detached(calibrated)
        start = self._from_wetness(wetness, parameters)
        forcing = self._forcing([day - lead], lead, cells)
        single = Forcing(**{f.name: getattr(forcing, f.name)[0] for f in fields(forcing)})
        ran = simulate(parameters, single, self.engine.options, start, outputs=OUTPUTS[:1])
        return self._to_wetness(ran.state, parameters)

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

    def _to_wetness(self, state: State, parameters: Parameters) -> Tensor:
        """Values (member?, variable, column) with moisture as its share of the capacity."""
        capacity = self._capacity(parameters)
        return torch.cat([state.soil_moisture / capacity, state.values[..., len(LAYERS) :, :]], -2)

    def _from_wetness(self, wetness: Tensor, parameters: Parameters) -> State:
        """The state of which `_to_wetness` gave these values."""
        moisture = wetness[..., : len(LAYERS), :] * self._capacity(parameters)
        return State(torch.cat([moisture, wetness[..., len(LAYERS) :, :]], -2))

    def _capacity(self, parameters: Parameters) -> Tensor:
        """Water that the layers can hold, (layer, column) [mm]."""
        columns = columns_of(parameters, self.engine.options, 1)
        solid = columns.soil(parameters, "bulk_density") / columns.soil(parameters, "soil_density")
        return 1000.0 * columns.soil(parameters, "depth") * (1.0 - solid)


def _select(parameters: Parameters, cells: Tensor | None) -> Parameters:
    return parameters if cells is None else parameters.select(cells)


def _detached(parameters: Parameters) -> Parameters:
    return parameters.replace({name: value.detach() for name, value in parameters.soil.items()})
