"""The loop over model steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.utils.checkpoint import checkpoint as checkpointed
from tqdm import trange

from paramscape.vic.columns import columns_of
from paramscape.vic.forcing import Forcing, Weather, step_weather, substep_weather
from paramscape.vic.options import Options
from paramscape.vic.outputs import OUTPUTS, StepView, check_outputs
from paramscape.vic.parameters import Parameters
from paramscape.vic.site import Calendar, layers_of, runoff_soil, site_of
from paramscape.vic.snow.ground_snow import thawing_season
from paramscape.vic.state import State, flatten, initial_state, unflatten
from paramscape.vic.step import Day, Land, model_step
from paramscape.vic.surface import Air, air_over

LANES_AT_ONCE = 100_000  # lanes times steps for which the air is prepared together


@dataclass(frozen=True)
class Simulation:
    """Result of a simulation.

    outputs: (member?, step, cell) or (member?, step, cell, layer) by VIC's output name, in VIC's
    output unit, one value for each model step. state: after the last step.
    """

    outputs: dict[str, Tensor]
    state: State


def simulate(
    parameters: Parameters,
    forcing: Forcing,
    options: Options,
    state: State | None = None,
    outputs: Sequence[str] = ("OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST"),
    checkpoint: bool = False,
    progress: bool = False,
) -> Simulation:
    """Run VIC in water-balance mode over all model steps of the forcing.

    Parameters, forcing and state may each have a member axis of the same length; the results then
    have it too. The dtype and device are those of the parameters. Gradients flow to whatever
    requires them.

    Args:
        parameters: of the cells.
        forcing: of the same cells.
        options: steps per day and choices of parameterisation.
        state: to start from; VIC's cold start by default.
        outputs: names of VIC's outputs to return.
        checkpoint: recompute each step in the backward pass instead of keeping what it made.
        progress: show a bar.

    Raises:
        ValueError: if cells, substeps or member axes do not match, or an output is unknown.
    """
    names = tuple(outputs)
    check_outputs(names)
    members = _common_members(parameters, forcing, state)
    _check_shapes(parameters, forcing, options)
    model = _Model(parameters, options, members, names)
    state = state or initial_state(parameters, options, members)
    values = flatten(state.to(model.dtype), members or 1)
    rows: list[Tensor] = []
    days = model.days(forcing.to(model.dtype, values.device))
    for _ in trange(forcing.steps, disable=not progress, desc="VIC", unit="step"):
        day = next(days)
        if checkpoint and torch.is_grad_enabled():
            values, row = checkpointed(model.step, values, day, use_reentrant=False)
        else:
            values, row = model.step(values, day)
        rows.append(row)
    return Simulation(model.split(torch.stack(rows), members), State(unflatten(values, members)))


def _common_members(parameters: Parameters, forcing: Forcing, state: State | None) -> int | None:
    lengths = {
        "parameters": parameters.members,
        "forcing": forcing.members,
        "state": state.members if state else None,
    }
    present = {name: length for name, length in lengths.items() if length is not None}
    if len(set(present.values())) > 1:
        raise ValueError(f"the member axes differ in length: {present}")
    return next(iter(present.values()), None)


def _check_shapes(parameters: Parameters, forcing: Forcing, options: Options) -> None:
    if forcing.cells != parameters.cells:
        raise ValueError(
            f"the forcing has {forcing.cells} cells, the parameters have {parameters.cells}"
        )
    if forcing.substeps != options.substeps:
        raise ValueError(
            f"the forcing has {forcing.substeps} substeps in a model step; with "
            f"SNOW_STEPS_PER_DAY={options.snow_steps_per_day} and MODEL_STEPS_PER_DAY="
            f"{options.model_steps_per_day} there are {options.substeps}"
        )


class _Model:
    """What is prepared once for all steps."""

    def __init__(
        self,
        parameters: Parameters,
        options: Options,
        members: int | None,
        outputs: tuple[str, ...],
    ) -> None:
        self.options, self.outputs = options, outputs
        self.columns = columns_of(parameters, options, members or 1)
        layers = layers_of(parameters, self.columns)
        self.dtype = layers.depth.dtype
        self.calendar = Calendar(parameters, self.columns, options)
        self.land = Land(
            site=site_of(parameters, self.columns, layers),
            layers=layers,
            runoff=runoff_soil(parameters, self.columns, layers, options),
            options=options,
            with_potential="OUT_PET" in outputs,
        )

    def step(self, values: Tensor, day: Day) -> tuple[Tensor, Tensor]:
        """Advance (variable, lane) by a step; also the outputs (row, member * cell)."""
        result = model_step(values, day, self.land)
        view = StepView(
            before=values,
            result=result,
            cover=day.cover,
            air=day.air,
            layers=self.land.layers,
            vegetated=self.land.site.vegetated,
            passes=result.fluxes.passes,
        )
        rows = [_as_rows(OUTPUTS[name].of(view)) for name in self.outputs]
        means = self.columns.cell_means(torch.cat(rows)).split([len(row) for row in rows])
        cells = [OUTPUTS[n].of_cell or _unchanged for n in self.outputs]
        return result.values, torch.cat([of(m) for of, m in zip(cells, means, strict=True)])

    def days(self, forcing: Forcing) -> Iterator[Day]:
        """Everything that drives each step."""
        forcing_cell = self._forcing_cell(forcing)
        together = max(1, min(64, LANES_AT_ONCE // self.columns.lanes))
        for start in range(0, forcing.steps, together):
            part = forcing.days(start, min(start + together, forcing.steps))
            fine = substep_weather(part)
            coarse = Weather(*(_cells_last(v, part) for v in step_weather(fine)))
            coarse = Weather(*(v[:, forcing_cell] for v in coarse))
            air = air_over(coarse, self.land.site)
            snowy = _cells_last(self._snowy(fine), part)[:, forcing_cell]
            fine = Weather(*(_cells_last(v, part) for v in fine))
            for step in range(part.steps):
                yield Day(
                    cover=self.calendar.cover(_per_member(part.month, step)),
                    air=Air(*(v[step] for v in air)),
                    snowy=snowy[step],
                    substeps=Weather(*(v[step] for v in fine)) if part.substeps > 1 else None,
                    forcing_cell=forcing_cell,
                    thawing=self._thawing(part.day_of_year, step),
                )

    def _snowy(self, weather: Weather) -> Tensor:
        """Whether snow may fall in a substep in the coldest band, (member?, step, cell)."""
        cold = weather.temperature + self.columns.coldest_band < 0.5
        return (cold & (weather.precipitation > 0)).any(-2)

    def _forcing_cell(self, forcing: Forcing) -> Tensor:
        """Index (lane,) into the flattened (member?, cell) of the forcing."""
        cell = self.columns.cell
        member = torch.arange(self.columns.members, device=cell.device)[:, None]
        return (cell + (member * self.columns.cells if forcing.members else 0 * member)).reshape(-1)

    def _thawing(self, day_of_year: Tensor, step: int) -> Tensor:
        day = day_of_year[..., step].to(self.dtype)
        repeats = self.columns.count if day.ndim else self.columns.lanes
        return thawing_season(day.reshape(-1).repeat_interleave(repeats), self.land.site.northern)

    def split(self, rows: Tensor, members: int | None) -> dict[str, Tensor]:
        """Outputs by name of (step, row, member * cell)."""
        rows = rows.unflatten(-1, (self.columns.members, self.columns.cells))
        rows = rows.permute(2, 0, 3, 1) if members else rows[:, :, 0].transpose(1, 2)
        result, start = {}, 0
        for name in self.outputs:
            width = 3 if name == "OUT_SOIL_MOIST" else 1
            part = rows[..., start : start + width]
            result[name] = part if width > 1 else part[..., 0]
            start += width
        return result


def _unchanged(values: Tensor) -> Tensor:
    return values


def _as_rows(values: Tensor) -> Tensor:
    return values if values.ndim == 2 else values[None]


def _cells_last(values: Tensor, forcing: Forcing) -> Tensor:
    """(step, ..., forcing cell) of (member?, step, ..., cell)."""
    return values.movedim(0, -2).flatten(-2) if forcing.members else values


def _per_member(values: Tensor, step: int) -> tuple[int, ...]:
    chosen = values[..., step]
    return tuple(chosen.reshape(-1).tolist())
