"""Joint EOF similarity: against an eigenvalue problem, under scaling of time and bias."""

from __future__ import annotations

import numpy as np
import pytest

from paramscape.metrics.eof import joint_eof_similarity


def by_eigenvectors(simulated, observed, mask):
    """The score from the eigenvectors of F'F, mode by mode as in the paper."""
    cells = mask == 1
    o = observed[:, cells].T - observed[:, cells].mean(axis=1)
    s = simulated[:, cells].T - simulated[:, cells].mean(axis=1)
    joint = np.hstack([o, s])
    variance, loadings = np.linalg.eigh(joint.T @ joint)
    weights = variance.clip(min=0) / variance.clip(min=0).sum()
    days = len(observed)
    score = np.zeros(days)
    for mode, weight in enumerate(weights):
        score += weight * np.abs(loadings[days:, mode] - loadings[:days, mode])
    return score


def by_plain_svd(simulated, observed, cells):
    """The score from numpy's decomposition of F = [O | S], cell x 2T."""
    joint = np.hstack(
        [(x - x.mean(axis=1, keepdims=True)).T for x in (observed[:, cells], simulated[:, cells])]
    )
    _, singular, loadings = np.linalg.svd(joint)
    days, modes = len(observed), len(singular)
    distance = np.abs(loadings[:modes, days:] - loadings[:modes, :days])
    return (singular**2 / (singular**2).sum()) @ distance


@pytest.mark.parametrize("masked", [False, True])
def test_scores_equal_a_plain_singular_value_decomposition(rng, mask, masked):
    cells = mask == 1 if masked else np.ones(mask.shape, dtype=bool)
    observed = rng.gamma(2, 1, (30, *mask.shape))
    simulated = 0.7 * observed + rng.normal(0, 0.5, observed.shape)
    expected = by_plain_svd(simulated, observed, cells)
    for outside in (np.nan, 1e6):
        fields = (np.where(cells, x, outside) for x in (simulated, observed))
        result = joint_eof_similarity(*fields, cells)
        np.testing.assert_allclose(result.per_day, expected, rtol=1e-9)


def test_scores_equal_those_of_the_eigenvalue_problem(pair, mask):
    result = joint_eof_similarity(*pair, mask)
    np.testing.assert_allclose(result.per_day, by_eigenvectors(*pair, mask), rtol=1e-9)
    assert result.mean == pytest.approx(result.per_day.mean())
    assert result.scaled == pytest.approx(result.mean * np.sqrt(80))


def test_a_perfect_field_scores_zero_and_a_worse_one_scores_more(pair, mask, rng):
    simulated, observed = pair
    assert joint_eof_similarity(observed, observed, mask).mean == pytest.approx(0, abs=1e-12)
    worse = simulated + rng.normal(0, 1, simulated.shape)
    better_score = joint_eof_similarity(simulated, observed, mask).mean
    assert 0 < better_score < joint_eof_similarity(worse, observed, mask).mean


def test_a_daily_bias_and_the_unit_leave_the_score_alone(pair, mask, rng):
    simulated, observed = pair
    expected = joint_eof_similarity(simulated, observed, mask).per_day
    bias = rng.normal(0, 5, (len(simulated), 1, 1))
    biased = joint_eof_similarity(simulated + bias, observed, mask)
    np.testing.assert_allclose(biased.per_day, expected, rtol=1e-8)
    other_unit = joint_eof_similarity(1000 * simulated, 1000 * observed, mask)
    np.testing.assert_allclose(other_unit.per_day, expected, rtol=1e-8)


def test_repeating_the_period_leaves_the_scaled_score_alone(pair, mask):
    once = joint_eof_similarity(*pair, mask)
    twice = joint_eof_similarity(*(np.concatenate([x, x]) for x in pair), mask)
    assert twice.mean == pytest.approx(once.mean / np.sqrt(2))
    assert twice.scaled == pytest.approx(once.scaled)


def test_masking_a_column_equals_removing_it(pair, mask):
    fewer = mask.copy()
    fewer[:, 5] = 0
    removed = joint_eof_similarity(
        *(np.delete(x, 5, axis=2) for x in pair), np.delete(mask, 5, axis=1)
    )
    masked = joint_eof_similarity(*pair, fewer)
    np.testing.assert_allclose(masked.per_day, removed.per_day, rtol=1e-9)


def test_incomplete_days_leave_before_cells_with_single_gaps(pair, mask):
    simulated, observed = (x.copy() for x in pair)
    observed[3] = np.nan
    observed[8, :6] = np.nan
    observed[5, 6, 6] = np.nan
    observed[:, 7, 7] = np.nan
    result = joint_eof_similarity(simulated, observed, mask)
    used = np.ones(40, dtype=bool)
    used[[3, 8]] = False
    np.testing.assert_array_equal(result.days, used)
    cells = mask.copy()
    cells[6, 6] = cells[7, 7] = 0
    np.testing.assert_array_equal(result.cells, cells == 1)
    expected = by_eigenvectors(simulated[used], observed[used], cells)
    np.testing.assert_allclose(result.per_day[used], expected, rtol=1e-8)
    assert np.isnan(result.per_day[~used]).all()
    assert result.mean == pytest.approx(expected.mean())


def test_a_nan_simulation_has_no_score(pair, mask):
    simulated, observed = (x.copy() for x in pair)
    simulated[3, 6, 6] = np.nan
    result = joint_eof_similarity(simulated, observed, mask)
    assert np.isnan(result.mean)
    assert np.isnan(result.per_day).all()


def test_maps_without_pattern_define_no_score(mask):
    flat = np.full((4, 12, 9), 0.1)
    assert np.isnan(joint_eof_similarity(flat, flat, mask).mean)


def test_gaps_that_wander_leave_the_complete_days(pair, mask):
    simulated, observed = (x.copy() for x in pair)
    cells = np.argwhere(mask)
    for day in range(39):
        observed[day, *cells[2 * day % len(cells)]] = np.nan
        observed[day, *cells[(2 * day + 1) % len(cells)]] = np.nan
    result = joint_eof_similarity(simulated, observed, mask)
    assert np.flatnonzero(result.days).tolist() == [39]
    np.testing.assert_array_equal(result.cells, mask == 1)
    assert np.isfinite(result.mean)
    assert not result.not_scored


def test_without_a_complete_map_nothing_is_scored_and_the_reason_is_given(pair, mask):
    simulated, observed = (x.copy() for x in pair)
    cells = np.argwhere(mask)
    for day in range(40):
        observed[day, *cells[2 * day % len(cells)]] = np.nan
        observed[day, *cells[(2 * day + 1) % len(cells)]] = np.nan
    result = joint_eof_similarity(simulated, observed, mask)
    assert np.isnan(result.mean)
    assert np.isnan(result.per_day).all()
    assert result.not_scored.startswith("on none of 40 days")
    nothing = joint_eof_similarity(simulated, np.full_like(observed, np.nan), mask)
    assert nothing.not_scored.startswith(f"0 of {len(cells)} active cells are observed")


def test_mismatched_shapes_are_refused_with_both_shown():
    with pytest.raises(ValueError, match=r"\(5, 2, 3\).*\(4, 2, 3\)"):
        joint_eof_similarity(np.ones((5, 2, 3)), np.ones((4, 2, 3)), np.ones((2, 3)))
