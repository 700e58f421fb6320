"""What is kept of a surrogate's skill."""

import numpy as np

from paramscape.grid.cells import Cells
from paramscape.simulators.surrogates.report import skill_by_member

CELLS = Cells(
    np.array([[True, False], [True, True]]), np.array([32.0, 32.25]), np.array([1.0, 2.0])
)


def test_each_member_and_cell_has_its_score_and_pairs_are_of_the_same_days():
    reference = np.random.default_rng(1).uniform(size=(2, 30, 3)).astype(np.float32)
    shift = np.array([0.25, -0.5], np.float32)
    skill = skill_by_member(reference + shift[:, None, None], reference, CELLS, seed=3)
    np.testing.assert_allclose(CELLS.gather(skill["bias"]), [[0.25] * 3, [-0.5] * 3], atol=1e-6)
    np.testing.assert_allclose(CELLS.gather(skill["rmse"]), [[0.25] * 3, [0.5] * 3], atol=1e-6)
    assert np.isnan(skill["cc"].values[:, ~CELLS.mask]).all()
    difference = skill["surrogate"].values - skill["vic"].values
    assert set(np.round(difference, 5)) == {np.float32(0.25), np.float32(-0.5)}
