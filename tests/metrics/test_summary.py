"""The table of runs holds domain means of the score files, and the share of improved cells."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from paramscape.metrics import evaluate, observed_range
from paramscape.metrics.summary import tabulate


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Scores of a default that is far off and of a run that is nearer in three of four cells."""
    rng = np.random.default_rng(1)
    axes = {
        "time": pd.date_range("2011-06-01", periods=30),
        "lat": [30.0, 30.25, 30.5],
        "lon": [110.0, 110.25],
    }
    observed = xr.DataArray(rng.gamma(2.0, 1.0, (30, 3, 2)), axes, ("time", "lat", "lon"))
    mask = xr.DataArray([[1, 1], [1, 1], [0, 0]], {k: axes[k] for k in ("lat", "lon")})
    off = xr.DataArray([[0.2, 0.2], [0.2, 3.0], [0.0, 0.0]], mask.coords)
    fields = {"default/vic": observed + 1.0, "gan-po/vic": observed + off}
    paths = {}
    for run, simulated in fields.items():
        paths[run] = tmp_path / run / "seed-1/vic-test.nc"
        paths[run].parent.mkdir(parents=True)
        scale = observed_range(observed.values, mask.values)
        scores = evaluate(simulated, observed, mask, data_range=scale)
        scores["rmse"].attrs["units"] = "as target"
        scores.assign(mask=mask).to_netcdf(paths[run])
    return paths


def test_a_run_has_the_mean_of_its_active_cells(files) -> None:
    table = tabulate(list(files.values()), {("vic", "test"): files["default/vic"]})
    table = table.set_index("method")
    assert table.loc["default", "rmse"] == pytest.approx(1.0)
    assert table.loc["gan-po", "rmse"] == pytest.approx((3 * 0.2 + 3.0) / 4)


def test_improvement_is_counted_against_the_default(files) -> None:
    table = tabulate(list(files.values()), {("vic", "test"): files["default/vic"]})
    assert table["share_improved"].tolist() == [0.0, 75.0]


def test_a_file_that_is_named_twice_has_one_row(files) -> None:
    twice = [files["gan-po/vic"], files["gan-po/vic"]]
    assert len(tabulate(twice, {("vic", "test"): files["default/vic"]})) == 1
