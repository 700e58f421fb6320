"""The pieces of a model step that are compiled: the physics, cut where a loop or a choice is."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.engine.compiled.layout import constants_of_rows
from paramscape.vic.forcing import Weather, mean_weather, weather_of
from paramscape.vic.land_constants import Cover
from paramscape.vic.outputs import OUTPUTS, StepView
from paramscape.vic.potential import snow_free_potential
from paramscape.vic.processes.aerodynamic import Profile
from paramscape.vic.processes.brent import Bracket, Iterates, brent_step, with_implicit_gradient
from paramscape.vic.processes.runoff import Drive, drive_of_steps, routed, runoff_step
from paramscape.vic.snow.energy import PackSurface, pack_residual
from paramscape.vic.snow.foliage import Foliage, foliage_energy
from paramscape.vic.snow.options import PassOptions
from paramscape.vic.snow.regime import Vegetation, below_short, below_trees, snow_pass_below
from paramscape.vic.snow_free import snow_free_pass
from paramscape.vic.step import StepResult, end_of_step, moisture_factors, start_of_step
from paramscape.vic.surface import Air, Fluxes, Moist, Setting, Surface, air_over, winds_of

Rows = list[Tensor]
COMPILED_OUTPUTS = {name: output for name, output in OUTPUTS.items() if output.by_lane}


class Choices(NamedTuple):
    """What of a simulation's options is compiled in."""

    scheme: str  # AERO_RESIST_CANSNOW
    with_potential: bool
    constants: tuple[tuple[str, object], ...]  # of `paramscape.vic.processes.constants`
    conserve: bool


class Piece(NamedTuple):
    """A part of the step: a function of groups of rows, see `layout.GROUPS`.

    with_respect_to: the groups that it has a gradient for.
    """

    function: Callable[..., tuple[Rows, ...]]
    inputs: str
    outputs: str
    with_respect_to: str = ""


def pieces(choices: Choices) -> dict[str, Piece]:
    """All pieces by the name of their C++ function."""
    whole = "PCGASH"
    found = {
        "weather_of_part": Piece(_weather_of_part, "I", "W", "I"),
        "weather_of_step": Piece(_weather_of_step, "UL", "W", "U"),
        "air": Piece(partial(_air, choices), "PW", "A", "PW"),
        "setup": Piece(_setup, "PCAX", "G", "PCAX"),
        "start": Piece(partial(_start, choices), "CX", "S", "CX"),
        "free_pass": Piece(partial(_free, choices), whole, "SF", whole),
        "foliage_residual": Piece(partial(_foliage_residual, choices.scheme), "QTH", "T"),
        "pack_residual": Piece(_pack_residual, "QT", "T"),
        "brent": Piece(_brent, "K", "KJ"),
        "runoff_start": Piece(_runoff_start, "PXFN", "D", "PXF"),
        "runoff_step": Piece(_runoff_step, "PYD", "YZ", "PYD"),
        "runoff_end": Piece(partial(_runoff_end, choices), "FDZN", "FO", "FDZ"),
    }
    for name, vegetation in (("trees", below_trees), ("short", below_short)):
        cut = partial(_problem, choices, vegetation)
        known = "R" if vegetation is below_trees else ""
        found[f"pack_{name}"] = Piece(cut, whole + known, "QB")
        snow = partial(_snow, choices, vegetation)
        found[f"snow_{name}"] = Piece(snow, whole + "R", "SF", whole)
    found["foliage_trees"] = Piece(partial(_problem, choices, below_trees), whole, "QB")
    for name in COMPILED_OUTPUTS:
        found[name] = Piece(partial(_output, name), "PCAXEFO", "V", "PCAXEFO")
    return found


def _weather_of_part(i: Rows) -> tuple[Rows]:
    return (list(weather_of(*i)),)


def _weather_of_step(u: Rows, parts: Rows) -> tuple[Rows]:
    return (list(mean_weather(Weather(*u), parts[0])),)


def _air(choices: Choices, p: Rows, w: Rows) -> tuple[Rows]:
    return (list(air_over(Weather(*w), constants_of_rows(p).site, choices.conserve)),)


def _setup(p: Rows, c: Rows, a: Rows, x: Rows) -> tuple[Rows]:
    moist = moisture_factors(torch.stack(x[:3]), constants_of_rows(p).layers)
    return ([*moist, *winds_of(Cover(*c), Air(*a).wind)],)


def _start(choices: Choices, c: Rows, x: Rows) -> tuple[Rows]:
    return (list(start_of_step(x, Cover(*c), choices.conserve)),)


def _setting(p: Rows, c: Rows, g: Rows) -> Setting:
    moist, winds = Moist(*g[: len(Moist._fields)]), Profile(*g[len(Moist._fields) :])
    return Setting(constants_of_rows(p).site, Cover(*c), moist, winds)


def _free(choices: Choices, p: Rows, c: Rows, g: Rows, *rest: Rows) -> tuple[Rows, Rows]:
    a, s, h = rest
    setting, air = _setting(p, c, g), Air(*a)
    after, fluxes = snow_free_pass(Surface(*s), air, setting, h[2], choices.conserve)
    if choices.with_potential:
        fluxes = fluxes._replace(potential=snow_free_potential(air, setting))
    return list(after), list(fluxes)


def _snow(
    choices: Choices, vegetation: Vegetation, p: Rows, c: Rows, g: Rows, *rest: Rows
) -> tuple[Rows, Rows]:
    """A pass in the snow regime with known temperatures of foliage and pack."""
    a, s, h, roots = rest
    known = iter(roots if vegetation is below_trees else roots[1:])

    def solve(residual, problem, bracket, where) -> Tensor:
        return with_implicit_gradient(residual, problem, next(known))

    options = PassOptions(h[2], choices.scheme, choices.with_potential, solve, choices.conserve)
    after, fluxes = snow_pass_below(
        vegetation, Surface(*s), Air(*a), _setting(p, c, g), (h[0], h[1]), options
    )
    return list(after), list(fluxes)


class _Reached(Exception):
    """Ends a pass at the root that it is cut at."""


def _problem(
    choices: Choices, vegetation: Vegetation, p: Rows, c: Rows, g: Rows, *rest: Rows
) -> tuple[Rows, Rows]:
    """What the next temperature of a pass is solved from, its bracket, and where it is needed."""
    a, s, h, *known = rest
    roots = iter(known[0][:1] if known else ())
    found: list[Rows] = []

    def solve(residual, problem, bracket: Bracket, where: Tensor) -> Tensor:
        for root in roots:
            return root
        found.extend([list(problem), [*bracket, where.to(bracket.lower.dtype)]])
        raise _Reached

    options = PassOptions(h[2], choices.scheme, choices.with_potential, solve, choices.conserve)
    try:
        snow_pass_below(vegetation, Surface(*s), Air(*a), _setting(p, c, g), (h[0], h[1]), options)
    except _Reached:
        return found[0], found[1]
    raise AssertionError("the pass solves for no further temperature")


def _foliage_residual(scheme: str, q: Rows, t: Rows, h: Rows) -> tuple[Rows]:
    return ([foliage_energy(Foliage(*q), t[0], h[2], scheme).residual],)


def _pack_residual(q: Rows, t: Rows) -> tuple[Rows]:
    return ([pack_residual(PackSurface(*q[: len(PackSurface._fields)]), t[0])],)


def _brent(k: Rows) -> tuple[Rows, Rows]:
    after, best, goes_on = brent_step(Iterates(*k))
    return list(after), [best, goes_on.to(best.dtype)]


def _losses(fluxes: Fluxes) -> Tensor:
    return torch.stack([fluxes.soil_loss_1, fluxes.soil_loss_2, fluxes.soil_loss_3])


def _runoff_start(p: Rows, x: Rows, f: Rows, n: Rows) -> tuple[Rows]:
    soil, fluxes, moisture = constants_of_rows(p).runoff, Fluxes(*f), torch.stack(x[:3])
    drive = drive_of_steps(soil, moisture, fluxes.water, _losses(fluxes), n[0])
    return ([drive.infiltration, *drive.drawn, drive.quick],)


def _runoff_step(p: Rows, y: Rows, d: Rows) -> tuple[Rows, Rows]:
    drive = Drive(d[0], torch.stack(d[1:4]), d[4])
    moisture, shed, base = runoff_step(constants_of_rows(p).runoff, torch.stack(y), drive)
    return list(moisture), [shed, base]


def _runoff_end(choices: Choices, f: Rows, d: Rows, z: Rows, n: Rows) -> tuple[Rows, Rows]:
    fluxes = Fluxes(*f)
    lost = _losses(fluxes)
    if choices.conserve:
        lost = torch.where(torch.stack(d[1:4]) == 0, 0.0, lost)
    result = routed(lost, (d[4] + z[0], z[1]), lost)
    fluxes = end_of_step(fluxes, result.evaporation, n[1])
    return list(fluxes), [result.runoff, result.baseflow]


def _output(name: str, p: Rows, c: Rows, a: Rows, x: Rows, *rest: Rows) -> tuple[Rows]:
    after, f, o = rest
    fluxes, constants = Fluxes(*f), constants_of_rows(p)
    view = StepView(
        before=torch.stack(x),
        result=StepResult(torch.stack(after), fluxes, *o),
        cover=Cover(*c),
        air=Air(*a),
        layers=constants.layers,
        vegetated=constants.site.vegetated,
        passes=fluxes.passes,
        site=constants.site,
    )
    values = OUTPUTS[name].of(view)
    return (list(values) if values.ndim == 2 else [values],)
