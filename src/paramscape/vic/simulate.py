"""The loop over model steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor
from tqdm import tqdm

from paramscape.vic.engine.chunks import chunks_of, columns_of_cells, extent_of, joined, state_of
from paramscape.vic.engine.compiled import compiled_here, run_compiled
from paramscape.vic.engine.eager import run_plain
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
    """

    lanes_at_once: int | None = None
    progress: bool = False


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
    extent = extent_of(parameters, forcing, options, members)
    chunks = list(chunks_of(extent, running.lanes_at_once, forcing.air_temp.device))
    if len(chunks) == 1:
        return _simulate_chunk(parameters, forcing, options, state, (names, members), running)
    parts = []
    for chunk in tqdm(chunks, disable=not running.progress, desc="VIC", unit="chunk"):
        some = parameters.select(chunk.cells)
        weather = forcing.select(chunk.cells)
        start = state
        if state is not None:
            columns = columns_of_cells(parameters, options, chunk.cells)
            start = state_of(state, chunk, columns)
        if chunk.members is not None:
            some = some.select_members(chunk.members)
            weather = weather.select_members(chunk.members)
        count = None if chunk.members is None else chunk.members.stop - chunk.members.start
        parts.append(_simulate_chunk(some, weather, options, start, (names, count), Running()))
    values = {}
    for name in names:
        axis = -2 if OUTPUTS[name].metadata.axis else -1
        values[name] = joined(chunks, [part.outputs[name] for part in parts], axis)
    return Simulation(values, State(joined(chunks, [part.state.values for part in parts], -1)))


def _simulate_chunk(
    parameters: Parameters,
    forcing: Forcing,
    options: Options,
    state: State | None,
    wanted: tuple[tuple[str, ...], int | None],
    running: Running,
) -> Simulation:
    """`simulate` of members and cells that memory has room for; `wanted` outputs and members."""
    names, members = wanted
    prepared = Prepared.of(parameters, options, members, names)
    state = state or initial_state(parameters, options, members)
    values = flatten(state.to(prepared.dtype), members or 1)
    forcing = forcing.to(prepared.dtype, values.device)
    compiled = prepared.by_lane and compiled_here(values.device)
    run = run_compiled if compiled else run_plain
    rows, values = run(prepared, values, forcing, running.progress)
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
