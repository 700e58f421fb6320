"""The surrogate as a simulator: days, windows and gradients."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import torch

from paramscape.grid.cells import Cells
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.interface import Windows
from paramscape.simulators.surrogates.lstm import LstmNetwork, LstmSimulator
from paramscape.simulators.surrogates.lstm import simulator as module
from paramscape.simulators.surrogates.network import Scaling
from paramscape.simulators.surrogates.simulated_study import SurrogateInputs
from paramscape.study import Period, Periods, Priors
from paramscape.study.parameters import GAN_PO_PARAMETERS

BOX = PriorBox.of(Priors())
PERIODS = Periods(
    warmup=Period(start=date(2008, 12, 1), end=date(2008, 12, 31)),
    train=Period(start=date(2009, 1, 1), end=date(2009, 2, 19)),
    validation=Period(start=date(2009, 2, 20), end=date(2009, 3, 10)),
    test=Period(start=date(2009, 3, 11), end=date(2009, 3, 20)),
)
CELLS = 4
DOMAIN = Cells(np.ones((2, 2), bool), np.array([32.0, 32.25]), np.array([112.0, 112.25]))


@pytest.fixture
def simulator():
    generator = torch.Generator().manual_seed(5)
    forcing = torch.rand(110, CELLS, 7, generator=generator)
    scaling = Scaling(
        torch.full((7,), 0.5), torch.ones(7), torch.tensor([2.0]), torch.tensor([1.5])
    )
    network = LstmNetwork(12, 10, 7, ("et",), scaling).initialise(generator)
    return LstmSimulator(network, SurrogateInputs(DOMAIN, forcing, date(2008, 12, 1), PERIODS, BOX))


@pytest.fixture
def parameters():
    unit = torch.rand(CELLS, 7, generator=torch.Generator().manual_seed(6), dtype=torch.float64)
    return BOX.to_physical(unit)


def test_windows_give_the_days_of_the_whole_run(simulator, parameters):
    whole = simulator.run(parameters, PERIODS.train)["et"]
    windows = simulator.simulate_windows(parameters, Windows(torch.tensor([0, 17]), 20))["et"]
    assert windows.shape == (2, 20, CELLS)
    torch.testing.assert_close(windows[0], whole[:20], rtol=0, atol=1e-5)
    torch.testing.assert_close(windows[1], whole[17:37], rtol=0, atol=1e-5)


def test_some_cells_give_what_all_cells_give_there(simulator, parameters):
    chosen = torch.tensor([3, 1])
    every = simulator.simulate_windows(parameters, Windows(torch.tensor([4]), 5))["et"]
    some = simulator.simulate_windows(parameters, Windows(torch.tensor([4]), 5, chosen))["et"]
    torch.testing.assert_close(some, every[..., chosen])


def test_members_run_side_by_side_as_they_run_alone(simulator, parameters):
    other = BOX.to_physical(torch.full_like(parameters, 0.4))
    both = simulator.run(torch.stack([parameters, other]), PERIODS.test)["et"]
    assert both.shape == (2, PERIODS.test.days, CELLS)
    torch.testing.assert_close(both[1], simulator.run(other, PERIODS.test)["et"])


def test_gradients_reach_the_parameters_and_not_the_weights(simulator, parameters):
    leaf = parameters.clone().requires_grad_()
    windows = Windows(torch.tensor([0, 10, 30]), 3)
    simulator.simulate_windows(leaf, windows)["et"].sum().backward()
    assert leaf.grad.isfinite().all() and (leaf.grad != 0).all()
    assert all(p.grad is None for p in simulator.network.parameters())


def test_the_gradient_is_the_slope_of_the_simulation(simulator, parameters):
    windows = Windows(torch.tensor([5, 25]), 4)
    inputs = replace(simulator.inputs, forcing=simulator.inputs.forcing.double())
    simulator = LstmSimulator(simulator.network.double(), inputs)
    which = GAN_PO_PARAMETERS.index("Dsmax")
    leaf = parameters.clone().requires_grad_()
    simulator.simulate_windows(leaf, windows)["et"].sum().backward()
    step = torch.zeros_like(parameters)
    step[2, which] = 1e-5 * parameters[2, which]
    up, down = (
        simulator.simulate_windows(parameters + sign * step, windows)["et"].sum()
        for sign in (1, -1)
    )
    slope = (up - down) / (2 * step[2, which])
    torch.testing.assert_close(leaf.grad[2, which], slope, rtol=1e-5, atol=1e-9)


def test_gradients_do_not_depend_on_the_chunks_that_bound_memory(
    simulator, parameters, monkeypatch
):
    def gradient():
        leaf = parameters.clone().requires_grad_()
        out = simulator.simulate_windows(leaf, Windows(torch.tensor([0, 20]), 6))["et"]
        out.square().sum().backward()
        return leaf.grad

    whole = gradient()
    monkeypatch.setattr(module, "_CHUNK", 7)
    torch.testing.assert_close(gradient(), whole, rtol=1e-4, atol=1e-6)


def test_a_period_without_the_days_of_a_sequence_before_it_is_refused(simulator, parameters):
    with pytest.raises(ValueError, match="every day from 2008-11-26 to 2008-12-09"):
        simulator.run(parameters, Period(start=date(2008, 12, 5), end=date(2008, 12, 9)))


def test_windows_that_leave_the_training_period_are_refused(simulator, parameters):
    with pytest.raises(ValueError, match="leave the training period of 50 days"):
        simulator.simulate_windows(parameters, Windows(torch.tensor([45]), 10))
