"""A network sees the learners around a cell, and what they show can replace its own record."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from paramscape.calibration.learning.neighbours import Neighbours
from paramscape.calibration.learning.networks.keyed_dropout import KeyedDropout, dropout_keys
from paramscape.calibration.methods.paraformer_z import paraformer_z_learner
from paramscape.grid.cells import Cells
from paramscape.study import ParaFormerSeries, ParaFormerWindows

KM_OF_A_QUARTER_DEGREE = 27.8


def seeded(seed=2):
    return torch.Generator().manual_seed(seed)


def row_of_cells(learns=(True, True, False, True, True)):
    return Cells(np.ones((1, 5), bool), np.zeros(1), 0.25 * np.arange(5), np.array([learns]))


def learner_of(problem, **given):
    settings = ParaFormerSeries(
        width=8, heads=2, sequence_days=20, dropout=0.0, neighbours=6, neighbour_km=40.0,
        stateful=ParaFormerWindows(days=20, windows=2, cells=9), **given,
    )  # fmt: skip
    return paraformer_z_learner(problem, settings, 1)


def attending(learner):
    """The learner, whose network takes something from neighbours."""
    with torch.no_grad():
        learner.network.around.attention.out.weight.uniform_(-1.0, 1.0, generator=seeded())
        learner.network.head.out.weight.mul_(100)
    return learner


def test_neighbours_are_the_nearest_learners_but_never_the_cell_itself():
    found = Neighbours.of(row_of_cells(), 3, 60.0)
    assert found.near.tolist() == [
        [True, False, False], [True, True, False], [True, True, True], [True, True, False],
        [True, False, False],
    ]  # fmt: skip
    nearest = [row[near].tolist() for row, near in zip(found.index, found.near, strict=True)]
    assert nearest == [[1], [0, 3], [1, 3, 0], [4, 1], [3]]
    expected = [KM_OF_A_QUARTER_DEGREE / 60, 2 * KM_OF_A_QUARTER_DEGREE / 60, 1.0]
    assert found.distance[1].tolist() == pytest.approx(expected, rel=1e-3)


def test_more_neighbours_than_learners_are_no_mistake():
    found = Neighbours.of(row_of_cells(), 10, 1000.0)
    assert found.near.sum(1).tolist() == [3, 3, 4, 3, 3]


def test_features_are_attributes_and_statistics_of_the_observed_days():
    found = Neighbours.of(row_of_cells(), 1, 60.0)
    attributes = torch.tensor([[1.0], [2.0], [3.0], [4.0], [5.0]])
    record = torch.zeros(4, 5, 3)
    record[:, :, 0] = torch.arange(4.0)[:, None]
    record[:2, 3, 1] = torch.tensor([1.0, 3.0])
    record[:2, 3, 2] = 1.0
    features = found.features(torch.tensor([4]), attributes, record)[0, 0]
    spread = np.std([0, 1, 2, 3])
    expected = [KM_OF_A_QUARTER_DEGREE / 60, 4.0, -1.0, 1.5, spread, 2.0, 1.0, 0.5]
    assert features.tolist() == pytest.approx(expected, rel=1e-3)


def test_an_untrained_network_takes_nothing_from_neighbours(land):
    learner = learner_of(land().problem)
    cells = torch.arange(17)
    attributes, series, features, near = learner.reader(cells, 5)
    found = learner.network(attributes, series, features, near)
    torch.testing.assert_close(learner.network(attributes, series, features + 9, near), found)


def test_only_cells_that_are_near_are_seen(land):
    learner = attending(learner_of(land().problem))
    attributes, series, features, near = learner.reader(torch.arange(17), 5)
    assert near.any() and not near.all()
    found = learner.network(attributes, series, features, near)
    far = torch.where(near.unsqueeze(-1), features, 99.0)
    torch.testing.assert_close(learner.network(attributes, series, far, near), found)
    close = torch.where(near.unsqueeze(-1), 99.0, features)
    changed = (learner.network(attributes, series, close, near) - found).abs().amax(1)
    assert (changed > 1e-4).all()
    alone = learner.network(attributes, series, features, torch.zeros_like(near))
    assert torch.isfinite(alone).all()


def test_learning_hides_the_observations_of_a_share_of_the_samples(land):
    learner = attending(learner_of(land().problem, hide_own=0.5))
    attributes, series, *around = learner.reader(torch.arange(17), 5)
    keys = dropout_keys(17, seeded())
    other = series.clone()
    other[..., -2:] = 1.0
    first, second = (learner.network(attributes, s, *around, keys=keys) for s in (series, other))
    hidden = KeyedDropout(keys, 0.0).hidden(0.5)
    assert 3 < hidden.sum() < 14
    assert torch.equal((first == second).all(1), hidden)
    shown = [learner.network(attributes, s, *around) for s in (series, other)]
    assert not (shown[0] == shown[1]).all(1).any()


def test_observations_of_cells_that_do_not_learn_are_never_a_neighbours(land):
    problem = land().problem
    learns = np.ones(problem.data.cells.shape, bool)
    learns[1] = False
    cells = replace(problem.data.cells, learns=learns)
    problem = replace(problem, data=replace(problem.data, cells=cells))
    found = learner_of(problem).reader.neighbours
    assert cells.learners[found.index[found.near].numpy()].all()
