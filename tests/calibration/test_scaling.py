"""Scaling of a simulated target: moments of the default run, unseen cells, and learning on it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from paramscape.calibration.methods.cell_sceua import calibrate_cell_sceua
from paramscape.calibration.scaling import FEWEST_DAYS, matched
from paramscape.grid.cells import Cells
from paramscape.grid.learners import nearest_of
from paramscape.simulators.interface import Windows
from paramscape.simulators.scaled import ScaledSimulator, Scaling
from paramscape.study import CellSceua


@pytest.fixture
def cells():
    """Five cells in a row, a degree apart."""
    return Cells(np.ones((1, 5), bool), np.array([40.0]), np.arange(-100.0, -95.0))


@pytest.fixture
def series():
    """Observations with gaps and a default run (day, cell)."""
    rng = np.random.default_rng(3)
    default = 0.2 + 0.05 * rng.standard_normal((200, 5))
    observed = 0.1 + 0.7 * default + 0.02 * rng.standard_normal((200, 5))
    observed[rng.random((200, 5)) < 0.6] = np.nan
    return observed, default


ALL = np.ones(5, bool)


def test_scaled_default_has_mean_and_spread_of_the_observations(series, cells):
    observed, default = series
    slope, intercept = matched(observed, default, ALL, cells, "moments")
    scaled = np.where(np.isfinite(observed), slope * default + intercept, np.nan)
    assert np.nanmean(scaled, 0) == pytest.approx(np.nanmean(observed, 0), abs=1e-12)
    assert np.nanstd(scaled, 0) == pytest.approx(np.nanstd(observed, 0), abs=1e-12)


def test_global_scaling_matches_all_days_together(series, cells):
    observed, default = series
    slope, intercept = matched(observed, default, ALL, cells, "global")
    assert np.ptp(slope) == np.ptp(intercept) == 0
    known = np.isfinite(observed)
    scaled = slope[0] * default[known] + intercept[0]
    assert scaled.mean() == pytest.approx(observed[known].mean())
    assert scaled.std() == pytest.approx(observed[known].std())


def test_global_scaling_does_not_see_cells_that_are_only_scored(series, cells):
    observed, default = series
    learners = np.array([True, True, True, True, False])
    expected = matched(observed, default, learners, cells, "global")
    observed[:, 4] = 9.0 * np.arange(200)
    assert np.array_equal(matched(observed, default, learners, cells, "global"), expected)


def test_a_flat_default_run_is_not_stretched(series, cells):
    observed, default = series
    default[:, 2] = 0.3 + 1e-5 * (np.arange(200) % 2)
    slope, intercept = matched(observed, default, ALL, cells, "moments")
    assert slope[2] == 1
    assert intercept[2] == pytest.approx(np.nanmean(observed[:, 2]) - 0.3, abs=1e-5)


def test_unseen_cells_have_the_scaling_of_the_nearest_learner(series, cells):
    observed, default = series
    learners = np.array([True, False, True, False, False])
    slope, intercept = matched(observed, default, learners, cells, "moments")
    own = matched(observed, default, ALL, cells, "moments")
    nearest = [0, 0, 2, 2, 2]  # cell 1 lies as far from 0 as from 2
    assert np.array_equal(slope, own[0][nearest]) and np.array_equal(intercept, own[1][nearest])


def test_cells_with_few_observations_have_the_scaling_of_the_nearest_other(series, cells):
    observed, default = series
    observed[:, 0] = np.nan
    observed[: FEWEST_DAYS - 1, 0] = 0.2
    slope, _ = matched(observed, default, ALL, cells, "moments")
    assert slope[0] == slope[1]


def test_nearest_is_by_great_circle_not_by_degrees():
    cells = Cells(np.array([[1, 0], [1, 1]], bool), np.array([60.0, 61.5]), np.array([0.0, 2.0]))
    # 1.5 degrees of latitude are 167 km, 2 degrees of longitude at 61.5 N are 106 km
    assert nearest_of(cells, np.array([True, False, True])).tolist() == [0, 2, 2]


@pytest.mark.parametrize("kind", ["moments", "global"])
def test_too_few_observations_are_refused(series, cells, kind):
    observed, default = series
    observed[5:] = np.nan
    with pytest.raises(ValueError, match=f"{kind} needs 30 observed training days"):
        matched(observed, default, ALL, cells, kind)


def scaled_land(land, target="soil_moisture", **kwargs):
    """A land whose observations are 3 y + 0.1 of the truth, and its scaling."""
    made = land(target=target, **kwargs)
    problem = made.problem
    data = replace(problem.data, observations=3 * problem.data.observations + 0.1)
    count = data.cells.count
    scaling = Scaling(torch.full((count,), 3.0), torch.full((count,), 0.1))
    simulator = ScaledSimulator(problem.simulator, target, scaling)
    made.problem = replace(problem, data=data, simulator=simulator)
    return made, problem


def test_windows_are_scaled_with_their_own_cells(land):
    problem = land(target="soil_moisture").problem
    count = problem.data.cells.count
    scaling = Scaling(torch.arange(1.0, count + 1), torch.zeros(count))
    simulator = ScaledSimulator(problem.simulator, "soil_moisture", scaling)
    some = torch.tensor([4, 2])
    windows = Windows(torch.tensor([0, 7]), 5, some)
    raw = problem.simulator.simulate_windows(problem.default, windows)["soil_moisture"]
    found = simulator.simulate_windows(problem.default, windows)["soil_moisture"]
    torch.testing.assert_close(found, raw * torch.tensor([5.0, 3.0]))


def test_gradients_flow_through_the_slope(land):
    made, problem = scaled_land(land)
    windows = Windows(torch.tensor([3]), 4)

    def gradient(simulator):
        values = problem.default.clone().requires_grad_()
        simulator.simulate_windows(values, windows)["soil_moisture"].sum().backward()
        return values.grad

    torch.testing.assert_close(gradient(made.problem.simulator), 3 * gradient(problem.simulator))


def test_other_targets_are_not_scaled(land):
    problem = land(target="et").problem
    scaling = Scaling(torch.tensor(2.0), torch.tensor(1.0))
    simulator = ScaledSimulator(problem.simulator, "soil_moisture", scaling)
    train = problem.periods.train
    raw = problem.simulator.run(problem.default, train)["et"]
    assert torch.equal(simulator.run(problem.default, train)["et"], raw)


def test_parameters_are_recovered_from_scaled_observations(land, run_paths):
    made, raw = scaled_land(land)
    settings = CellSceua(max_evaluations=300)
    found = calibrate_cell_sceua(made.problem, settings, run_paths(), 1)
    unscaled = replace(made.problem, simulator=raw.simulator)
    wrong = calibrate_cell_sceua(unscaled, settings, run_paths("unscaled"), 1)
    assert made.error(found) < 0.1 < made.error(wrong)
