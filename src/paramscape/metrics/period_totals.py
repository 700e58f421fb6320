"""Scores of a variable that is observed as totals over several days each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from paramscape.metrics._grid import Field, Mask, ratio
from paramscape.metrics.point import PairMoments, moments

_DAY = np.timedelta64(1, "D")
_DAYS_OF_YEAR = 365.25


def score_totals(daily: xr.DataArray, observed: xr.Dataset, domain: xr.Dataset) -> xr.Dataset:
    """Compare observed totals with the simulation's sums over the same days, cell by cell.

    Args:
        daily: (time, lat, lon) simulated rates of all days of a period [mm d-1].
        observed: the variable of the same name (time, lat, lon) [mm], NaN where it is not observed;
            `time_bnds` (time, bnds), the first day and the day after the last. Totals that are not
            wholly in the simulated days are left out.
        domain: `mask` (lat, lon), and `role` if some cells are only scored.

    Returns:
        (lat, lon): `rmse` [mm], `cc`, `nse` over the observed totals of a cell; `mean_observed`
        and `mean_simulated` [mm a-1] of the days with an observation; `periods`, their number;
        `mask`, and `role` if the domain has it. NaN where a cell is never observed, and in `cc` and
        `nse` where its observations do not vary.

    Raises:
        ValueError: if no total lies wholly in the simulated days, or none is observed.
    """
    bounds = observed["time_bnds"].values.astype("M8[D]")
    first, last = (daily["time"].values[i].astype("M8[D]") for i in (0, -1))
    inside = (bounds[:, 0] >= first) & (bounds[:, 1] <= last + _DAY)
    totals = observed[daily.name].transpose("time", "lat", "lon").values[inside].astype("f8")
    mask = domain["mask"].transpose("lat", "lon").values > 0
    if not np.isfinite(totals[:, mask]).any():
        raise ValueError(
            f"{daily.name} has no observed total that lies wholly in {first} to {last}; choose "
            "periods in which the product has values"
        )
    simulated = sums_over(daily, bounds[inside])
    maps = _maps(moments(simulated, totals, mask))
    lengths = (bounds[inside, 1] - bounds[inside, 0]) / _DAY
    maps |= _annual_means(simulated, totals, lengths, mask)
    maps["mask"] = (mask.astype(np.int32), "1")
    if "role" in domain:
        maps["role"] = (domain["role"].transpose("lat", "lon").values, "1")
    coords = {axis: domain[axis] for axis in ("lat", "lon")}
    fields = {name: (("lat", "lon"), v, {"units": u}) for name, (v, u) in maps.items()}
    return xr.Dataset(fields, coords)


def sums_over(daily: xr.DataArray, bounds: np.ndarray) -> Field:
    """Sums (period, lat, lon) of a daily series over periods.

    Args:
        daily: (time, lat, lon) of consecutive days [x d-1].
        bounds: (period, 2) datetime64[D], the first day and the day after the last.
    """
    values = daily.transpose("time", "lat", "lon").values.astype(np.float64)
    starts, ends = ((bounds - daily["time"].values[0].astype("M8[D]")) // _DAY).T
    return np.stack([values[a:b].sum(axis=0) for a, b in zip(starts, ends, strict=True)])


def scores_across_cells(scores: xr.Dataset, cells: Mask) -> Mapping[str, float]:
    """RMSE [mm a-1], correlation and NSE across cells of the annual means.

    Args:
        scores: of `score_totals`.
        cells: (lat, lon) cells that are compared; those without an observation are left out.
    """
    flat = (scores[name].values[cells] for name in ("mean_simulated", "mean_observed"))
    simulated, observed = (values.reshape(-1, 1, 1) for values in flat)
    pair = moments(simulated, observed, np.ones((1, 1)))
    found = {"rmse_means": pair.rmse(), "cc_means": pair.cc(), "nse_means": pair.nse()}
    return {name: float(value[0, 0]) for name, value in found.items()}


def _maps(pair: PairMoments) -> dict[str, tuple[Field, str]]:
    return {
        "rmse": (pair.rmse(), "mm"),
        "cc": (pair.cc(), "1"),
        "nse": (pair.nse(), "1"),
        "periods": (pair.days.astype(np.int32), "1"),
    }


def _annual_means(
    simulated: Field, observed: Field, lengths: np.ndarray, mask: Mask
) -> dict[str, tuple[Field, str]]:
    """Means over the days with an observation [mm a-1]; NaN without one and outside the mask."""
    present = np.isfinite(observed) & mask
    days = (present * lengths[:, None, None]).sum(axis=0)
    found = {}
    for name, values in (("mean_observed", observed), ("mean_simulated", simulated)):
        total = np.where(present, values, 0.0).sum(axis=0)
        found[name] = (_DAYS_OF_YEAR * ratio(total, days, days > 0), "mm a-1")
    return found
