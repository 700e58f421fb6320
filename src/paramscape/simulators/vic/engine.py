"""The embedded VIC with one study's parameters and forcing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.simulators.parameter_values import require_parameter_values
from paramscape.simulators.vic.daily_targets import OUTPUTS, daily_targets, needs_state
from paramscape.study import ComparedMoisture, Period, Vic
from paramscape.study.days import DayAxis
from paramscape.vic import (
    Forcing,
    Options,
    Parameters,
    Running,
    State,
    initial_state,
    simulate,
    with_calibrated,
)
from paramscape.vic.columns import Columns, columns_of
from paramscape.vic.state import LAYERS, flatten


@dataclass(frozen=True)
class Engine:
    """Embedded VIC on the active cells of a study.

    parameters: the uncalibrated parameters. names: of those that are calibrated, in the order of
    all values. forcing: from `first_day` on, without a gap. compared: the daily soil moisture.
    """

    parameters: Parameters
    names: tuple[str, ...]
    forcing: Forcing
    options: Options
    first_day: date
    running: Running = field(default_factory=Running)
    compared: ComparedMoisture = field(default_factory=ComparedMoisture)

    @classmethod
    def of(
        cls,
        params: xr.Dataset,
        forcing: xr.Dataset,
        cells: Cells,
        settings: Vic,
        names: tuple[str, ...],
    ) -> "Engine":
        """Set VIC up from its parameter file and its forcing files joined along time, in float64.

        Raises:
            ValueError: if the parameter file does not run all active cells of the domain, or if
                parameters or forcing are not valid for VIC.
        """
        options = options_of(settings, names)
        parameters = Parameters.from_dataset(params, cells.mask)
        if parameters.cells != cells.count:
            raise ValueError(
                f"VIC's parameter file runs {parameters.cells} of the domain's {cells.count} "
                "active cells; set run_cell to 1 in all of them, or remove the others from the "
                "domain's mask"
            )
        start = np.datetime64(forcing["time"].values[0], "D")
        return cls(
            parameters,
            names,
            Forcing.from_dataset(forcing, cells.mask, options),
            options,
            start.item(),
            running=Running(settings.lanes_at_once),
            compared=settings.soil_moisture,
        )

    def to(self, dtype: torch.dtype | None = None, device: str | None = None) -> "Engine":
        """The same in another precision or on another device."""
        return replace(
            self,
            parameters=self.parameters.to(dtype, device),
            forcing=self.forcing.to(dtype, device),
        )

    @cached_property
    def columns(self) -> Columns:
        """Columns of one member; calibrated parameters have the same."""
        return columns_of(self.parameters, self.options)

    def running_with(self, progress: bool) -> Running:
        """How simulations of all cells are run."""
        return self.running._replace(progress=progress, columns=self.columns)

    def require_values(self, values: Tensor) -> None:
        """Refuse calibrated values of another shape or that are not finite."""
        require_parameter_values(values, self.parameters.cells, self.names)

    def calibrated(self, values: Tensor) -> Parameters:
        """VIC's parameters with the calibrated values (member?, cell, parameter)."""
        return with_calibrated(self.parameters, values, self.names)

    @property
    def axis(self) -> DayAxis:
        """The days of the forcing."""
        days = self.forcing.steps // self.options.model_steps_per_day
        return DayAxis(self.first_day, days, "VIC's forcing")

    def forcing_of(self, days: slice) -> Forcing:
        """Forcing of some days of the axis."""
        steps = self.options.model_steps_per_day
        return self.forcing.days(days.start * steps, days.stop * steps)

    def targets(
        self,
        outputs: Mapping[str, Tensor],
        calibrated: Parameters,
        before: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Daily targets (member?, day, cell) of the outputs of VIC with calibrated parameters.

        `before` is `moisture_before` of the outputs' first day.
        """
        steps = self.options.model_steps_per_day
        return daily_targets(outputs, calibrated.soil["depth"], steps, self.compared, before)

    def moisture_before(self, state: State, columns: Columns) -> Tensor | None:
        """Moisture (member?, cell, layer) of the cells of a state [mm]; None if it is not needed.

        Args:
            state: (member?, variable, column).
            columns: of one member.
        """
        if not needs_state(self.compared, self.options.model_steps_per_day):
            return None
        members = state.members or 1
        layers = flatten(state, members)[: len(LAYERS)]
        means = columns.for_members(members).cell_means(layers).unflatten(1, (members, -1))
        means = means.permute(1, 2, 0)
        return means if state.members else means[0]

    @torch.no_grad()
    def run(
        self,
        values: Tensor,
        start: date,
        period: Period,
        progress: bool = False,
        state: State | None = None,
    ) -> dict[str, Tensor]:
        """Simulate from `start` to the end of a period, without gradients.

        Members run side by side, as many at a time as memory allows.

        Args:
            values: (member?, cell, parameter) calibrated parameters, physical.
            start: first day of the warm-up.
            period: days to return; the run is continuous.
            progress: whether to show a bar on stderr.
            state: before `start`; VIC's cold start by default.

        Returns:
            daily targets of the period, (member?, day, cell) by name.

        Raises:
            ValueError: if values have another shape or are not finite, or if the forcing does
                not cover warm-up and period.
        """
        self.require_values(values)
        return self.simulate(self.calibrated(values), start, period, progress, state)

    @torch.no_grad()
    def simulate(
        self,
        parameters: Parameters,
        start: date,
        period: Period,
        progress: bool = False,
        state: State | None = None,
    ) -> dict[str, Tensor]:
        """`run` of VIC's parameters in which the calibrated values are set."""
        wanted = self.axis.slice(period, before=(period.start - start).days)
        warmup = slice((start - self.first_day).days, wanted.start)
        state = self.advance(parameters, warmup, state, progress)
        ran = simulate(
            parameters,
            self.forcing_of(wanted),
            self.options,
            state,
            outputs=OUTPUTS,
            running=self.running_with(progress),
        )
        cold = state is None and needs_state(self.compared, self.options.model_steps_per_day)
        start = initial_state(parameters, self.options, columns=self.columns) if cold else state
        before = None if start is None else self.moisture_before(start, self.columns)
        return self.targets(ran.outputs, parameters, before)

    def advance(
        self,
        parameters: Parameters,
        days: slice,
        state: State | None = None,
        progress: bool = False,
    ) -> State | None:
        """The state after some days of the axis.

        None stands for VIC's cold start: it is returned if there are no days and no state.
        """
        if days.stop <= days.start:
            return state
        forcing, running = self.forcing_of(days), self.running_with(progress)
        ran = simulate(parameters, forcing, self.options, state, OUTPUTS[:1], running)
        return ran.state


def options_of(settings: Vic, names: Sequence[str]) -> Options:
    """VIC's options from a study's settings and the names of its calibrated parameters."""
    return Options(
        model_steps_per_day=settings.model_steps_per_day,
        snow_steps_per_day=settings.snow_steps_per_day,
        runoff_steps_per_day=settings.runoff_steps_per_day,
        baseflow=settings.baseflow,
        snow_band=settings.snow_band,
        fcan_src=settings.fcan_src,
        water_balance=settings.water_balance,
        max_snow_albedo="max_snow_albedo" in names,
    )
