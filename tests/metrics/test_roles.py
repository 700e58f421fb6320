"""Seen and unseen cells are scored apart."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from paramscape.figures import methods_table
from paramscape.metrics.evaluate import evaluate
from paramscape.metrics.roles import with_roles, without_neighbours
from paramscape.metrics.summary import tabulate
from paramscape.study import Space

AXES = {"lat": [30.0, 30.25, 30.5], "lon": [110.0, 110.25]}
MASK = np.array([[1, 1], [1, 1], [1, 0]], "i4")
DIMS = ("lat", "lon")


def domain(role=((1, 1), (2, 2), (1, 0))) -> xr.Dataset:
    fields = {"mask": (DIMS, MASK), "role": (DIMS, np.array(role, "i1"))}
    return xr.Dataset(fields, AXES)


@pytest.fixture
def observed() -> xr.DataArray:
    days = pd.date_range("2011-06-01", periods=40)
    values = np.random.default_rng(1).gamma(2.0, 1.0, (40, 3, 2))
    return xr.DataArray(values, {"time": days, **AXES}, ("time", *DIMS))


def scored(observed, error) -> xr.Dataset:
    mask = domain()["mask"]
    simulated = observed + xr.DataArray(error, mask.coords, DIMS)
    scores = evaluate(simulated, observed, mask).assign(mask=mask)
    scores["rmse"].attrs["units"] = "as target"
    return scores


def test_a_domain_without_roles_leaves_scores_as_they_are(observed):
    scores = scored(observed, np.ones((3, 2)))
    assert with_roles(scores, domain().drop_vars("role"), observed, Space()) is scores
    assert without_neighbours(scores, domain()) is scores


def test_a_learner_that_is_hardly_observed_counts_as_unseen(observed):
    scores = scored(observed, np.ones((3, 2)))
    gappy = observed.copy()
    gappy[10:, 0, 1] = np.nan
    leave_out = Space(below_minimum="leave_out")
    role = with_roles(scores, domain(), gappy, leave_out)["role"]
    np.testing.assert_array_equal(role, [[1, 2], [2, 2], [1, 0]])
    with pytest.raises(ValueError, match=r"1 of 3 learners .*30 N 110\.25 E \(10 days\)"):
        with_roles(scores, domain(), gappy, Space())


def test_cells_that_do_not_adjoin_have_no_ssim_and_no_fss(observed):
    scores = scored(observed, np.random.default_rng(2).normal(0, 1, (3, 2)))
    apart = without_neighbours(scores, domain().assign_attrs(resolution=0.125))
    for name in ("ssim", "ssim_mean", "fss"):
        assert np.isnan(apart[name]).all()
    for name in ("ssim", "fss"):
        assert apart[name].attrs["not_scored"] == "the cells of the domain do not adjoin"
        assert apart[name].dims == scores[name].dims
    assert apart["rmse"].identical(scores["rmse"])


@pytest.fixture
def table(observed, tmp_path: Path) -> pd.DataFrame:
    """Scores of the default, and of a run that is good where it learned."""
    errors = {
        "default": np.full((3, 2), 1.0),
        "cell-sceua": np.array([[0.1, 0.3], [0.8, 2.0], [0.2, 0.0]]),
    }
    files = {}
    for method, error in errors.items():
        files[method] = tmp_path / method / "vic/seed-1/vic-test.nc"
        files[method].parent.mkdir(parents=True)
        with_roles(scored(observed, error), domain(), observed, Space()).to_netcdf(files[method])
    return tabulate(list(files.values()), {("vic", "test"): files["default"]})


def test_a_run_has_means_and_medians_of_seen_and_unseen_cells(table):
    run = table.set_index("method").loc["cell-sceua"]
    assert run["rmse"] == pytest.approx((0.1 + 0.3 + 0.8 + 2.0 + 0.2) / 5)
    assert run["rmse_seen"] == pytest.approx(0.2) and run["rmse_unseen"] == pytest.approx(1.4)
    assert run["rmse_median_seen"] == pytest.approx(0.2)
    assert (run["cells_rmse_seen"], run["cells_rmse_unseen"]) == (3, 2)
    assert (run["share_improved_seen"], run["share_improved_unseen"]) == (100, 50)


def test_the_table_of_methods_shows_the_transfer_gap(table, tmp_path):
    costs = table[["method", "simulator", "seed"]].assign(minutes=1.0, vic_runs=2.0)
    written = methods_table.write(table, costs, tmp_path / "methods").set_index("method")
    assert written.loc["cell-sceua", "rmse_transfer_gap"] == pytest.approx(0.2 - 1.4)
    assert written.loc["default", "rmse_transfer_gap"] == pytest.approx(0.0, abs=1e-12)
    text = (tmp_path / "methods.md").read_text()
    assert "| RMSE seen / unseen |" in text.splitlines()[0]
    assert "| 0.200 / 1.400 (-1.200) |" in text
    assert "cell-sceua has the parameters of the nearest seen cell" in text


def test_the_table_of_a_study_without_a_split_has_no_such_columns(table, tmp_path):
    plain = table[[c for c in table if not c.endswith(("seen", "unseen"))]]
    costs = table[["method", "simulator", "seed"]].assign(minutes=1.0, vic_runs=2.0)
    written = methods_table.write(plain, costs, tmp_path / "methods")
    assert not [name for name in written if "seen" in name or "transfer" in name]
    assert "unseen" not in (tmp_path / "methods.md").read_text()
