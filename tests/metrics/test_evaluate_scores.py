"""One dataset of scores agrees with the scores asked one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from paramscape.metrics import (
    evaluate,
    fss_curves,
    joint_eof_similarity,
    kge,
    spatial_efficiency,
    ssim_per_day,
)


@pytest.fixture
def labelled(pair, mask):
    coords = {
        "time": pd.date_range("2011-01-01", periods=40),
        "lat": 31 + 0.25 * np.arange(12),
        "lon": 113 + 0.25 * np.arange(9),
    }
    fields = [xr.DataArray(x, coords, ("time", "lat", "lon")) for x in pair]
    return *fields, xr.DataArray(mask, {k: coords[k] for k in ("lat", "lon")}, ("lat", "lon"))


def test_the_dataset_holds_every_score(labelled, pair, mask):
    scores = evaluate(*labelled, data_range=3.0)
    np.testing.assert_array_equal(scores.kge, kge(*pair, mask))
    np.testing.assert_array_equal(scores.eof, joint_eof_similarity(*pair, mask).per_day)
    np.testing.assert_array_equal(scores.ssim, ssim_per_day(*pair, mask, data_range=3.0).per_day)
    means = [x.mean(axis=0) for x in pair]
    np.testing.assert_array_equal(scores.fss, fss_curves(*means, mask))
    assert float(scores.spaef) == pytest.approx(spatial_efficiency(*means, mask).score)
    runs = xr.concat([scores, scores], pd.Index(["a", "b"], name="run"))
    assert runs.rmse.dims == ("run", "lat", "lon")


def test_a_missing_day_is_left_out_of_both_mean_maps(labelled, pair, mask):
    simulated, observed, domain = labelled
    gappy = observed.where(observed.time != observed.time[3])
    days = np.delete(np.arange(40), 3)
    expected = fss_curves(pair[0][days].mean(axis=0), pair[1][days].mean(axis=0), mask)
    scores = evaluate(simulated, gappy, domain, data_range=3.0)
    np.testing.assert_array_equal(scores.fss, expected)


def test_a_nan_simulation_shows_in_every_score(labelled):
    simulated, observed, domain = labelled
    broken = simulated.copy()
    broken[3, 6, 6] = np.nan
    scores = evaluate(broken, observed, domain, data_range=3.0)
    for name in ("eof_mean", "ssim_mean", "spaef"):
        assert np.isnan(scores[name])
    assert np.isnan(scores.fss).all()
    assert np.isnan(scores.kge[6, 6])


def test_fields_of_other_days_or_dimensions_are_refused(labelled):
    simulated, observed, domain = labelled
    with pytest.raises(ValueError, match="coordinate time"):
        evaluate(simulated[1:], observed[:-1], domain, data_range=3.0)
    with pytest.raises(ValueError, match="'lon', 'lat'"):
        evaluate(simulated.transpose("time", "lon", "lat"), observed, domain, data_range=3.0)
