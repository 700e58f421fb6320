"""Water is neither made nor lost, also by parameters that VIC's own cases do not have."""

from dataclasses import replace
from typing import NamedTuple

import pytest
import torch

from paramscape.study.parameters import GAN_PO_PARAMETERS
from paramscape.vic import simulate, with_calibrated
from paramscape.vic.processes.brent import brent_root, with_implicit_gradient
from paramscape.vic.state import VARIABLES, initial_state

NAMES = ("OUT_PREC", "OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_WATER_ERROR")


def without_sparse_canopy(parameters):
    """No leaves in the last class: VIC itself loses water where a canopy covers a part."""
    leaves = parameters.vegetation["LAI"].clone()
    leaves[:, -1] = 0.0
    return replace(parameters, vegetation={**parameters.vegetation, "LAI": leaves})


@pytest.mark.parametrize(("first", "last"), [(0, 40), (160, 200)])
def test_water_balance_closes_in_every_step_for_drawn_parameters(case, bounds, first, last):
    reference = case("huaihe-daily")
    generator = torch.Generator().manual_seed(first)
    share = torch.rand(reference.parameters.cells, 7, generator=generator, dtype=torch.float64)
    values = bounds[0] + (bounds[1] - bounds[0]) * share
    values[:, 1] = values[:, 1] * values[:, 3]
    with torch.no_grad():
        result = simulate(
            with_calibrated(without_sparse_canopy(reference.parameters), values, GAN_PO_PARAMETERS),
            reference.forcing.days(first, last),
            reference.options,
            outputs=NAMES,
        )
    assert result.outputs["OUT_WATER_ERROR"].abs().max() < 1e-9
    assert (result.outputs["OUT_RUNOFF"] >= 0).all()
    assert (result.outputs["OUT_BASEFLOW"] >= 0).all()


def test_soil_moisture_stays_between_residual_and_capacity_in_storms(case):
    reference = case("huaihe-daily")
    forcing = reference.forcing.days(180, 190)
    storm = type(forcing)(**{**vars(forcing), "prec": forcing.prec + 20.0})
    with torch.no_grad():
        result = simulate(reference.parameters, storm, reference.options, outputs=NAMES)
    soil = reference.parameters.soil
    capacity = 1000 * soil["depth"] * (1 - soil["bulk_density"] / soil["soil_density"])
    highest = result.state.soil_moisture.max(1).values
    assert (highest <= capacity.max(0).values + 1e-9).all()
    assert result.outputs["OUT_WATER_ERROR"].abs().max() < 1e-9


def test_brent_finds_the_root_of_each_lane_and_widens_the_bracket():
    class Line(NamedTuple):
        level: torch.Tensor
        slope: torch.Tensor

    level = torch.linspace(-30, 30, 41, dtype=torch.float64).requires_grad_()
    problem = Line(level, torch.full_like(level, -2.0))

    def residual(line: Line, x: torch.Tensor) -> torch.Tensor:
        return line.slope * ((x - line.level) + 0.01 * (x - line.level) ** 3)

    start = torch.zeros_like(level)
    root = brent_root(residual, problem, start - 5, start + 5, start)
    torch.testing.assert_close(root, level.detach(), rtol=0, atol=2e-7)
    attached = with_implicit_gradient(residual, problem, root)
    (gradient,) = torch.autograd.grad(attached.sum(), level)
    torch.testing.assert_close(gradient, torch.ones_like(gradient), rtol=1e-5, atol=0)
    far = brent_root(residual, Line(level.detach() + 500, problem.slope), start, start, start - 1)
    assert (far == -1).all()


def test_a_pack_that_owes_water_keeps_the_debt_while_no_snow_falls(case):
    reference = case("cold-plains-3hourly").select([0])
    summer = reference.forcing.days(1600, 1608)
    rows = [VARIABLES.index(name) for name in ("snow_water", "surface_temperature")]
    start = initial_state(reference.parameters, reference.options)
    start.values[rows[0]], start.values[rows[1]] = -3e-6, 999.0
    with torch.no_grad():
        after = simulate(reference.parameters, summer, reference.options, start).state
    assert (after["snow_water"] == -3e-6).all()
