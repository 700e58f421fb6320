"""Fields near a given one: they hold it, surround it smoothly, and stay within the priors."""

import numpy as np
import pytest
import torch
from numpy.random import SeedSequence

from paramscape.grid.cells import Cells
from paramscape.parameters.priors import PriorBox
from paramscape.parameters.sampling import Perturbation, perturbed_fields
from paramscape.study import Priors
from paramscape.study.parameters import GAN_PO_PARAMETERS

CELLS = Cells(
    np.array([[True, True, False], [True, True, True]]),
    np.array([32.0, 32.25]),
    np.array([114.0, 114.25, 114.5]),
)
BOX = PriorBox.of(Priors())


def field_at(value):
    unit = torch.full((CELLS.count, len(GAN_PO_PARAMETERS)), value, dtype=torch.float64)
    return BOX.to_physical(unit).numpy()


def unit_fields(value, count=4, spread=0.1, length=1.0, seed=1):
    near = Perturbation(count, spread, length)
    fields = perturbed_fields(field_at(value), CELLS, BOX, near, SeedSequence(seed))
    return BOX.to_unit(torch.from_numpy(fields)).numpy()


def test_the_first_field_is_the_given_one() -> None:
    fields = perturbed_fields(field_at(0.3), CELLS, BOX, Perturbation(2, 0.1, 1.0), SeedSequence(1))
    np.testing.assert_allclose(fields[0], field_at(0.3), rtol=1e-12)


def test_the_others_surround_it_with_the_given_spread() -> None:
    unit = unit_fields(0.5, count=3000, spread=0.1)[1:]
    assert unit.mean((0, 1)) == pytest.approx(0.5, abs=0.01)
    assert unit.std((0, 1)) == pytest.approx(0.1, abs=0.005)


def test_they_are_smooth_in_space_and_parameters_move_on_their_own() -> None:
    length = 0.5
    unit = unit_fields(0.5, count=4000, length=length)[1:]
    s = np.sqrt(3) * 0.25 / length  # cells 0 and 2 are neighbours along a meridian
    expected = (1 + s) * np.exp(-s)
    assert np.corrcoef(unit[:, 0, 4], unit[:, 2, 4])[0, 1] == pytest.approx(expected, abs=0.03)
    assert abs(np.corrcoef(unit[:, 0, 4], unit[:, 0, 5])[0, 1]) < 0.05


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_they_stay_within_the_priors(value) -> None:
    unit = unit_fields(value, count=50, spread=0.5)
    assert unit.min() >= -1e-9
    assert unit.max() <= 1 + 1e-9
    assert np.unique(unit.round(6)).size > 10


def test_a_field_depends_on_its_own_stream_and_not_on_their_number() -> None:
    np.testing.assert_array_equal(unit_fields(0.5, count=2), unit_fields(0.5, count=5)[:3])
    assert not np.array_equal(unit_fields(0.5, seed=1), unit_fields(0.5, seed=2))
