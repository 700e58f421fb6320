"""Gradients turned by the curvature of each cell's errors."""

import pytest
import torch

from paramscape.calibration.learning.preconditioner import Preconditioner
from paramscape.study import Preconditioning
from paramscape.study.parameters import GAN_PO_PARAMETERS

INFILT, DEPTH2 = GAN_PO_PARAMETERS.index("infilt"), GAN_PO_PARAMETERS.index("depth2")


def turned(preconditioner, unit, gradient, cells=None):
    unit = unit.clone().requires_grad_()
    (preconditioner(unit, cells) * gradient).sum().backward()
    return unit.grad


def made(problem, damping):
    found = Preconditioner(problem, Preconditioning(damping=damping))
    assert found.renew(problem.default) == len(GAN_PO_PARAMETERS) + 1
    return found


def test_without_settings_gradients_stay_as_they_are(land):
    problem = land().problem
    plain = Preconditioner(problem, None)
    gradient = torch.randn(problem.default.shape, generator=torch.Generator().manual_seed(1))
    assert torch.equal(turned(plain, torch.zeros_like(gradient), gradient), gradient)
    assert not plain.is_due(0)


def test_curvatures_are_found_again_every_so_many_epochs(land):
    preconditioner = Preconditioner(land().problem, Preconditioning(every=3))
    assert [epoch for epoch in range(8) if preconditioner.is_due(epoch)] == [0, 3, 6]


def test_values_pass_unchanged(land):
    problem = land().problem
    unit = torch.rand(problem.default.shape, generator=torch.Generator().manual_seed(2))
    assert torch.equal(made(problem, 0.1)(unit), unit)


def test_a_newton_step_ends_in_the_minimum_of_a_linear_model(land):
    """The meadow is linear in the two parameters that act, so that one step is enough."""
    problem = land().problem
    days = slice(10, 100)
    unit = torch.full(problem.default.shape, 0.3, dtype=torch.float64)
    truth = unit.clone()
    truth[:, DEPTH2], truth[:, INFILT] = 0.7, 0.45
    problem.simulator.priors.to_physical(truth)
    observed = problem.simulator.flux(problem.priors.to_physical(truth), days)
    leaf = unit.clone().requires_grad_()
    simulated = problem.simulator.flux(problem.priors.to_physical(leaf), days)
    (0.5 * (simulated - observed).square().mean(0)).sum().backward()
    damping = 1e-7
    step = turned(made(problem, damping), unit, leaf.grad)
    energy, rain = problem.simulator.forcing[days].unbind(-1)
    mean = ((0.8 * energy).square().mean(0) + (0.3 * rain).square().mean(0)) / unit.shape[-1]
    reached = unit - step / mean[:, None]
    assert (reached - truth)[:, [INFILT, DEPTH2]].abs().max() < 1e-4


def test_directions_that_do_not_act_are_lengthened_by_the_damping_alone(land):
    problem = land().problem
    idle = [i for i in range(len(GAN_PO_PARAMETERS)) if i not in (INFILT, DEPTH2)]
    gradient = torch.ones(problem.default.shape, dtype=torch.float64)
    step = turned(made(problem, 0.05), torch.zeros_like(gradient), gradient)
    assert step[:, idle].sub(20.0).abs().max() < 1e-3


def test_some_cells_are_turned_as_they_are_among_all(land):
    problem = land().problem
    preconditioner, cells = made(problem, 0.05), torch.tensor([11, 3, 5])
    gradient = torch.randn(problem.default.shape, generator=torch.Generator().manual_seed(3))
    every = turned(preconditioner, torch.zeros_like(gradient), gradient)
    some = turned(preconditioner, torch.zeros(3, len(GAN_PO_PARAMETERS)), gradient[cells], cells)
    assert torch.allclose(some, every[cells])


def test_a_cell_in_which_no_parameter_acts_keeps_its_gradient(land):
    problem = land().problem
    problem.simulator.forcing[:, 4] = 0.0
    gradient = torch.ones(problem.default.shape, dtype=torch.float64)
    step = turned(made(problem, 0.05), torch.zeros_like(gradient), gradient)
    assert torch.equal(step[4], gradient[4])
    assert step[3].max() == pytest.approx(20.0, rel=1e-3)
