"""One dataset of scores agrees with the scores asked one by one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from paramscape.metrics.eof import joint_eof_similarity
from paramscape.metrics.evaluate import evaluate
from paramscape.metrics.fss import fss_curves
from paramscape.metrics.point import kge
from paramscape.metrics.spaef import spatial_efficiency
from paramscape.metrics.ssim import observed_range, ssim_per_day


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
    scores = evaluate(*labelled)
    extent = observed_range(pair[1], mask)
    daily_ssim = ssim_per_day(*pair, mask, data_range=extent).per_day
    np.testing.assert_array_equal(scores.kge, kge(*pair, mask))
    np.testing.assert_array_equal(scores.eof, joint_eof_similarity(*pair, mask).per_day)
    np.testing.assert_array_equal(scores.ssim, daily_ssim)
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
    scores = evaluate(simulated, gappy, domain)
    np.testing.assert_array_equal(scores.fss, expected)


def test_a_nan_simulation_shows_in_every_score(labelled):
    simulated, observed, domain = labelled
    broken = simulated.copy()
    broken[3, 6, 6] = np.nan
    scores = evaluate(broken, observed, domain)
    for name in ("eof_mean", "ssim_mean", "spaef"):
        assert np.isnan(scores[name])
    assert np.isnan(scores.fss).all()
    assert np.isnan(scores.kge[6, 6])


def test_fields_of_other_days_or_dimensions_are_refused(labelled):
    simulated, observed, domain = labelled
    with pytest.raises(ValueError, match="coordinate time"):
        evaluate(simulated[1:], observed[:-1], domain)
    with pytest.raises(ValueError, match="'lon', 'lat'"):
        evaluate(simulated.transpose("time", "lon", "lat"), observed, domain)


def test_two_observed_cells_are_scored_alone_and_have_no_pattern(labelled, pair, mask):
    simulated, observed, domain = labelled
    towers = np.zeros(mask.shape, dtype=bool)
    towers[6, 5] = towers[7, 2] = True
    scores = evaluate(simulated, observed.where(towers), domain)
    np.testing.assert_array_equal(np.isfinite(scores.kge), towers)
    np.testing.assert_array_equal(scores.observed_days, 40 * towers)
    for name in ("eof", "ssim", "fss", "spaef"):
        assert np.isnan(scores[name]).all()
        assert scores[name].attrs["not_scored"] == (
            f"2 of {mask.sum()} active cells are observed, and a pattern needs at least 50% of "
            "them and at least 4"
        )


def test_an_unobserved_cell_is_named(labelled, mask, caplog):
    simulated, observed, domain = labelled
    seen = (domain.lat != domain.lat[6]) | (domain.lon != domain.lon[5])
    evaluate(simulated, observed.where(seen), domain)
    (message,) = caplog.messages
    assert message.startswith(f"1 of {mask.sum()} active cells have no observation of the target")
    assert message.endswith("the first is at 32.5000 N, 114.2500 E")


def test_an_unobserved_cell_leaves_the_patterns_of_the_others(labelled, pair, mask):
    simulated, observed, domain = labelled
    lake = np.zeros(mask.shape, dtype=bool)
    lake[6, 5] = True
    scores = evaluate(simulated, observed.where(~lake), domain)
    smaller = evaluate(simulated, observed, domain.where(~lake, 0))
    xr.testing.assert_identical(scores, smaller)
    assert not any("not_scored" in scores[name].attrs for name in ("eof", "ssim", "fss", "spaef"))


def test_a_day_of_few_observed_cells_has_no_spatial_score_and_leaves_the_others(labelled, mask):
    simulated, observed, domain = labelled
    few = domain.where(domain.lat == domain.lat[6], 0) > 0
    gappy = observed.where(few | (observed.time != observed.time[3]))
    scores = evaluate(simulated, gappy, domain)
    without = evaluate(simulated, observed.where(observed.time != observed.time[3]), domain)
    for name in ("eof", "ssim", "eof_mean", "ssim_mean"):
        np.testing.assert_array_equal(scores[name], without[name])
    assert scores.observed_days.max() == 40
    assert scores.observed_days.where(domain > 0).min() == 39


def test_observations_of_few_cells_a_day_have_a_mean_map_and_no_daily_pattern(labelled, mask):
    simulated, observed, domain = labelled
    rows = np.arange(40)[:, None, None] % 12 == np.arange(12)[:, None]
    scores = evaluate(simulated, observed.where(rows), domain)
    assert np.isfinite(scores.fss).all()
    for name in ("eof", "ssim"):
        assert np.isnan(scores[name]).all()
        assert scores[name].attrs["not_scored"].startswith("on the best day, 9 of")


def test_observations_that_never_vary_have_errors_alone(labelled, mask):
    simulated, observed, domain = labelled
    scores = evaluate(simulated, observed * 0 + 2.0, domain)
    assert np.isfinite(scores.rmse.values[mask > 0]).all()
    assert np.isnan(scores.cc).all()
    assert scores.ssim.attrs["not_scored"] == "the observations do not vary"


def test_a_period_without_any_observation_is_refused(labelled, mask):
    simulated, observed, domain = labelled
    with pytest.raises(ValueError, match=r"None of the \d+ active cells .* from 2011-01-01 to"):
        evaluate(simulated, observed * np.nan, domain)
