"""Cells that are learned from, and the nearest one of another cell."""

import numpy as np
import pytest

from paramscape.grid.cells import Cells
from paramscape.grid.learners import nearest_of, observed_learners


def cells(learns, lat=(30.0, 31.0), lon=(110.0, 111.0, 112.0)):
    return Cells(np.ones((2, 3), bool), np.array(lat), np.array(lon), np.array(learns, bool))


def test_without_roles_every_cell_learns():
    every = Cells(np.ones((2, 3), bool), np.array([30.0, 31.0]), np.array([110.0, 111.0, 112.0]))
    assert every.learners.all() and not every.are_split
    assert (nearest_of(every, every.learners) == np.arange(6)).all()
    assert observed_learners(every, np.zeros(6), 30, refuse=True) is every


def test_a_cell_takes_the_nearest_learner_and_of_two_the_first():
    split = cells([[1, 0, 1], [0, 0, 0]])
    np.testing.assert_array_equal(nearest_of(split, split.learners), [0, 0, 2, 0, 0, 2])


def test_distance_is_that_of_a_great_circle():
    # At 60 N, a degree of longitude is half as long as one of latitude.
    split = cells([[0, 1, 0], [1, 0, 0]], lat=(59.0, 60.0), lon=(0.0, 1.5, 3.0))
    assert nearest_of(split, split.learners)[4] == 3
    # Across the date line, the nearest one has the other sign.
    split = cells([[1, 1, 0], [0, 0, 0]], lon=(-179.5, 10.0, 179.5))
    assert nearest_of(split, split.learners)[2] == 0


def test_learners_with_few_days_are_refused_by_name():
    split, days = cells([[1, 1, 1], [0, 0, 0]]), np.array([90, 29, 30, 0, 0, 0])
    with pytest.raises(ValueError, match=r"1 of 3 learners .* 30 .*30 N 111 E \(29 days\)"):
        observed_learners(split, days, 30, refuse=True)


def test_learners_with_few_days_may_be_left_out(caplog):
    split, days = cells([[1, 1, 1], [0, 0, 0]]), np.array([90, 29, 30, 0, 0, 0])
    left = observed_learners(split, days, 30, refuse=False)
    np.testing.assert_array_equal(left.learners, [True, False, True, False, False, False])
    assert "They are only scored" in caplog.text
    with pytest.raises(ValueError, match="No learner is left"):
        observed_learners(split, days, 91, refuse=False)
