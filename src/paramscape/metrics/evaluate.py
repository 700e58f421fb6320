"""All scores of one simulated field in one dataset."""

from __future__ import annotations

import numpy as np
import xarray as xr

from paramscape.metrics._grid import Field
from paramscape.metrics.eof import joint_eof_similarity
from paramscape.metrics.fss import PERCENTILES, WINDOWS, fss_curves
from paramscape.metrics.point import moments
from paramscape.metrics.spaef import spatial_efficiency
from paramscape.metrics.ssim import ssim_per_day

_DIMS = ("time", "lat", "lon")


def evaluate(
    simulated: xr.DataArray, observed: xr.DataArray, mask: xr.DataArray, *, data_range: float
) -> xr.Dataset:
    """Score a simulation against observations by every point and spatial score.

    Args:
        simulated: (time, lat, lon) simulation.
        observed: (time, lat, lon) observation in the same unit, NaN where missing.
        mask: (lat, lon) active cells.
        data_range: range of the observations for SSIM, equal for all methods; see
            `observed_range`.

    Returns:
        Dataset with `rmse`, `cc`, `kge`, `kge_r`, `kge_gamma`, `kge_beta` (lat, lon); `eof`,
        `ssim` (time); `fss` (percentile, window) of the mean map; and the scalars `eof_mean`,
        `eof_scaled`, `ssim_mean`, `spaef`. Joining datasets along a new dimension `run` gives
        what the figures take. NaN as in the single scores.

    Raises:
        ValueError: dimensions or coordinates of the fields differ.
    """
    _check_alignment(simulated, observed, mask)
    fields = (simulated.values, observed.values, mask.values)
    pair = moments(*fields)
    parts = pair.kge_components()
    eof = joint_eof_similarity(*fields)
    structure = ssim_per_day(*fields, data_range=data_range)
    mean_map = (*_mean_maps(simulated, observed), mask.values)
    return xr.Dataset(
        {
            "rmse": (_DIMS[1:], pair.rmse()),
            "cc": (_DIMS[1:], pair.cc()),
            "kge": (_DIMS[1:], pair.kge()),
            "kge_r": (_DIMS[1:], parts.r),
            "kge_gamma": (_DIMS[1:], parts.gamma),
            "kge_beta": (_DIMS[1:], parts.beta),
            "eof": ("time", eof.per_day),
            "ssim": ("time", structure.per_day),
            "fss": (("percentile", "window"), fss_curves(*mean_map)),
            "eof_mean": eof.mean,
            "eof_scaled": eof.scaled,
            "ssim_mean": structure.mean,
            "spaef": spatial_efficiency(*mean_map).score,
        },
        coords={
            "time": observed.time,
            "lat": observed.lat,
            "lon": observed.lon,
            "percentile": list(PERCENTILES),
            "window": list(WINDOWS),
        },
    )


def _mean_maps(simulated: xr.DataArray, observed: xr.DataArray) -> tuple[Field, Field]:
    """Means (lat, lon) over the days with an observation, in simulation and observation.

    NaN without observation, and where the simulation is NaN on a day with one.
    """
    observed = observed.values.astype(np.float64)
    present = ~np.isnan(observed)
    days = np.where(present.any(axis=0), present.sum(axis=0), np.nan)
    return (
        np.where(present, simulated.values, 0.0).sum(axis=0) / days,
        np.where(present, observed, 0.0).sum(axis=0) / days,
    )


def _check_alignment(simulated: xr.DataArray, observed: xr.DataArray, mask: xr.DataArray) -> None:
    for name, field, dims in (
        ("simulation", simulated, _DIMS),
        ("observation", observed, _DIMS),
        ("mask", mask, _DIMS[1:]),
    ):
        if field.dims != dims:
            raise ValueError(f"The {name} has dimensions {dims}; got {field.dims}.")
    for dim in _DIMS:
        for name, field in (("simulation", simulated), ("mask", mask)):
            if dim in field.dims and not field[dim].equals(observed[dim]):
                raise ValueError(
                    f"The {name} shares the coordinate {dim} of the observation; got "
                    f"{_extent(field[dim])} beside {_extent(observed[dim])}. "
                    "Select the scored period and grid first."
                )


def _extent(coordinate: xr.DataArray) -> str:
    values = coordinate.values
    return f"{values[0]} to {values[-1]} ({values.size})" if values.size else "no value"
