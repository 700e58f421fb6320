"""The loop over model steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from tqdm import tqdm

from paramscape.vic.columns import Columns, columns_of
from paramscape.vic.engine.chunks import Chunk, chunks_of, extent_of, joined
from paramscape.vic.engine.compiled import compiled_here, run_compiled
from paramscape.vic.engine.eager import run_eager
from paramscape.vic.engine.setup import Prepared
from paramscape.vic.forcing import Forcing
from paramscape.vic.options import Options
from paramscape.vic.outputs import OUTPUTS, check_outputs
from paramscape.vic.parameters import Parameters
from paramscape.vic.state import State, flatten, initial_state, unflatten


class Running(NamedTuple):
    """How a simulation is run.

    lanes_at_once: columns of all members (member x cell x tile x band) that are simulated
    together; as many as a quarter of the free memory allows by default. progress: show a bar.
    columns: of the parameters for one member, if the caller has them; else `simulate` derives them.
    """

    lanes_at_once: int | None = None
    progress: bool = False
    columns: Columns | None = None


@dataclass(frozen=True)
class Simulation:
    """Result of a simulation.

    outputs: (member?, step, cell) by VIC's output name, in VIC's output unit, one value for each
    model step; with a last axis for those of layers, soil nodes or snow bands. state: after the
    last step.
    """

    outputs: dict[str, Tensor]
    state: State


def simulate(
    parameters: Parameters,
    forcing: Forcing,
    options: Options,
    state: State | None = None,
    outputs: Sequence[str] = ("OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST"),
    running: Running = Running(),  # noqa: B008
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
        outputs: names of VIC's outputs to return; those of snow bands and of the water table are
            not compiled, so that a simulation with any of them is slower.
        running: how it is run; the results do not depend on it.

    Raises:
        ValueError: if cells, substeps or member axes do not match, or an output is unknown.
    """
    names = tuple(outputs)
    check_outputs(names)
    members = _common_members(parameters, forcing, state)
    _check_shapes(parameters, forcing, options)
    columns = _columns_of(parameters, options, running)
    case = _Case(parameters, forcing, columns, state, members)
    extent = extent_of(parameters, forcing, columns, members)
    chunks = list(chunks_of(extent, running.lanes_at_once, forcing.air_temp.device))
    if len(chunks) == 1:
        return _simulate_case(case, options, names, running.progress)
    bar = tqdm(chunks, disable=not running.progress, desc="VIC", unit="chunk")
    parts = [_simulate_case(case.part(chunk), options, names, progress=False) for chunk in bar]
    values = {}
    for name in names:
        axis = -2 if OUTPUTS[name].metadata.axis else -1
        values[name] = joined(chunks, [part.outputs[name] for part in parts], axis)
    return Simulation(values, State(joined(chunks, [part.state.values for part in parts], -1)))


@dataclass(frozen=True)
class _Case:
    """What is simulated together; columns are those of one member, members None without an axis."""

    parameters: Parameters
    forcing: Forcing
    columns: Columns
    state: State | None
    members: int | None

    def part(self, chunk: Chunk) -> "_Case":
        """The cells and members of a chunk."""
        parameters, forcing = self.parameters.select(chunk.cells), self.forcing.select(chunk.cells)
        cells = torch.arange(chunk.cells.start, chunk.cells.stop, device=self.columns.cell.device)
        state = self.state
        if state is not None:
            state = State(state.values[..., self.columns.places(cells)])
        members = None
        if chunk.members is not None:
            members = chunk.members.stop - chunk.members.start
            parameters = parameters.select_members(chunk.members)
            forcing = forcing.select_members(chunk.members)
            if state is not None and state.members:
                state = State(state.values[chunk.members])
        return _Case(parameters, forcing, self.columns.select(cells), state, members)


def _simulate_case(
    case: _Case, options: Options, names: tuple[str, ...], progress: bool
) -> Simulation:
    """`simulate` of what memory has room for."""
    members, columns = case.members, case.columns.for_members(case.members or 1)
    prepared = Prepared.of(case.parameters, options, columns, names)
    state = case.state or initial_state(case.parameters, options, members, columns)
    values = flatten(state.to(prepared.dtype), columns.members)
    forcing = case.forcing.to(prepared.dtype, values.device)
    compiled = prepared.by_lane and compiled_here(values.device)
    run = run_compiled if compiled else run_eager
    rows, values = run(prepared, values, forcing, progress)
    return Simulation(prepared.of_cells(rows, members), State(unflatten(values, members)))


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


def _columns_of(parameters: Parameters, options: Options, running: Running) -> Columns:
    columns = running.columns or columns_of(parameters, options)
    if columns.cells != parameters.cells:
        raise ValueError(
            f"running.columns has the columns of {columns.cells} cells, the parameters have "
            f"{parameters.cells} cells; pass the columns of the same parameters or none"
        )
    return columns


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
