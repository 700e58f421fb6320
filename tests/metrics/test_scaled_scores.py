"""Scores of a simulation that is scaled in each cell."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from paramscape.metrics.evaluate import evaluate
from paramscape.metrics.scaled import evaluate_scaled


def test_scaled_scores_are_those_of_the_scaled_series_and_raw_ones_are_kept():
    rng = np.random.default_rng(2)
    axes = {"time": pd.date_range("2016-01-01", periods=40), "lat": [30.0, 31.0, 32.0],
            "lon": [1.0, 2.0]}  # fmt: skip
    simulated = xr.DataArray(rng.random((40, 3, 2), "f4"), axes, ("time", "lat", "lon"))
    slope = xr.DataArray(rng.uniform(0.5, 2, (3, 2)), dims=("lat", "lon"))
    intercept = xr.DataArray(rng.uniform(-1, 1, (3, 2)), dims=("lat", "lon"))
    mask = xr.DataArray(np.ones((3, 2)), {k: axes[k] for k in ("lat", "lon")})
    observed = (slope * simulated + intercept).transpose("time", "lat", "lon")
    observed = observed.assign_coords(axes) + 0.3
    scaling = xr.Dataset({"slope": slope, "intercept": intercept})
    scores = evaluate_scaled(simulated, observed, mask, scaling)
    assert scores["rmse"].values == pytest.approx(np.full((3, 2), 0.3), abs=1e-6)
    raw = evaluate(simulated, observed, mask)
    assert np.array_equal(scores["rmse_raw"], raw["rmse"])
    np.testing.assert_allclose(scores["cc"], raw["cc"], atol=1e-12)
