"""Scores of records over time: against numpy, under cutting, scaling and gaps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scores.continuous import kge as kge_of_scores_library
from xarray import DataArray

from paramscape.metrics.point import (
    cc,
    kge,
    kge_components,
    moments,
    relative_rmse_change,
    rmse,
    scorable_cells,
    share_above,
    share_improved,
    share_of_cells,
)

ALL = (rmse, cc, kge)


def each_cell(mask):
    return [tuple(cell) for cell in np.argwhere(mask)]


def test_scores_equal_textbook_formulas_in_every_cell(pair, mask):
    simulated, observed = pair
    scores = rmse(*pair, mask), cc(*pair, mask), kge(*pair, mask)
    for i, j in each_cell(mask):
        s, o = simulated[:, i, j], observed[:, i, j]
        r = np.corrcoef(s, o)[0, 1]
        parts = (r - 1, s.std() / o.std() - 1, s.mean() / o.mean() - 1)
        expected = np.sqrt(np.mean((s - o) ** 2)), r, 1 - np.linalg.norm(parts)
        np.testing.assert_allclose([score[i, j] for score in scores], expected, rtol=1e-12)


def test_kge_and_its_components_equal_the_scores_library(pair, mask):
    simulated, observed = (DataArray(x, dims=("time", "lat", "lon")) for x in pair)
    library = kge_of_scores_library(
        simulated, observed, preserve_dims=("lat", "lon"), include_components=True
    )
    parts = kge_components(*pair, mask)
    np.testing.assert_allclose(kge(*pair, mask), library.kge, rtol=1e-10)
    np.testing.assert_allclose(parts.r, library.rho, rtol=1e-10)
    np.testing.assert_allclose(parts.gamma, library.alpha, rtol=1e-10)
    np.testing.assert_allclose(parts.beta, library.beta, rtol=1e-10)


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(0, 30), seed=st.integers(0, 2**16), offset=st.sampled_from([0.0, 1e6]))
def test_cutting_the_record_and_adding_the_parts_changes_no_score(cut, seed, offset):
    rng = np.random.default_rng(seed)
    observed = offset + rng.normal(size=(30, 2, 3))
    simulated = observed + rng.normal(size=observed.shape)
    observed[rng.random(observed.shape) < 0.2] = np.nan
    grid = np.ones((2, 3))
    whole = moments(simulated, observed, grid)
    parts = moments(simulated[:cut], observed[:cut], grid) + moments(
        simulated[cut:], observed[cut:], grid
    )
    # At 1e6 neighbouring numbers lie 1e-10 apart, against a variation of 1.
    for score in ("rmse", "cc", "kge"):
        np.testing.assert_allclose(
            getattr(parts, score)(), getattr(whole, score)(), rtol=0, atol=1e-8
        )


def test_a_perfect_simulation_has_the_best_scores(pair, mask):
    _, observed = pair
    active = mask == 1
    np.testing.assert_array_equal(rmse(observed, observed, mask)[active], 0)
    np.testing.assert_allclose(cc(observed, observed, mask)[active], 1, rtol=1e-14)
    np.testing.assert_allclose(kge(observed, observed, mask)[active], 1, rtol=1e-7)


def test_kge_components_read_scale_and_sign(pair, mask):
    _, observed = pair
    active = mask == 1
    doubled = kge_components(2 * observed, observed, mask)
    np.testing.assert_allclose(doubled.gamma[active], 2)
    np.testing.assert_allclose(doubled.beta[active], 2)
    np.testing.assert_allclose(kge_components(-observed, observed, mask).r[active], -1)


def test_missing_observations_leave_their_day_out_of_both_fields(pair, mask, rng):
    simulated, observed = pair
    gaps = rng.random(len(observed)) < 0.3
    with_gaps = np.where(gaps[:, None, None], np.nan, observed)
    for score in ALL:
        expected = score(simulated[~gaps], observed[~gaps], mask)
        np.testing.assert_allclose(score(simulated, with_gaps, mask), expected, rtol=1e-12)


def test_a_nan_simulation_has_no_skill_unless_the_observation_is_missing_too(pair, mask):
    simulated, observed = (x.copy() for x in pair)
    simulated[3, 6, 6] = np.nan
    simulated[4, 6, 7], observed[4, 6, 7] = np.inf, np.nan
    for score in ALL:
        values = score(simulated, observed, mask)
        assert np.isnan(values[6, 6])
        assert np.isfinite(values[6, 7])
        assert np.isnan(values).sum() == (mask == 0).sum() + 1


def test_masking_a_cell_takes_away_its_score_alone(pair, mask):
    fewer = mask.copy()
    fewer[6, 6] = 0
    for score in ALL:
        before, after = score(*pair, mask), score(*pair, fewer)
        assert np.isfinite(before[6, 6])
        assert np.isnan(after[6, 6])
        np.testing.assert_array_equal(after[fewer == 1], before[fewer == 1])


def test_values_outside_the_mask_do_not_matter(pair, mask):
    filled = [np.where(mask == 0, -1e20, x) for x in pair]
    for score in ALL:
        np.testing.assert_array_equal(score(*filled, mask), score(*pair, mask))


@pytest.mark.parametrize("level", [0.0, 0.1, 1 / 3, 1e9])
def test_a_constant_observation_defines_no_skill(level, rng):
    observed = np.full((365, 1, 1), level)
    simulated = observed + rng.normal(size=observed.shape)
    grid = np.ones((1, 1))
    assert np.isnan(cc(simulated, observed, grid)).all()
    assert np.isnan(kge(simulated, observed, grid)).all()
    assert rmse(simulated, observed, grid) > 0
    assert not scorable_cells(observed, grid).any()


def test_a_constant_simulation_has_no_correlation(pair, mask):
    _, observed = pair
    assert np.isnan(cc(np.full_like(observed, 0.1), observed, mask)).all()


def test_a_cell_without_observations_has_no_score(pair, mask):
    simulated, observed = (x.copy() for x in pair)
    observed[:, 6, 6] = np.nan
    for score in ALL:
        assert np.isnan(score(simulated, observed, mask)[6, 6])


def test_scores_do_not_depend_on_the_precision_that_files_store(pair, mask):
    single = [x.astype(np.float32) for x in pair]
    assert rmse(*single, mask).dtype == np.float64
    np.testing.assert_allclose(kge(*single, mask), kge(*pair, mask), rtol=1e-5)


def test_relative_rmse_change_is_positive_where_calibration_helps():
    default, calibrated = np.array([[2.0, 1.0, 0.0]]), np.array([[1.0, 1.5, 0.2]])
    np.testing.assert_array_equal(
        relative_rmse_change(default, calibrated), [[50.0, -50.0, np.nan]]
    )


def test_shares_are_percent_of_counted_cells_and_nan_counts_as_failure():
    default = np.array([[1.0, 1.0], [1.0, 1.0]])
    calibrated = np.array([[0.5, np.nan], [2.0, 0.1]])
    counted = np.array([[1, 1], [1, 0]])
    assert share_improved(default, calibrated, counted) == pytest.approx(100 / 3)
    assert share_above(default, 0.99, counted) == 100
    assert share_of_cells(calibrated < 1, np.ones((2, 2))) == 50


@pytest.mark.parametrize("score", ALL)
def test_mismatched_shapes_are_refused_with_both_shown(score):
    with pytest.raises(ValueError, match=r"\(5, 2, 3\).*\(4, 2, 3\)"):
        score(np.ones((5, 2, 3)), np.ones((4, 2, 3)), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"mask \(3, 2\).*\(5, 2, 3\)"):
        score(np.ones((5, 2, 3)), np.ones((5, 2, 3)), np.ones((3, 2)))


def test_other_mismatches_are_refused_with_both_shapes_shown(pair, mask):
    with pytest.raises(ValueError, match=r"\(2, 2\).*\(2, 3\)"):
        relative_rmse_change(np.ones((2, 2)), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"\(2, 2\).*\(2, 3\)"):
        share_of_cells(np.ones((2, 2)), np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"\(12, 9\) and \(2, 3\)"):
        moments(*pair, mask) + moments(np.ones((5, 2, 3)), np.ones((5, 2, 3)), np.ones((2, 3)))


def test_a_mask_that_is_no_mask_is_refused(pair):
    with pytest.raises(ValueError, match="0 and 1"):
        rmse(*pair, np.full((12, 9), 0.5))
    with pytest.raises(ValueError, match="no active cell"):
        rmse(*pair, np.zeros((12, 9)))


def test_an_infinite_observation_is_named_by_its_place(pair, mask):
    simulated, observed = (x.copy() for x in pair)
    observed[3, 6, 5] = np.inf
    with pytest.raises(ValueError, match="'time': 3, 'lat': 6, 'lon': 5"):
        rmse(simulated, observed, mask)
