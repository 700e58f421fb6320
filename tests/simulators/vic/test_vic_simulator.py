"""VIC as the simulator of a calibration: windows, states and gradients."""

from dataclasses import replace
from datetime import timedelta

import pytest
import torch

from paramscape.simulators.interface import Windows
from paramscape.simulators.vic.short_warmup import with_largest_tiles
from paramscape.simulators.vic.simulator import VicSimulator
from paramscape.study import ComparedMoisture, Period
from paramscape.study.parameters import GAN_PO_PARAMETERS
from paramscape.vic.columns import columns_of
from paramscape.vic.engine import eager


@pytest.fixture(scope="module")
def simulator(engine, periods):
    return VicSimulator(engine, periods, cache_every=10)


@pytest.fixture
def fresh(simulator, members):
    """The simulator with states of the first member."""
    simulator.respin(members[0])
    return simulator


@pytest.fixture(scope="module")
def whole(simulator, members, periods):
    """The first member's continuous run of the training period."""
    return simulator.run(members[0], periods.train)


def test_windows_that_start_from_kept_states_give_the_days_of_the_whole_run(fresh, members, whole):
    made = fresh.simulate_windows(members[0], Windows(torch.tensor([0, 20]), 10))
    for name, values in made.items():
        assert values.shape == (2, 10, 4)
        torch.testing.assert_close(values[0], whole[name][:10], rtol=0, atol=1e-4)
        torch.testing.assert_close(values[1], whole[name][20:], rtol=0, atol=1e-4)


def test_days_between_a_kept_state_and_a_window_are_replayed(fresh, members, whole):
    made = fresh.simulate_windows(members[0], Windows(torch.tensor([13, 5]), 6))
    torch.testing.assert_close(made["et"][0], whole["et"][13:19], rtol=0, atol=1e-4)
    torch.testing.assert_close(made["et"][1], whole["et"][5:11], rtol=0, atol=1e-4)


def test_some_cells_give_what_all_cells_give_there(fresh, members, whole):
    chosen = torch.tensor([3, 1])
    windows = Windows(torch.tensor([10, 12]), 5, chosen)
    made = fresh.simulate_windows(members[0], windows)
    assert made["et"].shape == (2, 5, 2)
    torch.testing.assert_close(made["et"][1], whole["et"][12:17, chosen], rtol=0, atol=1e-4)
    moisture = whole["soil_moisture"][10:15, chosen]
    torch.testing.assert_close(made["soil_moisture"][0], moisture, rtol=0, atol=1e-5)


def test_a_window_passes_its_last_state_to_the_next(fresh, members):
    changed = members[1]
    fresh.simulate_windows(changed, Windows(torch.tensor([0]), 10))
    passed = fresh.simulate_windows(changed, Windows(torch.tensor([10]), 3))["soil_moisture"]
    fresh.respin(members[0])
    stale = fresh.simulate_windows(changed, Windows(torch.tensor([10]), 3))["soil_moisture"]
    assert (passed - stale).abs().max() > 1e-3


def test_some_cells_pass_on_their_own_states_only(fresh, members):
    before = fresh.state_dict()["states"]
    fresh.simulate_windows(members[1], Windows(torch.tensor([0]), 10, torch.tensor([2])))
    changed = (fresh.state_dict()["states"] != before).any(1)
    assert changed[1].any() and not changed[[0, 2]].any()
    cell = fresh.engine.columns.cell
    assert (cell[changed[1]] == 2).all()


def test_states_stay_possible_when_depths_shrink(fresh, members):
    shallow = members[0].clone()
    shallow[:, 4:6] = 0.1
    made = fresh.simulate_windows(shallow, Windows(torch.tensor([10]), 5))
    assert all(values.isfinite().all() for values in made.values())
    assert made["runoff"].max() < 100.0


def test_gradients_to_all_parameters_are_finite_and_most_are_felt(fresh, members):
    leaf = members[0].clone().requires_grad_()
    made = fresh.simulate_windows(leaf, Windows(torch.tensor([0, 10, 20]), 10))
    (gradient,) = torch.autograd.grad(made["et"].sum() + made["runoff"].sum(), leaf)
    assert gradient.isfinite().all()
    assert (gradient != 0).any(0).all()


def test_the_gradient_is_the_slope_of_the_windows(fresh, members):
    windows = Windows(torch.tensor([10]), 4)
    states = fresh.state_dict()

    def total(parameters):
        fresh.load_state_dict(states)
        return fresh.simulate_windows(parameters, windows)["et"].sum()

    leaf = members[0].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(total(leaf), leaf)
    for name in ("infilt", "depth2", "expt"):
        step = torch.zeros_like(leaf)
        step[:, GAN_PO_PARAMETERS.index(name)] = 1e-6 * members[0, :, GAN_PO_PARAMETERS.index(name)]
        slope = (total(members[0] + step) - total(members[0] - step)) / 2
        torch.testing.assert_close((gradient * step).sum(), slope, rtol=1e-3, atol=1e-9)


def test_windows_answer_to_a_deeper_soil_as_a_whole_run_does(fresh, members, periods):
    depth2 = GAN_PO_PARAMETERS.index("depth2")
    leaf = members[0].clone().requires_grad_()
    windows = Windows(torch.arange(3) * 10, 10)
    made = fresh.simulate_windows(leaf, windows)["et"].mean((0, 1))
    (gradient,) = torch.autograd.grad(made.sum(), leaf)
    step = torch.zeros_like(leaf)
    step[:, depth2] = 0.02
    pair = torch.stack([members[0] + step, members[0] - step])
    up, down = fresh.run(pair, periods.train)["et"].mean(1)
    slope = (up - down) / 0.04
    ours = gradient[:, depth2]
    assert torch.nn.functional.cosine_similarity(ours, slope, dim=0) > 0.5


def test_gradients_are_the_same_when_steps_are_computed_again(fresh, members, monkeypatch):
    states = fresh.state_dict()

    def gradient():
        fresh.load_state_dict(states)
        leaf = members[0].clone().requires_grad_()
        made = fresh.simulate_windows(leaf, Windows(torch.tensor([0, 10]), 5))["runoff"]
        return torch.autograd.grad(made.sum(), leaf)[0]

    monkeypatch.setenv("PARAMSCAPE_VIC", "eager")
    kept = gradient()
    monkeypatch.setattr(eager, "memory_for_simulation", lambda device: 0)
    assert torch.equal(gradient(), kept)


def test_a_resumed_calibration_starts_its_windows_where_the_first_one_would(
    simulator, engine, periods, members
):
    simulator.respin(members[0])
    simulator.simulate_windows(members[1], Windows(torch.tensor([0]), 10))
    resumed = VicSimulator(engine, periods, cache_every=10)
    resumed.load_state_dict(simulator.state_dict())
    windows = Windows(torch.tensor([10]), 2)
    a, b = (s.simulate_windows(members[1], windows)["et"] for s in (simulator, resumed))
    assert torch.equal(a, b)


def test_windows_before_the_first_respin_are_refused(engine, periods, members):
    simulator = VicSimulator(engine, periods)
    with pytest.raises(RuntimeError, match="respin"):
        simulator.simulate_windows(members[0], Windows(torch.tensor([0]), 2))


@pytest.mark.parametrize("warmup_days", [0, 3])
def test_after_a_short_warm_up_the_reference_parameters_give_their_own_whole_run(
    fresh, members, whole, warmup_days
):
    short = fresh.run(members[:1], fresh.periods.train, warmup_days)
    for name, values in short.items():
        torch.testing.assert_close(values[0], whole[name], rtol=0, atol=1e-9)


def test_a_short_warm_up_as_long_as_the_whole_one_is_the_whole_run(fresh, members, periods):
    for days in (periods.warmup.days, 1000):
        short = fresh.run(members, periods.train, days)
        exact = fresh.run(members, periods.train)
        assert all(torch.equal(short[name], values) for name, values in exact.items())


def test_a_short_warm_up_brings_other_parameters_near_to_their_whole_run(fresh, members, periods):
    exact = fresh.run(members[1:], periods.train)["soil_moisture"]
    near = fresh.run(members[1:], periods.train, 3)["soil_moisture"]
    stale = fresh.run(members[:1], periods.train)["soil_moisture"]
    assert (near - exact).abs().mean() < 0.3 * (stale - exact).abs().mean()
    single = fresh.run(members[1], periods.train, 3)["soil_moisture"]
    torch.testing.assert_close(single, near[0], rtol=0, atol=1e-12)


def test_a_short_warm_up_before_the_first_respin_is_refused(engine, periods, members):
    with pytest.raises(RuntimeError, match="respin"):
        VicSimulator(engine, periods).run(members[0], periods.train, 3)


def test_the_largest_tile_of_a_cell_keeps_what_it_is(engine):
    columns = columns_of(engine.parameters, engine.options)
    few = with_largest_tiles(engine.parameters)
    alone = columns_of(few, engine.options)
    assert alone.cell.tolist() == list(range(engine.parameters.cells))
    for cell in range(engine.parameters.cells):
        tiles = torch.nonzero(columns.cell == cell).squeeze(1)
        largest = tiles[columns.weight[tiles].argmax()]
        assert alone.kind[cell] == columns.kind[largest]
        assert alone.bare[cell] == columns.bare[largest]
        assert alone.weight[cell] == 1


def test_windows_that_leave_the_training_period_are_refused(fresh, members):
    with pytest.raises(ValueError, match="start them between 0 and 20"):
        fresh.simulate_windows(members[0], Windows(torch.tensor([21]), 10))


def test_a_run_that_continues_after_training_equals_the_uninterrupted_one(engine, periods, members):
    interrupted = VicSimulator(engine, periods, cache_every=10)
    interrupted.respin(members[0])
    continued = interrupted.run(members[0], periods.validation)
    whole = VicSimulator(engine, periods).run(members[0], periods.validation)
    for name, values in continued.items():
        torch.testing.assert_close(values, whole[name], rtol=0, atol=0)


def test_parameters_that_are_not_finite_are_refused_at_every_door(fresh, members, periods):
    broken = members[0].clone()
    broken[3, 4] = float("inf")
    for call in (
        lambda: fresh.run(broken, periods.train),
        lambda: fresh.run(broken, periods.train, 3),
        lambda: fresh.respin(broken),
        lambda: fresh.simulate_windows(broken, Windows(torch.tensor([0]), 10)),
    ):
        with pytest.raises(ValueError, match="depth2 is inf in cell 3;"):
            call()


@pytest.fixture(scope="module")
def at_noon(engine, periods):
    """VIC whose daily moisture is the mean of the day's two ends."""
    return VicSimulator(replace(engine, compared=ComparedMoisture(moment="middle")), periods)


def test_moisture_at_noon_is_the_mean_of_two_days_ends(at_noon, simulator, members, periods):
    before = periods.train.start - timedelta(1)
    longer = Period(start=before, end=periods.train.end)
    ends = simulator.run(members, longer)["soil_moisture"]
    found = at_noon.run(members, periods.train)["soil_moisture"]
    torch.testing.assert_close(found, (ends[:, :-1] + ends[:, 1:]) / 2, rtol=0, atol=1e-9)


def test_windows_of_moisture_at_noon_are_those_of_the_whole_run(at_noon, members, periods):
    at_noon.respin(members[0])
    whole = at_noon.run(members[0], periods.train)["soil_moisture"]
    some = torch.tensor([3, 1])
    made = at_noon.simulate_windows(members[0], Windows(torch.tensor([0, 20]), 5, some))
    for window, first in zip(made["soil_moisture"], (0, 20), strict=True):
        torch.testing.assert_close(window, whole[first : first + 5, some], rtol=0, atol=1e-5)


def test_moisture_at_noon_after_a_cold_start_begins_with_the_files_moisture(engine, members):
    start = engine.first_day
    day = Period(start=start, end=start)
    compared = replace(engine, compared=ComparedMoisture(moment="middle"))
    noon, end = (e.run(members[0], start, day)["soil_moisture"] for e in (compared, engine))
    calibrated = engine.calibrated(members[0])
    soil = {name: values[..., 0] for name, values in calibrated.soil.items() if values.ndim > 1}
    capacity = 1000 * soil["depth"] * (1 - soil["bulk_density"] / soil["soil_density"])
    first = torch.minimum(soil["init_moist"], capacity) / (1000 * soil["depth"])
    torch.testing.assert_close(noon[0], (first + end[0]) / 2, rtol=0, atol=1e-9)
