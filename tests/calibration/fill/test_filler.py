"""The filler: closed loop, what it may see, what it fills, and what networks read of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from paramscape.calibration.fill.filler import FILLED, OBSERVED, FittedFiller, train_filler
from paramscape.calibration.fill.network import DataIntegrationLstm
from paramscape.calibration.methods.dpl_z import network_input
from paramscape.calibration.observed_data import without_unseen
from paramscape.calibration.training_data import TrainingSeries, days_of
from paramscape.study import Filler, Space

SMALL = Filler(hidden=8, epochs=2, cells=6, days=20, iterations_per_epoch=3)


@pytest.fixture
def network():
    made = DataIntegrationLstm(3, 8, 0.5)
    return made.initialise(torch.Generator().manual_seed(1))


@pytest.fixture
def inputs():
    """Drivers (day, cell, 3), observations every third day (day, cell), values before."""
    generator = torch.Generator().manual_seed(2)
    drivers = torch.randn(20, 4, 3, generator=generator)
    observed = torch.full((20, 4), torch.nan)
    observed[::3] = torch.randn(7, 4, generator=generator)
    return drivers, observed, torch.zeros(4)


def test_a_day_is_predicted_from_earlier_observations_alone(network, inputs):
    drivers, observed, first = inputs
    found = network(drivers, observed, first)
    changed = observed.clone()
    changed[9:] += 1.0
    again = network(drivers, changed, first)
    assert torch.equal(again[:10], found[:10])
    assert not torch.isclose(again[10], found[10]).any()


def test_missing_days_are_replaced_by_the_networks_own_values(network, inputs):
    drivers, _, first = inputs
    closed = network(drivers, torch.full((20, 4), torch.nan), first)
    # an open loop over single days: yesterday's own value is handed in, with the flag 0
    state, z, found = None, first, []
    for day in range(20):
        seen = network.integrate(torch.stack([z, torch.zeros(4)], -1))
        state = network.cell(torch.relu(network.enter(drivers[day]) + seen), state)
        z = network.head(state[0]).squeeze(-1)
        found.append(z)
    torch.testing.assert_close(closed, torch.stack(found))


def test_own_values_are_flagged_apart_from_observations(network, inputs):
    drivers, observed, first = inputs
    own = network(drivers, observed, first)
    as_if_observed = observed.clone()
    as_if_observed[1] = own[1].detach()
    again = network(drivers, as_if_observed, first)
    assert not torch.isclose(again[2], own[2]).all()


def test_cells_do_not_see_each_other(network, inputs):
    drivers, observed, first = inputs
    alone = network(drivers[:, :1], observed[:, :1], first[:1])
    torch.testing.assert_close(alone, network(drivers, observed, first)[:, :1])


def trained(land, settings=SMALL, seed=3, **changes):
    problem = land(target="soil_moisture").problem
    data = replace(problem.data, **changes)
    return train_filler(data, problem.periods.train, settings, seed)[0], data, problem


def test_training_is_repeatable(land):
    first, second = (trained(land)[0].state_dict()["network"] for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_nothing_after_the_training_period_is_learned_from(land):
    filler, data, problem = trained(land)
    later = data.observations.clone()
    last = days_of(data, problem.periods.train).stop
    later[last:] = 9.0
    again = trained(land, observations=later)[0]
    assert again.mean == filler.mean and again.std == filler.std
    weights = filler.state_dict()["network"]
    assert all(torch.equal(v, weights[k]) for k, v in again.state_dict()["network"].items())


def test_cells_that_are_only_scored_are_not_learned_from(land):
    data = land(target="soil_moisture").problem.data
    learns = data.cells.mask.copy()
    learns[:, 2:] = False
    cells = replace(data.cells, learns=learns)
    unseen = torch.from_numpy(~cells.learners)
    seen = without_unseen(replace(data, cells=cells), Space())
    spoilt = seen.readable.clone()
    spoilt[:, unseen] *= 7.0
    parts = [
        trained(land, cells=cells, observations=seen.observations, readable=readable)[0]
        for readable in (seen.readable, spoilt)
    ]
    assert parts[0].mean == parts[1].mean
    weights = [part.state_dict()["network"] for part in parts]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_observations_stay_as_they_are_and_gaps_are_flagged(land):
    filler, data, _ = trained(land)
    values, source = filler.fill(data, data.observations)
    known = torch.isfinite(data.observations)
    assert torch.equal(values[known], data.observations[known])
    assert torch.isfinite(values).all()
    assert (source[known] == OBSERVED).all() and (source[~known] == FILLED).all()


def test_a_filler_is_restored_from_its_file(land):
    filler, data, _ = trained(land)
    again = FittedFiller.of(filler.state_dict(), data, SMALL)
    assert torch.equal(
        again.values(data, data.observations), filler.values(data, data.observations)
    )


def test_observations_that_do_not_vary_are_refused(land):
    data = land(target="soil_moisture").problem.data
    with pytest.raises(ValueError, match="gaps cannot be filled"):
        trained(land, observations=torch.full_like(data.observations, 0.2))


def test_a_trained_filler_knows_more_than_the_mean(land):
    settings = Filler(hidden=24, epochs=30, cells=17, days=30, iterations_per_epoch=6, dropout=0.1)
    filler, data, problem = trained(land, settings)
    days = days_of(data, problem.periods.test)
    hidden = data.observations.clone()
    hidden[days] = torch.nan  # a gap of twenty days after the training period
    found, truth = filler.values(data, hidden)[days], data.observations[days]
    known = torch.isfinite(truth)
    error = (found - truth)[known].square().mean().sqrt()
    level = filler.cell_means * filler.std + filler.mean
    assert error < 0.7 * (level - truth)[known].square().mean().sqrt()


def test_networks_read_filled_values_with_the_flag_of_missing_days(land):
    problem = land(target="soil_moisture").problem
    data = problem.data
    filled = torch.where(torch.isfinite(data.observations), data.observations, 0.31)
    with_fill = replace(problem, data=replace(data, filled=filled))
    plain, read = (TrainingSeries.of_training(p) for p in (problem, with_fill))
    for name in ("target", "present", "is_readable", "mean", "std"):
        assert np.array_equal(getattr(plain, name), getattr(read, name))
    gaps = read.is_readable == 0
    expected = torch.full_like(read.readable[gaps], (0.31 - read.mean) / read.std)
    torch.testing.assert_close(read.readable[gaps], expected)
    assert torch.equal(read.readable[~gaps], plain.readable[~gaps])
    assert not torch.equal(network_input(read, with_fill, 30), network_input(plain, problem, 30))


def test_an_unobserved_place_shows_no_filled_values(land):
    data = land(target="soil_moisture").problem.data
    learns = data.cells.mask.copy()
    learns[:, 2:] = False
    data = replace(data, cells=replace(data.cells, learns=learns), filled=data.observations)
    unseen = torch.from_numpy(~data.cells.learners)
    nothing = without_unseen(data, Space(unseen_sees="nothing"))
    assert torch.isnan(nothing.filled[:, unseen]).all()
    assert torch.isfinite(nothing.filled[:, ~unseen]).any()
