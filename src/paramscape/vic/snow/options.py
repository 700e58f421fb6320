"""Options of a pass in the snow regime."""

from typing import NamedTuple

from paramscape.vic.processes.brent import Solver, solve_by_brent


class PassOptions(NamedTuple):
    """Length of a pass, and the choices that it depends on."""

    seconds: float
    scheme: str  # AERO_RESIST_CANSNOW
    with_potential: bool
    solve: Solver = solve_by_brent  # of the energy balances of foliage and pack
    conserve: bool = False  # keep the water that VIC loses
    with_energy: bool = False  # give `energy.EnergyFluxes`
