"""Scores of a simulation that is scaled linearly in each cell."""

from __future__ import annotations

import xarray as xr

from paramscape.metrics.evaluate import evaluate
from paramscape.metrics.point import rmse


def evaluate_scaled(
    simulated: xr.DataArray, observed: xr.DataArray, mask: xr.DataArray, scaling: xr.Dataset
) -> xr.Dataset:
    """Scores of a y + b, with the RMSE of y itself.

    Args:
        simulated: (time, lat, lon) simulation y.
        observed: (time, lat, lon) observation in the same unit, NaN where missing.
        mask: (lat, lon) active cells.
        scaling: `slope` a [1] and `intercept` b [the field's unit], both (lat, lon).

    Returns:
        what `evaluate` returns for the scaled simulation, and `rmse_raw` (lat, lon) of the raw one.
    """
    scaled = simulated.astype("f8").copy(
        data=scaling["slope"].values * simulated.values + scaling["intercept"].values
    )
    raw = rmse(simulated.values, observed.values, mask.values)
    scores = evaluate(scaled, observed, mask)
    return scores.assign(rmse_raw=(("lat", "lon"), raw, {"units": "as target"}))
