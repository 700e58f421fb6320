"""All scores of one simulated field in one dataset."""

from __future__ import annotations

import logging

import numpy as np
import xarray as xr

from paramscape.metrics._grid import DailyScore, Field
from paramscape.metrics.eof import joint_eof_similarity
from paramscape.metrics.fss import PERCENTILES, WINDOWS, fss_curves
from paramscape.metrics.patterns import mapped_days, too_few_cells
from paramscape.metrics.point import moments
from paramscape.metrics.scores import CELL_SCORES, FIELD_UNIT, SCORES
from paramscape.metrics.spaef import spatial_efficiency
from paramscape.metrics.ssim import observed_range, ssim_per_day

_LOG = logging.getLogger(__name__)
_DIMS = ("time", "lat", "lon")


def evaluate(simulated: xr.DataArray, observed: xr.DataArray, mask: xr.DataArray) -> xr.Dataset:
    """Score a simulation against observations by every point and spatial score.

    Spatial scores leave out days with too few observed cells, see `patterns`.

    Args:
        simulated: (time, lat, lon) simulation.
        observed: (time, lat, lon) observation in the same unit, NaN where missing.
        mask: (lat, lon) active cells.

    Returns:
        Dataset with those of `CELL_SCORES`, `kge_r`, `kge_gamma`, `kge_beta`, `observed_days`
        (lat, lon); `eof`, `ssim` (time); `fss` (percentile, window) of the mean map; and the
        scalars `eof_mean`, `eof_scaled`, `ssim_mean`, `spaef`. Joining datasets along a new
        dimension `run` gives the figures' input. NaN as in the single scores, and in a spatial
        score that the observations do not allow: the attribute `not_scored` of `eof`, `ssim`,
        `fss` and `spaef` says why then.

    Raises:
        ValueError: dimensions or coordinates of the fields differ, or no active cell is observed.
    """
    _check_alignment(simulated, observed, mask)
    _require_observations(observed, mask)
    scores = _point_scores(simulated, observed, mask)
    scores = scores.assign(_daily_patterns(simulated, observed, mask))
    return scores.assign(_mean_patterns(simulated, observed, mask))


def _point_scores(
    simulated: xr.DataArray, observed: xr.DataArray, mask: xr.DataArray
) -> xr.Dataset:
    pair = moments(simulated.values, observed.values, mask.values)
    parts = pair.kge_components()
    maps = {
        **{name: score(pair) for name, score in CELL_SCORES.items()},
        "kge_r": parts.r,
        "kge_gamma": parts.gamma,
        "kge_beta": parts.beta,
        "observed_days": pair.days.astype(np.int32),
    }
    coords = {name: observed[name] for name in _DIMS}
    scores = xr.Dataset({name: (_DIMS[1:], field) for name, field in maps.items()}, coords)
    for name in CELL_SCORES:
        if SCORES[name].unit == FIELD_UNIT:
            scores[name].attrs["units"] = "as target"
    return scores


def _daily_patterns(
    simulated: xr.DataArray, observed: xr.DataArray, mask: xr.DataArray
) -> dict[str, object]:
    """EOF score and SSIM of each day, and their means."""
    days = mapped_days(observed.values, mask.values > 0)
    maps = simulated.values, np.where(days[:, None, None], observed.values, np.nan), mask.values
    no_map = "" if days.any() else _no_map(observed, mask)
    eof = joint_eof_similarity(*maps)
    extent = observed_range(*maps[1:])
    flat = "" if extent > 0 else "the observations do not vary"
    unscored = DailyScore(np.full(len(days), np.nan), np.nan)
    structure = ssim_per_day(*maps, data_range=extent) if extent > 0 else unscored
    return {
        "eof": ("time", eof.per_day, _why(no_map or eof.not_scored)),
        "ssim": ("time", structure.per_day, _why(no_map or flat)),
        "eof_mean": eof.mean,
        "eof_scaled": eof.scaled,
        "ssim_mean": structure.mean,
    }


def _no_map(observed: xr.DataArray, mask: xr.DataArray) -> str:
    """Why no day of an observed record has a map with a pattern."""
    active = mask.values > 0
    present = observed.notnull().values & active
    ever = int(present.any(axis=0).sum())
    most = int(present.sum(axis=(1, 2)).max())
    return too_few_cells(ever, int(active.sum())) or (
        f"on the best day, {too_few_cells(most, int(active.sum()))}"
    )


def _why(reason: str) -> dict[str, str]:
    """The attribute of a score that the observations do not allow."""
    return {"not_scored": reason} if reason else {}


def _mean_patterns(
    simulated: xr.DataArray, observed: xr.DataArray, mask: xr.DataArray
) -> dict[str, object]:
    """FSS and SPAEF of the mean maps."""
    maps = (*_mean_maps(simulated, observed), mask.values)
    active = mask.values > 0
    reason = too_few_cells(int((~np.isnan(maps[1]) & active).sum()), int(active.sum()))
    curves, efficiency = np.full((len(PERCENTILES), len(WINDOWS)), np.nan), np.nan
    if not reason:
        curves, efficiency = fss_curves(*maps), spatial_efficiency(*maps).score
    axes = {"percentile": list(PERCENTILES), "window": list(WINDOWS)}
    return {
        "fss": xr.DataArray(curves, axes, tuple(axes), attrs=_why(reason)),
        "spaef": ((), efficiency, _why(reason)),
    }


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


def _require_observations(observed: xr.DataArray, mask: xr.DataArray) -> None:
    """Refuse a period without observations, and name the first cell that has none."""
    active = mask.values > 0
    unseen = active & ~observed.notnull().any("time").values
    what = f"{observed.name or 'the target'} from " + " to ".join(
        f"{day!s:.10}" for day in observed.time.values[[0, -1]]
    )
    if unseen.sum() == active.sum():
        raise ValueError(
            f"None of the {active.sum()} active cells has an observation of {what}: there is "
            "nothing to score. Choose periods in which the product has values."
        )
    if unseen.any():
        row, column = np.argwhere(unseen)[0]
        _LOG.warning(
            "%d of %d active cells have no observation of %s and are left out of the scores of all "
            "methods; the first is at %.4f N, %.4f E",
            *(unseen.sum(), active.sum(), what, mask.lat[row], mask.lon[column]),
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
                    f"{_extent(field[dim])} and {_extent(observed[dim])}. "
                    "Select the scored period and grid first."
                )


def _extent(coordinate: xr.DataArray) -> str:
    values = coordinate.values
    return f"{values[0]} to {values[-1]} ({values.size})" if values.size else "no value"
