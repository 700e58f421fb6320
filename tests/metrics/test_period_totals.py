"""Totals over several days are compared with sums of the simulation over the same days."""

from datetime import date, timedelta

import numpy as np
import pytest
import xarray as xr

from paramscape.metrics.check_summary import tabulate_checks
from paramscape.metrics.period_totals import score_totals, scores_across_cells, sums_over

DAYS = np.arange("2015-12-19", "2016-01-17", dtype="M8[D]")
PERIODS = [(date(2015, 12, 19), 8), (date(2015, 12, 27), 5), (date(2016, 1, 1), 8)]
PERIODS += [(date(2016, 1, 9), 8)]


@pytest.fixture
def daily() -> xr.DataArray:
    """Simulated evapotranspiration of 29 days in 2 x 3 cells."""
    values = np.random.default_rng(5).uniform(0, 5, (DAYS.size, 2, 3)).astype("f4")
    coords = {"time": DAYS.astype("M8[ns]"), "lat": [31.0, 32.0], "lon": [1.0, 2.0, 3.0]}
    return xr.DataArray(values, coords, ("time", "lat", "lon"), "et")


@pytest.fixture
def domain(daily) -> xr.Dataset:
    """Five active cells, of which one is only scored."""
    role = np.array([[1, 1, 2], [1, 0, 1]], "i1")
    fields = {"mask": (("lat", "lon"), (role > 0).astype("i4")), "role": (("lat", "lon"), role)}
    return xr.Dataset(fields, {"lat": daily.lat, "lon": daily.lon})


def observed_of(totals: np.ndarray, daily: xr.DataArray) -> xr.Dataset:
    """Observed totals (period, lat, lon) [mm] of `PERIODS`."""
    bounds = np.array([(start, start + timedelta(days=n)) for start, n in PERIODS], "M8[ns]")
    fields = {"et": (("time", "lat", "lon"), totals), "time_bnds": (("time", "bnds"), bounds)}
    coords = {"time": bounds[:, 0], "lat": daily.lat, "lon": daily.lon}
    return xr.Dataset(fields, coords)


def own_sums(daily: xr.DataArray) -> np.ndarray:
    """The simulation's own sums over `PERIODS`, day by day."""
    found = []
    for start, length in PERIODS:
        days = [np.datetime64(start + timedelta(days=k), "ns") for k in range(length)]
        found.append(sum(daily.sel(time=day).values.astype("f8") for day in days))
    return np.array(found)


def test_sums_run_over_the_days_of_each_period_across_the_turn_of_the_year(daily):
    bounds = observed_of(own_sums(daily), daily)["time_bnds"].values.astype("M8[D]")
    np.testing.assert_allclose(sums_over(daily, bounds), own_sums(daily))


def test_a_simulation_whose_sums_are_the_totals_is_perfect(daily, domain):
    scores = score_totals(daily, observed_of(own_sums(daily), daily), domain)
    active = domain["mask"].values > 0
    np.testing.assert_allclose(scores["rmse"].values[active], 0, atol=1e-12)
    np.testing.assert_allclose(scores["nse"].values[active], 1)
    np.testing.assert_allclose(scores["cc"].values[active], 1)
    assert np.isnan(scores["rmse"].values[~active]).all()
    assert (scores["periods"].values[active] == 4).all()


def test_scores_over_periods_are_those_of_their_definition(daily, domain):
    simulated, noise = own_sums(daily), np.random.default_rng(6).normal(0, 4, (4, 2, 3))
    totals = simulated + noise
    scores = score_totals(daily, observed_of(totals, daily), domain)
    s, o = simulated[:, 0, 1], totals[:, 0, 1]
    assert float(scores["rmse"][0, 1]) == pytest.approx(np.sqrt(((s - o) ** 2).mean()))
    nse = 1 - ((s - o) ** 2).sum() / ((o - o.mean()) ** 2).sum()
    assert float(scores["nse"][0, 1]) == pytest.approx(nse)
    assert float(scores["cc"][0, 1]) == pytest.approx(np.corrcoef(s, o)[0, 1])


def test_a_missing_total_is_left_out_of_both_means(daily, domain):
    totals = own_sums(daily)
    totals[1, 0, 0] = np.nan
    scores = score_totals(daily, observed_of(totals, daily), domain)
    expected = 365.25 * np.delete(totals[:, 0, 0], 1).sum() / 24
    assert float(scores["mean_observed"][0, 0]) == pytest.approx(expected)
    assert float(scores["mean_simulated"][0, 0]) == pytest.approx(expected)
    assert int(scores["periods"][0, 0]) == 3


def test_periods_that_are_not_wholly_simulated_are_left_out(daily, domain):
    observed = observed_of(own_sums(daily), daily)
    scores = score_totals(daily.isel(time=slice(1, -1)), observed, domain)
    assert int(scores["periods"][0, 0]) == 2
    with pytest.raises(ValueError, match="no observed total that lies wholly in 2015-12-20"):
        score_totals(daily.isel(time=slice(1, 9)), observed, domain)


def test_a_nan_simulation_of_an_observed_period_is_nan_skill(daily, domain):
    daily[3, 1, 0] = np.nan
    observed = observed_of(np.nan_to_num(own_sums(daily), nan=9.0), daily)
    scores = score_totals(daily, observed, domain)
    assert np.isnan(scores["nse"].values[1, 0]) and np.isnan(scores["mean_simulated"].values[1, 0])


def test_scores_across_cells_compare_annual_means(daily, domain):
    totals = own_sums(daily) + np.arange(6).reshape(2, 3)
    scores = score_totals(daily, observed_of(totals, daily), domain)
    cells = domain["mask"].values > 0
    found = scores_across_cells(scores, cells)
    error = 4 * 365.25 / 29 * np.arange(6).reshape(2, 3)[cells]
    assert found["rmse_means"] == pytest.approx(np.sqrt((error**2).mean()))
    s, o = (scores[f"mean_{kind}"].values[cells] for kind in ("simulated", "observed"))
    assert found["cc_means"] == pytest.approx(np.corrcoef(s, o)[0, 1])
    assert found["nse_means"] == pytest.approx(1 - (error**2).sum() / ((o - o.mean()) ** 2).sum())


@pytest.fixture
def files(daily, domain, tmp_path):
    """Scores of the default and of a method that is right in all cells but one."""

    def write(method: str, added: np.ndarray):
        observed = observed_of(own_sums(daily) + 3.0, daily)
        path = tmp_path / method / "vic" / "seed-1" / "et-vic-test.nc"
        path.parent.mkdir(parents=True)
        score_totals(daily + added, observed, domain).to_netcdf(path)
        return path

    worse = np.array([[0.3, 0.3, -0.3], [0.3, 0.3, 0.3]], "f4")
    return [write("default", np.zeros((2, 3), "f4")), write("dpl-a", worse)]


def test_the_table_has_a_row_for_each_group_of_cells(files):
    table = tabulate_checks(files)
    assert list(table["group"]) == ["all", "learned", "unseen"] * 2
    assert list(table["cells"]) == [5, 4, 1] * 2
    improved = table[table["method"] == "dpl-a"].set_index("group")["share_improved"]
    assert dict(improved) == {"all": 80, "learned": 100, "unseen": 0}
    assert set(table["verifier"]) == {"vic"} and set(table["variable"]) == {"et"}


def test_a_table_without_the_default_is_refused(files):
    with pytest.raises(ValueError, match="no scores of the default parameters"):
        tabulate_checks(files[1:])
