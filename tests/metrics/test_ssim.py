"""Structural similarity: equal to scikit-image where its window is complete, blind to the coast."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import uniform_filter
from skimage.metrics import structural_similarity

from paramscape.metrics.ssim import observed_range, ssim_map, ssim_per_day


@pytest.fixture
def images(rng):
    observed = rng.random((17, 24)).cumsum(axis=1)
    return 0.5 + 0.9 * observed + rng.normal(0, 0.5, observed.shape), observed


@pytest.mark.parametrize("masked", [False, True])
def test_complete_windows_equal_scikit_image(images, masked):
    extent = np.ptp(images[1])
    _, expected = structural_similarity(
        *images,
        data_range=extent,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        full=True,
    )
    active = np.ones((17, 24), dtype=bool)
    if masked:
        active[:, 14:] = active[:1] = False
    ours = ssim_map(*(np.where(active, x, np.nan) for x in images), active, data_range=extent)
    # Windows of 11 x 11 cells without one beyond the grid or the mask.
    complete = uniform_filter(active.astype(float), 11, mode="constant") > 1 - 1e-9
    assert complete.sum() == (6 * 4 if masked else 7 * 14)
    np.testing.assert_allclose(ours[complete], expected[complete], rtol=1e-9)


def test_masked_windows_equal_a_brute_force_weighted_mean(pair, mask):
    simulated, observed = pair[0][4], pair[1][4]
    ours = ssim_map(simulated, observed, mask, data_range=3.0)
    rows, columns = np.indices(mask.shape)
    for i, j in ((0, 2), (5, 5), (8, 8), (11, 0)):
        distance = (rows - i) ** 2 + (columns - j) ** 2
        near = (np.abs(rows - i) <= 5) & (np.abs(columns - j) <= 5) & (mask == 1)
        weight = np.exp(-distance[near] / (2 * 1.5**2))
        s, o = simulated[near], observed[near]
        covariance = np.cov(s, o, aweights=weight, ddof=0)
        mean_s, mean_o = np.average(s, weights=weight), np.average(o, weights=weight)
        c1, c2 = 0.03**2, 0.09**2
        expected = (2 * mean_s * mean_o + c1) * (2 * covariance[0, 1] + c2)
        expected /= (mean_s**2 + mean_o**2 + c1) * (covariance[0, 0] + covariance[1, 1] + c2)
        assert ours[i, j] == pytest.approx(expected, rel=1e-10)


def test_a_perfect_field_scores_one_and_a_reversed_pattern_less_than_nothing(pair, mask):
    _, observed = pair
    extent = observed_range(observed, mask)
    assert ssim_per_day(observed, observed, mask, data_range=extent).mean == pytest.approx(1)
    centred = observed - np.nanmean(observed, axis=(1, 2), keepdims=True)
    reversed_pattern = observed - 2 * centred
    assert ssim_per_day(reversed_pattern, observed, mask, data_range=extent).mean < 0


def test_similarity_is_symmetric(images):
    grid = np.ones((17, 24))
    forth = ssim_map(*images, grid, data_range=10.0)
    np.testing.assert_allclose(forth, ssim_map(*images[::-1], grid, data_range=10.0))


def test_values_outside_the_mask_do_not_matter(pair, mask):
    filled = [np.where(mask == 0, 1e6, x) for x in pair]
    expected = ssim_per_day(*pair, mask, data_range=3.0)
    np.testing.assert_array_equal(
        ssim_per_day(*filled, mask, data_range=3.0).per_day, expected.per_day
    )
    assert observed_range(filled[1], mask) == observed_range(pair[1], mask)


def test_masking_cells_at_the_edge_equals_removing_them(pair, mask):
    fewer = mask.copy()
    fewer[:, 7:] = 0
    masked = ssim_per_day(*pair, fewer, data_range=3.0)
    removed = ssim_per_day(*(x[:, :, :7] for x in pair), mask[:, :7], data_range=3.0)
    np.testing.assert_allclose(masked.per_day, removed.per_day, rtol=1e-12)


def test_days_without_observations_are_left_out_and_nan_simulations_are_not(pair, mask):
    simulated, observed = (x.copy() for x in pair)
    expected = ssim_per_day(simulated, observed, mask, data_range=3.0).per_day
    observed[3] = np.nan
    result = ssim_per_day(simulated, observed, mask, data_range=3.0)
    assert np.isnan(result.per_day[3])
    assert result.mean == pytest.approx(np.delete(expected, 3).mean())
    simulated[5, 6, 6] = np.nan
    result = ssim_per_day(simulated, observed, mask, data_range=3.0)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(result.per_day)), [3, 5])
    assert np.isnan(result.mean)


def test_observations_that_do_not_vary_have_no_range():
    grid = np.ones((17, 24))
    assert observed_range(np.ones((3, 17, 24)), grid) == 0
    assert observed_range(np.full((3, 17, 24), np.nan), grid) == 0


def test_bad_ranges_and_shapes_are_refused(images):
    grid = np.ones((17, 24))
    with pytest.raises(ValueError, match="data_range"):
        ssim_map(*images, grid, data_range=0.0)
    with pytest.raises(ValueError, match=r"\(17, 24\).*\(24, 17\)"):
        ssim_map(images[0], images[1].T, grid, data_range=1.0)
