"""Recovery of parameters, measured in shares of the prior range."""

from __future__ import annotations

import numpy as np
import pytest

from paramscape.metrics.recovery import parameter_recovery
from paramscape.study import Prior

PRIORS = (Prior(low=0.0, high=0.4), Prior(low=0.1, high=30.0, scale="log"))


@pytest.fixture
def truth(rng, mask):
    unit = rng.random((2, *mask.shape)) * 0.8
    return np.stack([0.4 * unit[0], 0.1 * 300 ** unit[1]])


def test_the_truth_itself_is_recovered_perfectly(truth, mask):
    result = parameter_recovery(truth, truth, mask, PRIORS)
    np.testing.assert_allclose(result.correlation, 1)
    np.testing.assert_array_equal(result.rmse, 0)
    np.testing.assert_array_equal(result.bias, 0)


def test_a_shift_by_a_tenth_of_the_range_is_a_bias_of_a_tenth_on_any_scale(truth, mask):
    shifted = np.stack([truth[0] + 0.04, truth[1] * 300**0.1])
    result = parameter_recovery(truth, shifted, mask, PRIORS)
    np.testing.assert_allclose(result.bias, 0.1)
    np.testing.assert_allclose(result.rmse, 0.1)
    np.testing.assert_allclose(result.correlation, 1)


def test_correlation_equals_numpy_on_active_cells(truth, mask, rng):
    estimate = truth * np.exp(rng.normal(0, 0.3, truth.shape))
    result = parameter_recovery(truth, estimate, mask, PRIORS)
    active = mask == 1
    expected = np.corrcoef(truth[0][active], estimate[0][active])[0, 1]
    assert result.correlation[0] == pytest.approx(expected)
    expected = np.corrcoef(np.log(truth[1][active]), np.log(estimate[1][active]))[0, 1]
    assert result.correlation[1] == pytest.approx(expected)


def test_a_uniform_estimate_has_an_error_but_no_correlation(truth, mask):
    result = parameter_recovery(truth, np.full_like(truth, 0.2), mask, PRIORS)
    assert np.isnan(result.correlation).all()
    assert (result.rmse > 0).all()


def test_nan_in_an_active_cell_leaves_that_parameter_without_score(truth, mask):
    estimate = truth.copy()
    estimate[0, 6, 6] = np.nan
    estimate[:, mask == 0] = np.nan
    result = parameter_recovery(truth, estimate, mask, PRIORS)
    np.testing.assert_array_equal(np.isnan(result.rmse), [True, False])
    np.testing.assert_array_equal(np.isnan(result.correlation), [True, False])


def test_bad_input_is_refused(truth, mask):
    with pytest.raises(ValueError, match=r"\(2, 12, 9\).*\(1, 12, 9\)"):
        parameter_recovery(truth, truth[:1], mask, PRIORS)
    with pytest.raises(ValueError, match="1 ranges and 2 parameters"):
        parameter_recovery(truth, truth, mask, PRIORS[:1])
    with pytest.raises(ValueError, match="positive"):
        parameter_recovery(truth, -truth, mask, PRIORS)
