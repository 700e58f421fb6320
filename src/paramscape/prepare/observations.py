"""Observed targets on the study's grid."""

import logging
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.prepare.regrid import conservative
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.observations import read_observations, read_on_cells
from paramscape.study import Period
from paramscape.study.observation_products import ObservationSettings
from paramscape.study.quantities import LONG_NAMES, UNITS

MINIMUM_SHARE = 0.5  # of a cell's area that must be observed, [1]
SPARSE = 0.05  # share of days and cells below which the log says so, [1]
IMPOSSIBLE_RUNOFF = 3.0  # times precipitation over a year or more, [1]
FASTEST_MELT = 20.0  # mean of a month or more, [mm d-1]
A_YEAR = 300  # days
_LOG = logging.getLogger(__name__)


def prepare_observations(
    settings: ObservationSettings, target: str, days: Period, domain: xr.Dataset
) -> xr.Dataset:
    """Daily observations of a target, averaged over the area of the study's cells.

    Args:
        settings: the product, of the form `grid` or `pixels`.
        target: `et`, `runoff` or `soil_moisture`.
        days: from the first to the last scored day.
        domain: `mask` (lat, lon) of the study's grid.

    Returns:
        the target (time, lat, lon) float32 [mm d-1 or m3 m-3], NaN where less than half of a
        cell is observed and outside the domain.

    Raises:
        ProductError: if a raw file is wrong, or no active cell is ever observed.
    """
    if settings.form == "pixels":
        on_cells = read_on_cells(settings, target, days, domain)
        return finished_observations(on_cells, domain, target)
    native = read_observations(settings, target, days, Box.of(domain))
    on_grid = conservative(native.to_dataset(name=target), domain, MINIMUM_SHARE)
    return finished_observations(on_grid[target], domain, target)


def finished_observations(observed: xr.DataArray, domain: xr.Dataset, target: str) -> xr.Dataset:
    """Observations (time, lat, lon) on the study's grid, to be written; NaN outside the domain.

    Raises:
        ProductError: if no active cell is ever observed.
    """
    kept = observed.where(domain["mask"] > 0).astype("f4").transpose("time", "lat", "lon")
    if not np.isfinite(kept.values).any():
        raise ProductError(
            f"no active cell has a value of {target} on any of {kept.sizes['time']} days from "
            f"{kept.time.values[0]!s:.10}",
            "observations",
            target,
            cure="look at the product's period, missing values and grid",
        )
    _report_gaps(kept, domain["mask"].values > 0, target)
    kept.attrs = {"units": UNITS[target], "long_name": LONG_NAMES[target]}
    return kept.to_dataset(name=target)


def require_rain_for(runoff: xr.DataArray, rain: xr.DataArray, file: Path | str) -> None:
    """Refuse runoff that exceeds precipitation by far; log runoff that exceeds it.

    Args:
        runoff: observed (time, lat, lon) [mm d-1], NaN where missing.
        rain: precipitation of the whole record (time, lat, lon) [mm d-1], NaN outside the domain.
        file: where the runoff came from.

    Raises:
        ProductError: if the mean runoff is several times the mean precipitation of nearly a year
            or more, or exceeds it by more than snow melts.
    """
    cells = np.isfinite(runoff.values).any(axis=0)
    flow, fed = (float(np.nanmean(field.values[:, cells])) for field in (runoff, rain))
    ratio = flow / fed if fed > 0 else np.inf
    said = f"the mean of runoff is {ratio:.3g} times that of precipitation"
    is_long, is_more_than_melt = rain.sizes["time"] >= A_YEAR, flow - fed > FASTEST_MELT
    if flow > fed and ratio > IMPOSSIBLE_RUNOFF and (is_long or is_more_than_melt):
        raise ProductError(
            said, file, "runoff",
            f"{rain.sizes['time']} days from {rain.time.values[0]!s:.10}, {int(cells.sum())} cells",
            "correct the units attribute of the observations, or of the forcing's precipitation",
        )  # fmt: skip
    if flow > fed:
        _LOG.warning("%s: %s, which needs snow, storage or inflow; look at its units", file, said)


def _report_gaps(kept: xr.DataArray, inside: np.ndarray, target: str) -> None:
    """Log cells that are never observed, and observations of few days."""
    known = np.isfinite(kept.values[:, inside])
    never = int((~known.any(axis=0)).sum())
    if never:
        _LOG.warning(
            "%d of %d active cells have no value of %s on any day", never, inside.sum(), target
        )
    if known.mean() < SPARSE:
        _LOG.warning(
            "%s is observed on only %.2g %% of days and active cells", target, 100 * known.mean()
        )
