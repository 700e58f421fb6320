"""SMAP L3 Enhanced soil moisture (SPL3SMP_E), averaged over the cells of a domain."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import numpy as np
import xarray as xr

from paramscape.products.bounding_box import Box, cell_edges
from paramscape.products.errors import ProductError
from paramscape.products.looks import FileLooks
from paramscape.products.observed import finished_days
from paramscape.products.plausible import require_plausible
from paramscape.products.smap.ease_grid import CellWeights
from paramscape.products.smap.files import (
    SOURCE,
    Granule,
    canonical_path,
    days_of_granules,
    granules,
    long_gaps,
)
from paramscape.products.smap.granule import PASSES, read_pass, require_layout
from paramscape.study import Period, SmapObservations

MINIMUM_SHARE = 0.5  # of a cell's area that kept pixels must cover, [1]
_LOG = logging.getLogger(__name__)
_DAY = timedelta(days=1)


@dataclass
class _Pixels:
    """Sums over the values that pixels of a window have on one day."""

    sums: np.ndarray
    counts: np.ndarray

    @classmethod
    def empty(cls, weights: CellWeights) -> "_Pixels":
        shape = (weights.lat.shape[1], weights.lon.shape[1])
        return cls(np.zeros(shape), np.zeros(shape, "i4"))

    def add(self, values: np.ndarray, chosen: np.ndarray) -> None:
        self.sums[chosen] += values[chosen]
        self.counts[chosen] += 1

    def mean_of_cells(self, weights: CellWeights) -> np.ndarray:
        """(lat, lon) mean over the area of the pixels that have a value; NaN below half a cell."""
        return weights.mean(self.sums / np.maximum(self.counts, 1), self.counts > 0, MINIMUM_SHARE)


def read_on_cells(
    settings: SmapObservations, target: str, period: Period, domain: xr.Dataset
) -> xr.DataArray:
    """Daily soil moisture of the cells of a domain.

    A pixel counts if its quality flag allows it and its value lies within 0.02 to 0.5. A morning
    value belongs to the UTC day that contains its time, an evening value to the day whose end is
    nearest. With both passes, a pixel's value is the mean of those that it has.

    Args:
        settings: folder, passes and quality.
        target: `soil_moisture`.
        period: days to return.
        domain: `mask` (lat, lon), and `role` if some cells are only scored.

    Returns:
        (time, lat, lon) [m3 m-3], every day of the period; NaN where kept pixels cover less than
        half of a cell, and on days without a file.

    Raises:
        ProductError: if a file is damaged or not of this product, if files are missing on more
            days in a row than allowed or come from several releases, or no cell that is learned
            from has a value.
    """
    found = granules(settings, period)
    _require_days(settings, period, found)
    _require_one_release(settings, found)
    weights = _weights(settings, domain)
    first, days = period.start, {}
    values = np.full((period.days, *domain["mask"].transpose("lat", "lon").shape), np.nan)
    for granule in found.values():
        for day, pixels, chosen in _values(settings, granule, weights, domain):
            if period.start <= day <= period.end:
                days.setdefault(day, _Pixels.empty(weights)).add(pixels, chosen)
        for day in [d for d in days if d < granule.day - _DAY]:
            values[(day - first).days] = days.pop(day).mean_of_cells(weights)
    for day, pixels in days.items():
        values[(day - first).days] = pixels.mean_of_cells(weights)
    return _finished(values, settings, target, period, domain)


def looks_at_observations(
    settings: SmapObservations, target: str, period: Period, box: Box
) -> Iterator[FileLooks]:
    """Looks at each file's groups, size and units."""
    found = granules(settings, period)
    one_release = partial(_require_one_release, settings, found)
    for number, granule in enumerate(found.values()):
        header = partial(require_layout, granule.path, settings.passes_read)
        yield FileLooks(granule.path, (header, one_release) if number == 0 else (header,))


def _values(
    settings: SmapObservations, granule: Granule, weights: CellWeights, domain: xr.Dataset
) -> Iterator[tuple[date, np.ndarray, np.ndarray]]:
    """The days of a file's values: day, (row, column) values and which of them it has."""
    for name in settings.passes_read:
        half_orbits = read_pass(granule, PASSES[name], settings.quality, weights)
        kept = np.isfinite(half_orbits.values)
        for day in np.unique(half_orbits.days[kept]):
            chosen = kept & (half_orbits.days == day)
            yield day.astype("M8[D]").item(), half_orbits.values, chosen


def _weights(settings: SmapObservations, domain: xr.Dataset) -> CellWeights:
    try:
        return CellWeights.of(*cell_edges(domain))
    except ValueError as error:
        raise ProductError(
            str(error), settings.folder, "domain", cure="make the domain smaller"
        ) from error


def _require_days(settings: SmapObservations, period: Period, found: dict[date, Granule]) -> None:
    """Refuse long gaps between files; log the days without a file."""
    days = days_of_granules(settings, period)
    missing = [day for day in days if day not in found]
    gap = long_gaps(days, found, settings.most_missing_days)
    if gap:
        raise ProductError(
            f"{len(missing)} of {len(days)} days have no file, {len(gap)} of them in stretches of "
            f"more than {settings.most_missing_days} days: {_stretches(gap)}",
            canonical_path(settings, gap[0]),
            cure=f"get them ({SOURCE.source}), or raise most_missing_days if the satellite did not "
            "observe then",
        )
    if missing:
        _LOG.warning("SMAP has no file on %d day(s): %s", len(missing), _stretches(missing))


def _stretches(days: list[date]) -> str:
    """Days as stretches, such as `2019-06-20 to 2019-07-22, 2019-08-01`."""
    starts = [d for d in days if d - _DAY not in days]
    ends = [d for d in days if d + _DAY not in days]
    pairs = zip(starts, ends, strict=True)
    return ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in pairs)


def _require_one_release(settings: SmapObservations, found: dict[date, Granule]) -> None:
    """Refuse files of several releases, whose retrievals differ."""
    first = {granule.release: granule for granule in reversed(found.values())}
    if len(first) > 1:
        said = ", ".join(f"{release} from {g.day}" for release, g in sorted(first.items()))
        raise ProductError(
            f"the files are of {len(first)} releases ({said}), whose values cannot be compared",
            next(iter(first.values())).path,
            cure="take one release for all days, or name one as "
            "products.observations.soil_moisture.release",
        )


def _finished(
    values: np.ndarray,
    settings: SmapObservations,
    target: str,
    period: Period,
    domain: xr.Dataset,
) -> xr.DataArray:
    learners = domain["role"] == 1 if "role" in domain else domain["mask"] > 0
    learners = learners.transpose("lat", "lon").values
    if not np.isfinite(values[:, learners]).any():
        raise ProductError(
            f"no cell that is learned from has a value on any of {period.days} days from "
            f"{period.start}; at least half of a cell must be covered by pixels of the quality "
            f"{settings.quality!r}",
            settings.folder, target,
            cure="set quality: attempted, which keeps more pixels with larger errors, or move the "
            "domain to where SMAP observes",
        )  # fmt: skip
    time = np.arange(period.start, np.datetime64(period.end) + 1, dtype="M8[D]").astype("M8[ns]")
    coords = {"time": time, "lat": domain["lat"].values, "lon": domain["lon"].values}
    daily = xr.DataArray(values, coords=coords, dims=("time", "lat", "lon"), name=target)
    require_plausible(daily, settings.folder, "m3 m-3")
    return finished_days(daily, target, settings.folder)
