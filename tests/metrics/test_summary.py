"""The table of runs holds domain means of the score files, and the share of improved cells."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from paramscape.metrics.evaluate import evaluate
from paramscape.metrics.summary import tabulate


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Scores of a default that is far off and of a run that is nearer in three of four cells."""
    return write_scores(tmp_path)


def write_scores(folder: Path, spoil=lambda observed, run: (observed, run)) -> dict[str, Path]:
    """The same with observations and the run's simulation (time, lat, lon) changed by `spoil`."""
    rng = np.random.default_rng(1)
    axes = {
        "time": pd.date_range("2011-06-01", periods=30),
        "lat": [30.0, 30.25, 30.5],
        "lon": [110.0, 110.25],
    }
    observed = xr.DataArray(rng.gamma(2.0, 1.0, (30, 3, 2)), axes, ("time", "lat", "lon"))
    mask = xr.DataArray([[1, 1], [1, 1], [0, 0]], {k: axes[k] for k in ("lat", "lon")})
    off = xr.DataArray([[0.2, 0.2], [0.2, 3.0], [0.0, 0.0]], mask.coords)
    default = observed + 1.0
    observed, run = spoil(observed, observed + off)
    fields = {"default/vic": default, "gan-po/vic": run}
    paths = {}
    for run, simulated in fields.items():
        paths[run] = folder / run / "seed-1/vic-test.nc"
        paths[run].parent.mkdir(parents=True)
        scores = evaluate(simulated, observed, mask)
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


def table_of(files) -> pd.DataFrame:
    table = tabulate(list(files.values()), {("vic", "test"): files["default/vic"]})
    return table.set_index("method")


def in_cell(field: xr.DataArray, row: int, column: int) -> xr.DataArray:
    """True in one cell (lat, lon)."""
    return (field.lat == field.lat[row]) & (field.lon == field.lon[column])


def test_an_unobserved_cell_is_left_out_of_means_and_shares_for_all_runs(tmp_path: Path) -> None:
    files = write_scores(tmp_path, lambda o, run: (o.where(~in_cell(o, 0, 0)), run))
    table = table_of(files)
    assert table.loc["gan-po", "rmse"] == pytest.approx((2 * 0.2 + 3.0) / 3)
    assert table.loc["gan-po", "share_improved"] == pytest.approx(200 / 3)
    for method in ("default", "gan-po"):
        assert table.loc[method, ["cells", "cells_rmse", "cells_cc", "cells_kge"]].tolist() == [
            4,
            3,
            3,
            3,
        ]
        assert np.isfinite(table.loc[method, ["cc", "kge"]].astype(float)).all()


def test_a_constant_observation_leaves_its_cell_an_error_alone(tmp_path: Path) -> None:
    files = write_scores(tmp_path, lambda o, run: (o.where(~in_cell(o, 0, 0), 2.0), run))
    table = table_of(files)
    for method in ("default", "gan-po"):
        assert table.loc[method, ["cells_rmse", "cells_cc", "cells_kge"]].tolist() == [4, 3, 3]
        assert np.isfinite(table.loc[method, ["rmse", "cc", "kge"]].astype(float)).all()


def test_a_constant_simulation_leaves_its_cell_to_other_runs(tmp_path: Path) -> None:
    files = write_scores(tmp_path, lambda o, run: (o, run.where(~in_cell(o, 0, 0), 2.0)))
    table = table_of(files)
    assert table["cells_rmse"].tolist() == [4, 4]
    assert table["cells_cc"].to_dict() == {"default": 4, "gan-po": 3}
    assert table.loc["gan-po", "cc"] == pytest.approx(1.0)


def test_a_nan_simulation_does_not_vanish_from_a_mean(tmp_path: Path) -> None:
    files = write_scores(tmp_path, lambda o, run: (o, run.where(~in_cell(o, 0, 0))))
    table = table_of(files)
    assert table.loc["gan-po", ["rmse", "cc", "kge"]].isna().all()
    assert table.loc["gan-po", "share_improved"] == 50.0


def test_the_reason_why_a_pattern_is_not_scored_is_kept(tmp_path: Path) -> None:
    files = write_scores(tmp_path, lambda o, run: (o.where(in_cell(o, 0, 0)), run))
    table = table_of(files)
    for score in ("eof", "ssim", "fss"):
        assert table[f"not_scored_{score}"].str.startswith("1 of 4 active cells").all()
    assert table[["eof", "ssim", "fss_5"]].isna().all(axis=None)
    assert table["share_improved"].tolist() == [0.0, 100.0]
