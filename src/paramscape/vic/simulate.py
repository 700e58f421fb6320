"""The loop over model steps."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from paramscape.vic.compiled import compiled_here, run_compiled
from paramscape.vic.forcing import Forcing
from paramscape.vic.options import Options
from paramscape.vic.outputs import check_outputs
from paramscape.vic.parameters import Parameters
from paramscape.vic.plain import run_plain
from paramscape.vic.prepared import Prepared
from paramscape.vic.state import State, flatten, initial_state, unflatten


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
    prepared = Prepared.of(parameters, options, members, names)
    state = state or initial_state(parameters, options, members)
    values = flatten(state.to(prepared.dtype), members or 1)
    forcing = forcing.to(prepared.dtype, values.device)
    if compiled_here(values.device):
        rows, values = run_compiled(prepared, values, forcing)
    else:
        rows, values = run_plain(prepared, values, forcing, checkpoint, progress)
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
