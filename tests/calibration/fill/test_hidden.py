"""Hidden observations and the simple estimates that a filler is compared with."""

import numpy as np
import pytest

from paramscape.calibration.fill.hidden import (
    SHARE,
    carry_forward,
    climatology,
    gaps,
    hide,
    interpolated,
    scores,
)

NAN = np.nan


@pytest.fixture
def observed():
    """Every second or third day of two years in three cells."""
    rng = np.random.default_rng(5)
    values = rng.random((730, 3))
    values[rng.random((730, 3)) < 0.6] = NAN
    return values


@pytest.mark.parametrize("gap", gaps())
def test_a_tenth_of_the_observations_is_hidden(observed, gap):
    hidden = hide(observed, gaps()[gap], np.random.default_rng(1))
    assert np.isfinite(observed[hidden]).all()
    days = np.isfinite(observed).sum(0)
    assert (hidden.sum(0) >= SHARE * days).all() and (hidden.sum(0) <= SHARE * days + 21).all()


@pytest.mark.parametrize("length", [1, 3, 10])
def test_overpasses_are_hidden_in_a_row(observed, length):
    hidden = hide(observed, ("overpasses", length), np.random.default_rng(1))
    for cell in range(3):
        passes = hidden[np.isfinite(observed[:, cell]), cell]
        runs = np.diff(np.flatnonzero(np.diff(np.r_[0, passes, 0])))[::2]
        assert (runs % length == 0).all()


def test_weeks_leave_no_observation_within_them(observed):
    hidden = hide(observed, ("days", 14), np.random.default_rng(1))
    for cell in range(3):
        days = np.flatnonzero(hidden[:, cell])
        start = days[0]
        inside = np.isfinite(observed[start : start + 14, cell])
        assert hidden[start : start + 14, cell][inside].all() and inside.sum() > 1


def test_hiding_is_repeatable(observed):
    first, second = (hide(observed, ("days", 7), np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first, second)


def test_the_last_observation_is_carried_forward_from_the_day_after():
    column = np.array([[NAN], [0.2], [NAN], [0.4], [0.1]])
    expected = [NAN, NAN, 0.2, 0.2, 0.4]
    assert carry_forward(column)[:, 0] == pytest.approx(expected, nan_ok=True)


def test_interpolation_is_linear_in_days_and_constant_beyond_the_ends():
    column = np.array([[NAN], [0.2], [NAN], [NAN], [0.5], [NAN]])
    assert interpolated(column)[:, 0] == pytest.approx([0.2, 0.2, 0.3, 0.4, 0.5, 0.5])


def test_climatology_is_the_mean_around_the_day_of_the_year():
    days = np.arange("2015-01-01", "2017-01-01", dtype="M8[D]")
    years = days.astype("M8[Y]").astype(int)
    season = np.where(years == 45, 0.1, 0.3)[:, None].astype("f8")
    season[200:] = np.where(season[200:] > 0.2, NAN, season[200:])
    asked = np.array(["2018-01-05", "2020-12-31", "2018-08-01"], "M8[D]")
    found = climatology(season, days, asked)[:, 0]
    # around New Year of both years: fifteen days before and after, of 2015 and of 2016
    assert found[0] == pytest.approx(climatology(season[:40], days[:40], asked)[0, 0], abs=0.2)
    assert found[2] == pytest.approx(0.1)


def test_climatology_without_a_near_day_is_the_cells_mean():
    days = np.arange("2015-01-01", "2015-02-01", dtype="M8[D]")
    values = np.linspace(0.1, 0.3, days.size)[:, None]
    found = climatology(values, days, np.array(["2016-07-01"], "M8[D]"))
    assert found[0, 0] == pytest.approx(0.2)


def test_scores_are_those_at_hidden_values_that_all_estimates_have():
    truth = np.array([[0.1, 0.5], [0.2, 0.6], [0.3, 0.7], [NAN, 0.9]])
    hidden = np.array([[1, 0], [1, 1], [1, 1], [0, 1]], bool)
    estimates = {"exact": truth.copy(), "shifted": truth + 0.1}
    estimates["exact"][0, 0] = NAN
    table = scores(estimates, truth, hidden, np.array([0.2, 0.7])).set_index("by")
    assert (table["values"] == 5).all()
    assert table.loc["exact", "rmse"] == 0
    assert table.loc["shifted", "rmse"] == pytest.approx(0.1)
    assert table.loc["shifted", "bias"] == pytest.approx(0.1)
    assert table.loc["shifted", "cc"] == pytest.approx(1)
    assert table.loc["shifted", "cc_anomaly"] == pytest.approx(1)
