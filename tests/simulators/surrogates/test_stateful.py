"""Surrogates with memory as simulators: windows from stored states, free runs, gradients."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import torch

from paramscape.grid.cells import Cells
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.interface import Windows
from paramscape.simulators.surrogates import free_run as module
from paramscape.simulators.surrogates.arnet import ArnetDynamics, ArnetNetwork
from paramscape.simulators.surrogates.network import Scaling
from paramscape.simulators.surrogates.seq2seq import Seq2seqDynamics, Seq2seqNetwork
from paramscape.simulators.surrogates.simulated_study import SurrogateInputs
from paramscape.simulators.surrogates.stateful import StatefulSimulator
from paramscape.study import Period, Periods, Priors
from paramscape.study.parameters import GAN_PO_PARAMETERS

BOX = PriorBox.of(Priors())
PERIODS = Periods(
    warmup=Period(start=date(2008, 12, 11), end=date(2008, 12, 31)),
    train=Period(start=date(2009, 1, 1), end=date(2009, 2, 19)),
    validation=Period(start=date(2009, 2, 25), end=date(2009, 3, 10)),
    test=Period(start=date(2009, 3, 11), end=date(2009, 3, 20)),
)
CELLS = Cells(
    np.array([[True, True, False], [False, True, True], [True, False, True]]),
    np.array([32.0, 32.25, 32.5]),
    np.array([112.0, 112.25, 112.5]),
)
SCALING = Scaling(torch.full((7,), 0.5), torch.ones(7), torch.tensor([2.0]), torch.tensor([1.5]))
TWO_TARGETS = replace(
    SCALING, target_mean=torch.tensor([2.0, 0.3]), target_std=torch.tensor([1.5, 0.1])
)


def seq2seq(generator):
    network = Seq2seqNetwork(6, 7, ("et",), SCALING).initialise(generator, 1.0)
    return Seq2seqDynamics(network.double())


def arnet(generator):
    shape = {
        "layers": (1, 2, 1),
        "growth": 4,
        "enter": (6, 7, 2),
        "hidden_channels": 2,
        "parameters": 7,
    }
    network = ArnetNetwork(("et", "soil_moisture"), TWO_TARGETS, **shape)
    network.initialise(generator).double().eval()
    torch.nn.init.normal_(network.leave.grow.weight, generator=generator)
    return ArnetDynamics(network, CELLS)


DYNAMICS = {"seq2seq": seq2seq, "arnet": arnet}


@pytest.fixture(params=DYNAMICS)
def simulator(request):
    generator = torch.Generator().manual_seed(5)
    forcing = torch.rand(110, CELLS.count, 7, generator=generator, dtype=torch.float64)
    inputs = SurrogateInputs(CELLS, forcing, date(2008, 12, 1), PERIODS, BOX)
    return StatefulSimulator(DYNAMICS[request.param](generator), inputs)


@pytest.fixture
def parameters():
    generator = torch.Generator().manual_seed(6)
    return BOX.to_physical(torch.rand(CELLS.count, 7, generator=generator, dtype=torch.float64))


def close(a, b):
    torch.testing.assert_close(a, b, rtol=0, atol=1e-10, check_stride=False)


def test_windows_give_the_days_of_the_continuous_run(simulator, parameters):
    whole = simulator.run(parameters, PERIODS.train)["et"]
    simulator.respin(parameters)
    windows = simulator.simulate_windows(parameters, Windows(torch.tensor([0, 17, 30]), 20))["et"]
    assert windows.shape == (3, 20, CELLS.count)
    for window, day in zip(windows, (0, 17, 30), strict=True):
        close(window, whole[day : day + 20])


def test_a_short_warm_up_starts_from_the_state_of_the_respun_parameters(simulator, parameters):
    with pytest.raises(RuntimeError, match=r"call respin\(parameters\) once"):
        simulator.run(parameters, PERIODS.train, warmup_days=3)
    whole = simulator.run(parameters, PERIODS.train)["et"]
    simulator.respin(parameters)
    for warmup_days in (0, 3, 21, 400):
        close(simulator.run(parameters, PERIODS.train, warmup_days=warmup_days)["et"], whole)
    other = BOX.to_physical(torch.full_like(parameters, 0.3))
    led = simulator.run(torch.stack([parameters, other]), PERIODS.train, warmup_days=0)["et"]
    close(led[0], whole)
    assert (led[1] - simulator.run(other, PERIODS.train)["et"]).abs().max() > 1e-8
    simulator.respin(other)
    close(
        simulator.run(other, PERIODS.train, warmup_days=3)["et"],
        simulator.run(other, PERIODS.train)["et"],
    )


def test_some_cells_give_what_all_cells_give_there(simulator, parameters):
    simulator.respin(parameters)
    chosen = torch.tensor([3, 1])
    every = simulator.simulate_windows(parameters, Windows(torch.tensor([4, 20]), 5))["et"]
    some = simulator.simulate_windows(parameters, Windows(torch.tensor([4, 20]), 5, chosen))["et"]
    close(some, every[..., chosen])


def test_members_run_side_by_side_as_they_run_alone(simulator, parameters):
    other = BOX.to_physical(torch.full_like(parameters, 0.4))
    both = simulator.run(torch.stack([parameters, other]), PERIODS.test)["et"]
    assert both.shape == (2, PERIODS.test.days, CELLS.count)
    close(both[1], simulator.run(other, PERIODS.test)["et"])


def test_the_chunks_that_bound_memory_change_nothing(simulator, parameters, monkeypatch):
    whole = simulator.run(parameters, PERIODS.validation)["et"]
    monkeypatch.setattr(module, "_DAYS", 7)
    close(simulator.run(parameters, PERIODS.validation)["et"], whole)


def test_a_run_continues_where_the_respin_ended(simulator, parameters):
    alone = simulator.run(parameters, PERIODS.test)["et"]
    simulator.respin(parameters)
    close(simulator.run(parameters, PERIODS.test)["et"], alone)
    moved = BOX.to_physical(torch.full_like(parameters, 0.4))
    assert not torch.equal(simulator.run(moved, PERIODS.test)["et"], alone)


def test_a_window_renews_the_state_at_its_end(simulator, parameters):
    moved = BOX.to_physical(BOX.to_unit(parameters) * 0.5)
    simulator.respin(parameters)
    first, second = Windows(torch.tensor([10]), 10), Windows(torch.tensor([20]), 5)
    stale = simulator.simulate_windows(moved, second)["et"]
    simulator.simulate_windows(moved, first)
    renewed = simulator.simulate_windows(moved, second)["et"]
    simulator.respin(parameters)
    joined = simulator.simulate_windows(moved, Windows(torch.tensor([10]), 15))["et"]
    close(renewed, joined[:, 10:])
    assert not torch.allclose(stale, renewed)


def test_states_survive_the_way_through_a_checkpoint(simulator, parameters):
    simulator.respin(parameters)
    windows = Windows(torch.tensor([10, 20]), 10)
    kept = simulator.state_dict()
    first = simulator.simulate_windows(parameters, windows)["et"]
    simulator.respin(BOX.to_physical(torch.full_like(parameters, 0.4)))
    simulator.load_state_dict(kept)
    close(simulator.simulate_windows(parameters, windows)["et"], first)


def test_gradients_reach_the_parameters_and_not_the_weights(simulator, parameters):
    simulator.respin(parameters)
    leaf = parameters.clone().requires_grad_()
    simulator.simulate_windows(leaf, Windows(torch.tensor([0, 13, 30]), 3))["et"].sum().backward()
    assert leaf.grad.isfinite().all() and (leaf.grad != 0).all()
    assert all(p.grad is None for p in simulator.network.parameters())


def test_the_gradient_is_the_slope_of_the_simulation(simulator, parameters):
    windows, which = Windows(torch.tensor([10, 30]), 4), GAN_PO_PARAMETERS.index("Dsmax")

    def total(values):
        simulator.respin(parameters)
        return simulator.simulate_windows(values, windows)["et"].sum()

    leaf = parameters.clone().requires_grad_()
    total(leaf).backward()
    step = torch.zeros_like(parameters)
    step[2, which] = 1e-5 * parameters[2, which]
    slope = (total(parameters + step) - total(parameters - step)) / (2 * step[2, which])
    torch.testing.assert_close(leaf.grad[2, which], slope, rtol=1e-5, atol=1e-9)


def test_windows_before_a_respin_or_outside_training_are_refused(simulator, parameters):
    with pytest.raises(RuntimeError, match="call respin"):
        simulator.simulate_windows(parameters, Windows(torch.tensor([0]), 10))
    simulator.respin(parameters)
    with pytest.raises(ValueError, match="leave the training period of 50 days"):
        simulator.simulate_windows(parameters, Windows(torch.tensor([45]), 10))


def test_parameters_that_are_not_finite_are_refused_at_every_door(simulator, parameters):
    simulator.respin(parameters)
    broken = parameters.clone()
    broken[3, 4] = float("nan")
    for call in (
        lambda: simulator.run(broken, PERIODS.train),
        lambda: simulator.respin(broken),
        lambda: simulator.simulate_windows(broken, Windows(torch.tensor([0]), 10)),
    ):
        with pytest.raises(ValueError, match="depth2 is nan in cell 3;"):
            call()
