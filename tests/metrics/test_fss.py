"""Fractions skill score: against the `scores` library, a loop over windows, and limits."""

from __future__ import annotations

import numpy as np
import pytest
from scores.spatial import fss_2d_single_field

from paramscape.metrics.fss import PERCENTILES, WINDOWS, fractions_skill_score, fss_curves


@pytest.fixture
def maps(pair):
    return pair[0].mean(axis=0), pair[1].mean(axis=0)


def by_loops(simulated, observed, mask, percentile, window):
    def events(field):
        cut = np.percentile(field[mask == 1], percentile)
        return (field <= cut if percentile < 50 else field >= cut) & (mask == 1)

    half = window // 2
    fractions = []
    for i, j in np.argwhere(mask):
        box = (slice(max(i - half, 0), i + half + 1), slice(max(j - half, 0), j + half + 1))
        fractions.append([events(x)[box].sum() / mask[box].sum() for x in (simulated, observed)])
    s, o = np.array(fractions).T
    return 1 - ((o - s) ** 2).sum() / ((o**2).sum() + (s**2).sum())


@pytest.mark.parametrize("percentile", PERCENTILES)
def test_masked_scores_equal_a_loop_over_windows(maps, mask, percentile):
    curve = fss_curves(*maps, mask, percentiles=[percentile])[0]
    expected = [by_loops(*maps, mask, percentile, window) for window in WINDOWS]
    np.testing.assert_allclose(curve, expected, rtol=1e-12)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("window", [1, 3, 5, 7])
def test_full_windows_equal_the_scores_library(rng, window, masked):
    # Every window that holds an event lies inside grid and mask, so that edges play no part.
    values = np.zeros((40, 44))
    values[8:-8, 8:-8] = 1 + rng.random((24, 28))
    simulated = values.copy()
    simulated[8:-8, 8:-8] = np.roll(values[8:-8, 8:-8], (1, 2), axis=(0, 1))
    active = np.ones(values.shape)
    if masked:
        active[:2] = active[:, -2:] = active[-3:, :5] = 0
    expected = fss_2d_single_field(
        simulated,
        values,
        event_threshold=np.percentile(values[active == 1], 90),
        window_size=(window, window),
        threshold_operator=np.greater_equal,
    )
    outside = np.where(active == 1, 0.0, np.nan)
    fields = simulated + outside, values + outside
    ours = fractions_skill_score(*fields, active, percentile=90, window=window)
    assert 0 < ours < 1
    assert ours == pytest.approx(float(expected), rel=1e-10)


def test_a_perfect_field_scores_one_at_every_scale(maps, mask):
    np.testing.assert_array_equal(fss_curves(maps[1], maps[1], mask), 1.0)


def test_a_bias_or_any_rising_transformation_leaves_the_score_alone(maps, mask):
    simulated, observed = maps
    expected = fss_curves(simulated, observed, mask)
    np.testing.assert_array_equal(fss_curves(simulated + 0.1, observed, mask), expected)
    np.testing.assert_array_equal(fss_curves(np.exp(simulated), observed, mask), expected)


def test_a_reversed_field_never_matches_at_the_cell_scale(maps, mask):
    _, observed = maps
    for percentile in PERCENTILES:
        score = fractions_skill_score(-observed, observed, mask, percentile=percentile, window=1)
        assert score == 0


def test_low_and_high_tails_mirror_each_other(maps, mask):
    mirrored = fss_curves(*(-x for x in maps), mask)
    np.testing.assert_allclose(mirrored[::-1], fss_curves(*maps, mask), rtol=1e-12)


def test_a_window_over_the_whole_domain_sees_equal_fractions(maps, mask):
    score = fractions_skill_score(*maps, mask, percentile=80, window=25)
    assert score == pytest.approx(1.0)


def test_an_unobserved_column_at_the_edge_equals_a_narrower_grid(maps, mask):
    simulated, observed = maps[0], maps[1].copy()
    observed[:, 8] = np.nan
    narrow = fss_curves(simulated[:, :8], observed[:, :8], mask[:, :8])
    np.testing.assert_allclose(fss_curves(simulated, observed, mask), narrow, rtol=1e-12)


def test_a_nan_simulation_has_no_score(maps, mask):
    simulated, observed = maps[0].copy(), maps[1]
    simulated[6, 6] = np.nan
    assert np.isnan(fss_curves(simulated, observed, mask)).all()


def test_bad_settings_and_shapes_are_refused(maps, mask):
    with pytest.raises(ValueError, match="odd"):
        fractions_skill_score(*maps, mask, percentile=5, window=4)
    with pytest.raises(ValueError, match="not 50"):
        fractions_skill_score(*maps, mask, percentile=50, window=3)
    with pytest.raises(ValueError, match=r"\(12, 9\).*\(9, 12\)"):
        fss_curves(maps[0], maps[1].T, mask)
