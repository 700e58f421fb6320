"""What is only scored is prepared, written, scored and tabulated."""

import runpy
from datetime import date

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from paramscape.figures import checks_table
from paramscape.files import read_dataset, write_dataset
from paramscape.files.provenance import Provenance
from paramscape.metrics.check_summary import tabulate_checks
from paramscape.prepare import variable_checks
from paramscape.products import ProductError
from paramscape.study import Mod16Checks, Period

YEAR = Period(start=date(2017, 1, 1), end=date(2017, 12, 31))
SETTINGS = Mod16Checks(product="mod16a2", folder="mod16")


@pytest.fixture
def domain() -> xr.Dataset:
    lat, lon = [37.9375, 38.0625], [-121.9375, -121.8125]
    fields = {name: (("lat", "lon"), np.ones((2, 2))) for name in ("frac", "area", "elev")}
    found = xr.Dataset(fields, {"lat": lat, "lon": lon})
    found["mask"] = (("lat", "lon"), np.array([[1, 1], [1, 0]], "i4"))
    for name, unit in {"frac": "1", "mask": "1", "area": "m2", "elev": "m"}.items():
        found[name].attrs["units"] = unit
    return found


def totals(values: float, domain: xr.Dataset) -> xr.Dataset:
    """Three periods of 8 days with the same totals."""
    starts = np.array(["2017-01-01", "2017-01-09", "2017-01-17"], "M8[ns]")
    et = np.where(domain["mask"], np.full((3, 2, 2), values), np.nan).astype("f4")
    et += np.arange(3, dtype="f4")[:, None, None]
    bounds = np.stack([starts, starts + np.timedelta64(8, "D")], 1)
    return xr.Dataset(
        {
            "et": (("time", "lat", "lon"), et, {"units": "mm"}),
            "valid_share": (("time", "lat", "lon"), np.ones_like(et), {"units": "1"}),
            "time_bnds": (("time", "bnds"), bounds),
        },
        {"time": ("time", starts, {"bounds": "time_bnds"}), "lat": domain.lat, "lon": domain.lon},
    )


def test_totals_keep_their_bounds_in_a_file(domain, tmp_path):
    path = tmp_path / "et.nc"
    write_dataset(totals(16.0, domain), path, "et-check", Provenance.of("demo", {}, 1))
    xr.testing.assert_equal(read_dataset(path, "et-check"), totals(16.0, domain))


def test_a_variable_without_any_value_is_refused(domain, monkeypatch):
    empty = totals(np.nan, domain)
    monkeypatch.setattr(variable_checks, "read_check", lambda *_: empty)
    with pytest.raises(ProductError, match="no active cell has a value of et from 2017-01-01"):
        variable_checks.prepare_check(SETTINGS, "et", YEAR, domain)


def test_a_simulation_is_scored_over_the_same_days(repository, domain, tmp_path):
    scores_of = runpy.run_path(str(repository / "scripts/score_check.py"))["scores_of"]
    days = np.arange("2017-01-01", "2017-02-01", dtype="M8[D]").astype("M8[ns]")
    coords = {"time": days, "lat": domain.lat, "lon": domain.lon}
    rate = np.full((31, 2, 2), 2.0, "f4")
    simulation = xr.Dataset({"et": (("time", "lat", "lon"), rate)}, coords)
    made = Provenance.of("demo", {}, 1)
    for kind, data in (("domain", domain), ("simulation", simulation)):
        write_dataset(data, tmp_path / f"{kind}.nc", kind, made)
    write_dataset(totals(16.0, domain), tmp_path / "et.nc", "et-check", made)
    paths = [tmp_path / f"{name}.nc" for name in ("domain", "et", "simulation")]
    scores = scores_of(*paths, "et", YEAR)
    assert float(scores["rmse"][0, 0]) == pytest.approx(np.sqrt((0 + 1 + 4) / 3))
    path = tmp_path / "default/vic/seed-1/et-vic-test.nc"
    path.parent.mkdir(parents=True)
    write_dataset(scores, path, "check-scores", made)
    table = checks_table.write(tabulate_checks([path]), tmp_path / "checks")
    assert table.loc[0, ["method", "group", "cells"]].tolist() == ["default", "all", 3]
    assert "| et | default | vic | vic | all | 3 | 1.29 |" in (tmp_path / "checks.md").read_text()
    assert len(pd.read_csv(tmp_path / "checks.csv")) == 1
