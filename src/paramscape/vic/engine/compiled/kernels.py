"""The kernels of a model step: the physics, cut where a loop or a choice is."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.engine.compiled.layout import (
    constants_of_rows,
    record_of,
    records_of,
)
from paramscape.vic.forcing import Weather, mean_weather, weather_of
from paramscape.vic.land_constants import Cover
from paramscape.vic.outputs import OUTPUTS, StepView
from paramscape.vic.potential import snow_free_potential
from paramscape.vic.processes.aerodynamic import Profile
from paramscape.vic.processes.brent import Bracket, Iterates, brent_step, with_implicit_gradient
from paramscape.vic.processes.canopy import Uptake
from paramscape.vic.processes.lanes import rows_of
from paramscape.vic.processes.runoff import Drive, drive_of_substeps, routed, runoff_substep
from paramscape.vic.snow.energy import PackSurface, pack_residual
from paramscape.vic.snow.foliage import Foliage, foliage_energy
from paramscape.vic.snow.options import PassOptions
from paramscape.vic.snow.regime import Vegetation, below_short, below_trees, snow_pass_below
from paramscape.vic.snow_free import snow_free_pass
from paramscape.vic.step import StepResult, end_of_step, moist_soil, start_of_step, uptake_of
from paramscape.vic.surface import (
    Air,
    Fluxes,
    MoistSoil,
    PassResult,
    Setting,
    StepStart,
    Surface,
    air_over,
    winds_of,
)

Rows = list[Tensor]
COMPILED_OUTPUTS = {name: output for name, output in OUTPUTS.items() if output.by_lane}


class CompileOptions(NamedTuple):
    """Options of a simulation that are compiled in."""

    scheme: str  # AERO_RESIST_CANSNOW
    with_potential: bool
    constants: tuple[tuple[str, object], ...]  # of `paramscape.vic.processes.constants`
    conserve: bool


class Kernel(NamedTuple):
    """A part of the step: a function of groups of rows, see `layout.GROUPS`.

    with_respect_to: the groups that it has a gradient for.
    """

    function: Callable[..., tuple[Rows, ...]]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    with_respect_to: tuple[str, ...] = ()


def smooth(function: Callable, inputs: str, outputs: str, constant: str = "") -> Kernel:
    """A kernel with a gradient for all inputs that are not `constant`; names in one string."""
    names = tuple(inputs.split())
    wanted = tuple(name for name in names if name not in constant.split())
    return Kernel(function, names, tuple(outputs.split()), wanted)


def rough(function: Callable, inputs: str, outputs: str) -> Kernel:
    """A kernel without a gradient."""
    return Kernel(function, tuple(inputs.split()), tuple(outputs.split()))


PASS = "land cover soil air surface context"
"""Groups that a pass reads."""
OUTPUT = "land cover air state state_after fluxes runoff"
"""Groups that an output reads."""


def kernels(options: CompileOptions) -> dict[str, Kernel]:
    """All kernels by the name of their C++ function."""
    free, end = partial(_snow_free, options), partial(_end_of_step, options)
    air, start = partial(_air, options), partial(_surface_at_start, options)
    foliage = partial(_foliage_residual, options.scheme)
    return {
        "weather_of_substep": smooth(_weather_of_substep, "forcing", "weather"),
        "weather_of_step": smooth(
            _weather_of_step, "weather_sum substep_count", "weather", "substep_count"
        ),
        "air_over_lanes": smooth(air, "land weather", "air"),
        "soil_at_start": smooth(_soil_at_start, "land cover air state", "soil"),
        "surface_at_start": smooth(start, "cover state", "surface"),
        "snow_free_pass": smooth(free, PASS, "surface fluxes"),
        "foliage_residual": rough(foliage, "problem temperature context", "residual"),
        "pack_residual": rough(_pack_residual, "problem temperature", "residual"),
        "brent": rough(_brent, "iterates", "iterates best"),
        "drive_of_substeps": smooth(
            _drive, "land state fluxes step_counts", "drive", "step_counts"
        ),
        "runoff_substep": smooth(_runoff_substep, "land moisture drive", "moisture outflow"),
        "end_of_step": smooth(
            end, "fluxes drive outflow step_counts", "fluxes runoff", "step_counts"
        ),
        **_snow_kernels(options),
        **{name: smooth(partial(_output, name), OUTPUT, "values") for name in COMPILED_OUTPUTS},
    }


def _snow_kernels(options: CompileOptions) -> dict[str, Kernel]:
    """The passes in the snow regime, and what the temperatures within them are solved from."""
    trees, short = partial(_problem, options, below_trees), partial(_problem, options, below_short)
    under_trees, under_short = (
        partial(_snow, options, vegetation) for vegetation in (below_trees, below_short)
    )
    known = f"{PASS} temperatures"
    return {
        "foliage_of_trees": rough(trees, PASS, "problem bracket"),
        "pack_below_trees": rough(trees, known, "problem bracket"),
        "pack_below_short": rough(short, PASS, "problem bracket"),
        "snow_below_trees": smooth(under_trees, known, "surface fluxes", "temperatures"),
        "snow_below_short": smooth(under_short, known, "surface fluxes", "temperatures"),
    }


def _weather_of_substep(forcing: Rows) -> tuple[Rows]:
    return (list(weather_of(*forcing)),)


def _weather_of_step(weather_sum: Rows, substeps: Rows) -> tuple[Rows]:
    return (list(mean_weather(Weather(*weather_sum), substeps[0])),)


def _air(options: CompileOptions, land: Rows, weather: Rows) -> tuple[Rows]:
    return (list(air_over(Weather(*weather), constants_of_rows(land).site, options.conserve)),)


def _soil_at_start(land: Rows, cover: Rows, air: Rows, state: Rows) -> tuple[Rows]:
    moisture, layers = torch.stack(state[:3]), constants_of_rows(land).layers
    soil, uptake = moist_soil(moisture, layers), uptake_of(moisture, layers)
    winds = winds_of(Cover(*cover), Air(*air).wind)
    return ([*soil, *rows_of(uptake), *winds],)


def _surface_at_start(options: CompileOptions, cover: Rows, state: Rows) -> tuple[Rows]:
    return (list(start_of_step(state, Cover(*cover), options.conserve)),)


def _setting(land: Rows, cover: Rows, soil: Rows) -> Setting:
    moist, uptake, winds = records_of((MoistSoil, Uptake, Profile), soil)
    return Setting(constants_of_rows(land).site, Cover(*cover), moist, uptake, winds)


def _snow_free(options: CompileOptions, *groups: Rows) -> tuple[Rows, Rows]:
    land, cover, soil, air, surface, context = groups
    setting, over = _setting(land, cover, soil), Air(*air)
    after, fluxes = snow_free_pass(Surface(*surface), over, setting, context[2], options.conserve)
    if options.with_potential:
        fluxes = fluxes._replace(potential=snow_free_potential(over, setting))
    return rows_of(after), rows_of(fluxes)


def _snow_pass(
    options: CompileOptions, vegetation: Vegetation, groups: tuple[Rows, ...], solve: Callable
) -> PassResult:
    """A pass in the snow regime whose temperatures come from `solve`."""
    land, cover, soil, air, surface, context = groups
    *start, seconds = context
    chosen = PassOptions(seconds, options.scheme, options.with_potential, solve, options.conserve)
    setting = _setting(land, cover, soil)
    at = (Surface(*surface), Air(*air), setting, StepStart(*start))
    return snow_pass_below(vegetation, *at, chosen)


def _snow(options: CompileOptions, vegetation: Vegetation, *groups: Rows) -> tuple[Rows, Rows]:
    """A pass in the snow regime with known temperatures of foliage and pack."""
    *groups, temperatures = groups
    known = iter(temperatures if vegetation is below_trees else temperatures[1:])

    def solve(residual, problem, bracket, where) -> Tensor:
        return with_implicit_gradient(residual, problem, next(known))

    after, fluxes = _snow_pass(options, vegetation, groups, solve)
    return rows_of(after), rows_of(fluxes)


class _Reached(Exception):
    """Ends a pass at the root that it is cut at."""


def _problem(options: CompileOptions, vegetation: Vegetation, *groups: Rows) -> tuple[Rows, Rows]:
    """What the next temperature of a pass is solved from, its bracket, and where it is needed.

    With the group `temperatures`, that of the foliage is known and the next one is that of the
    pack.
    """
    passed, known = groups[:6], groups[6:]
    roots = iter(known[0][:1] if known else ())
    found: list[Rows] = []

    def solve(residual, problem, bracket: Bracket, where: Tensor) -> Tensor:
        for root in roots:
            return root
        found.extend([list(problem), [*bracket, where.to(bracket.lower.dtype)]])
        raise _Reached

    try:
        _snow_pass(options, vegetation, passed, solve)
    except _Reached:
        return found[0], found[1]
    raise AssertionError("the pass solves for no further temperature")


def _foliage_residual(scheme: str, problem: Rows, temperature: Rows, context: Rows) -> tuple[Rows]:
    return ([foliage_energy(Foliage(*problem), temperature[0], context[2], scheme).residual],)


def _pack_residual(problem: Rows, temperature: Rows) -> tuple[Rows]:
    pack = PackSurface(*problem[: len(PackSurface._fields)])
    return ([pack_residual(pack, temperature[0])],)


def _brent(iterates: Rows) -> tuple[Rows, Rows]:
    step = brent_step(Iterates(*iterates))
    return list(step.after), [step.best, step.goes_on.to(step.best.dtype)]


def _drive(land: Rows, state: Rows, fluxes: Rows, counts: Rows) -> tuple[Rows]:
    given, moisture = record_of(Fluxes, fluxes), torch.stack(state[:3])
    soil = constants_of_rows(land).runoff
    drive = drive_of_substeps(soil, moisture, given.water, given.soil_loss, counts[0])
    return (rows_of(drive),)


def _runoff_substep(land: Rows, moisture: Rows, drive: Rows) -> tuple[Rows, Rows]:
    soil, driven = constants_of_rows(land).runoff, record_of(Drive, drive)
    after = runoff_substep(soil, torch.stack(moisture), driven)
    return list(after.moisture), [after.saturation_excess, after.baseflow]


def _end_of_step(
    options: CompileOptions, fluxes: Rows, drive: Rows, outflow: Rows, counts: Rows
) -> tuple[Rows, Rows]:
    given, driven = record_of(Fluxes, fluxes), record_of(Drive, drive)
    excess, released = outflow
    lost = given.soil_loss
    if options.conserve:
        lost = torch.where(driven.drawn == 0, 0.0, lost)
    result = routed(lost, driven.surface_runoff + excess, released, lost)
    after = end_of_step(given, result.evaporation, counts[1])
    return rows_of(after), [result.runoff, result.baseflow]


def _output(name: str, *groups: Rows) -> tuple[Rows]:
    land, cover, air, state, state_after, fluxes, runoff = groups
    given, constants = record_of(Fluxes, fluxes), constants_of_rows(land)
    view = StepView(
        before=torch.stack(state),
        result=StepResult(torch.stack(state_after), given, *runoff),
        cover=Cover(*cover),
        air=Air(*air),
        layers=constants.layers,
        vegetated=constants.site.vegetated,
        passes=given.passes,
        site=constants.site,
    )
    values = OUTPUTS[name].of(view)
    return (list(values) if values.ndim == 2 else [values],)
