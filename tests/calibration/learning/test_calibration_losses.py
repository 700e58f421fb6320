"""Losses: what they are inside and outside of bounds, and that gaps never count."""

import math

import numpy as np
import pytest
import torch

from paramscape.calibration.learning.losses import (
    clamp_through,
    discriminator_loss,
    generator_loss,
    masked_l1,
    masked_rmse,
    range_loss,
)
from paramscape.calibration.learning.validation import score
from paramscape.calibration.search.objective import cell_rmse, mean_spatial_rmse, rmse
from paramscape.metrics import point


def test_the_range_loss_is_zero_inside_the_bounds():
    assert range_loss(torch.tensor([0.0, 0.3, 1.0])) == 0


def test_the_range_loss_is_the_mean_exceedance_of_each_bound():
    unit = torch.tensor([[1.5, 0.4], [2.0, -0.3], [0.9, 1.0]])
    upper, lower = (0.5 + 1.0) / 2, 0.3 / 1
    torch.testing.assert_close(range_loss(unit), torch.tensor(upper + lower))


def test_the_range_loss_pulls_back_only_what_left_the_bounds():
    unit = torch.tensor([1.5, 0.4, -0.2, 3.0], requires_grad=True)
    range_loss(unit).backward()
    assert unit.grad.tolist() == [0.5, 0.0, -1.0, 0.5]


def test_the_clamp_passes_every_gradient_but_the_one_that_leads_further_out():
    unit = torch.tensor([-0.5, -0.5, 0.5, 1.5, 1.5], requires_grad=True)
    clamped = clamp_through(unit)
    (clamped * torch.tensor([1.0, -1.0, 2.0, 3.0, -3.0])).sum().backward()
    assert clamped.tolist() == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert unit.grad.tolist() == [0.0, -1.0, 2.0, 3.0, 0.0]


@pytest.mark.parametrize("loss", [masked_l1, masked_rmse])
def test_a_missing_observation_has_neither_weight_nor_gradient(loss):
    observed, present = torch.tensor([1.0, 0.0, 3.0]), torch.tensor([1.0, 0.0, 1.0])
    simulated = torch.tensor([2.0, 99.0, 2.0], requires_grad=True)
    value = loss(simulated, observed, present)
    value.backward()
    assert value == 1.0
    assert simulated.grad[1] == 0


@pytest.mark.parametrize("loss", [masked_l1, masked_rmse])
def test_without_any_observation_there_is_nothing_to_learn(loss):
    simulated = torch.tensor([2.0, 1.0], requires_grad=True)
    loss(simulated, torch.zeros(2), torch.zeros(2)).backward()
    assert simulated.grad.tolist() == [0.0, 0.0]


def test_a_perfect_fit_has_a_finite_gradient():
    simulated = torch.ones(3, requires_grad=True)
    masked_rmse(simulated, torch.ones(3), torch.ones(3)).backward()
    assert torch.isfinite(simulated.grad).all()


def test_least_squares_losses_vanish_where_each_network_has_won():
    ones, zeros = torch.ones(4), torch.zeros(4)
    assert generator_loss(ones) == 0
    assert generator_loss(zeros) == 1
    assert discriminator_loss(ones, zeros) == 0
    assert discriminator_loss(zeros, ones) == 2


def record(name):
    """Simulation and observations (time, cell) of 40 days in 5 cells."""
    rng = np.random.default_rng(3)
    observed, simulated = rng.gamma(2, 1, (40, 5)), rng.gamma(2, 1, (40, 5))
    if name == "missing":
        observed[rng.random((40, 5)) < 0.3] = np.nan
        observed[:, 3] = np.nan
    elif name == "tiny":
        observed, simulated = 1e-9 * observed, 1e-9 * simulated
    elif name == "constant":
        observed[:, 1] = 0.3
        simulated[:, 2] = 0.7
        observed[:, 4] -= observed[:, 4].mean()
    return torch.from_numpy(simulated), torch.from_numpy(observed)


RECORDS = ["random", "missing", "tiny", "constant"]


@pytest.mark.parametrize("name", RECORDS)
def test_the_score_that_chooses_is_the_score_that_is_printed(name):
    simulated, observed = record(name)
    maps = (values.numpy()[:, None] for values in (simulated, observed))
    printed = point.kge(*maps, np.ones((1, 5), dtype=bool))[0]
    assert np.isnan(printed).sum() == {"missing": 1, "constant": 2}.get(name, 0)
    assert score(simulated, observed).kge == np.nanmean(printed)


@pytest.mark.parametrize("axis", [-1, -2])
@pytest.mark.parametrize("name", RECORDS)
def test_the_error_that_a_search_lowers_is_the_printed_rmse(name, axis):
    simulated, observed = record(name)
    found = rmse(simulated[None], observed, axis)[0]
    maps = [(values if axis == -2 else values.t())[:, None] for values in (simulated, observed)]
    printed = point.rmse(*(m.numpy() for m in maps), np.ones(maps[0].shape[1:], dtype=bool))[0]
    np.testing.assert_allclose(found.numpy(), printed, rtol=1e-14)


def test_a_constant_simulation_is_not_chosen_because_its_kge_is_undefined():
    simulated, observed = record("random")
    flat = simulated.clone()
    flat[:, 2] = observed[:, 2].mean()
    worse, better = score(flat, observed), score(simulated, observed)
    known = [cell for cell in range(5) if cell != 2]
    expected = score(flat[:, known], observed[:, known]).kge
    assert worse.kge == pytest.approx(expected, rel=1e-12)
    variance = float(observed.var(correction=0))
    share = (4 * expected + 1 - math.sqrt(2)) / 5
    assert worse.misfit == pytest.approx(worse.mse / variance + 1 - share, rel=1e-12)
    assert math.isfinite(better.misfit)


def test_a_wholly_constant_simulation_has_no_kge_but_a_misfit():
    _, observed = record("random")
    found = score(torch.full_like(observed, float(observed.mean())), observed)
    assert math.isnan(found.kge)
    assert found.misfit == pytest.approx(1.0 + math.sqrt(2), rel=1e-12)


def test_the_misfit_is_zero_for_a_perfect_simulation_and_grows_with_error():
    observed = torch.rand(30, 5, generator=torch.Generator().manual_seed(1)).double() + 1
    observed[3, 2] = torch.nan
    perfect = score(observed.nan_to_num(), observed)
    assert (perfect.mse, perfect.kge) == (0.0, pytest.approx(1.0, abs=1e-7))
    assert perfect.misfit == pytest.approx(0.0, abs=1e-6)
    near, far = (score(observed.nan_to_num() * f, observed).misfit for f in (1.05, 1.3))
    assert 0.01 < near < far


def test_the_objective_averages_daily_spatial_errors_over_observed_days():
    nan = float("nan")
    observed = torch.tensor([[1.0, 1.0], [nan, 2.0], [nan, nan]])
    simulated = torch.tensor([[[2.0, 0.0], [9.0, 5.0], [7.0, 7.0]]])
    expected = (1.0 + 3.0) / 2
    torch.testing.assert_close(
        mean_spatial_rmse(simulated, observed), torch.tensor([expected], dtype=torch.float64)
    )


def test_a_simulation_that_is_nan_where_it_is_observed_has_no_error():
    nan = float("nan")
    observed, simulated = torch.tensor([[1.0, nan], [nan, 2.0]]), torch.ones(1, 2, 2)
    simulated[0, 0, 1] = nan
    assert not torch.isnan(mean_spatial_rmse(simulated.nan_to_num(), observed)).any()
    simulated[0, 1, 1] = nan
    assert torch.isnan(mean_spatial_rmse(simulated, observed)).all()


def test_a_cell_is_judged_on_its_observed_days_only():
    nan = float("nan")
    observed = torch.tensor([[1.0, 1.0, nan], [nan, 2.0, nan], [nan, nan, nan]])
    simulated = torch.tensor([[[2.0, 0.0, 8.0], [9.0, 5.0, 8.0], [7.0, 7.0, 8.0]]])
    expected = torch.tensor([[1.0, 5.0**0.5, nan]], dtype=torch.float64)
    torch.testing.assert_close(cell_rmse(simulated, observed), expected, equal_nan=True)
