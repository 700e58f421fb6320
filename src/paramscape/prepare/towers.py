"""Flux towers as observations of the cells that contain them."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import numpy as np
import torch
import xarray as xr

from paramscape.prepare.observations import finished_observations
from paramscape.prepare.regrid import cell_bounds
from paramscape.products import ProductError
from paramscape.products.flux_tower.read import Tower, read_tower
from paramscape.study import FluxTowerObservations, Period
from paramscape.vic.processes.atmosphere import latent_heat_vaporization

_LOG = logging.getLogger(__name__)
_SECONDS = 86400.0


def prepare_towers(
    settings: FluxTowerObservations, days: Period, domain: xr.Dataset, forcing: xr.Dataset
) -> xr.Dataset:
    """Evapotranspiration of the cells with a flux tower.

    A tower observes the cell that contains it: the cell's value is the mean over its towers that
    have one on the day, et = 86400 LE / lambda(T), with the latent heat of vaporization that VIC
    uses at the cell's mean air temperature of the day.

    Args:
        settings: the towers' files.
        days: from the first to the last scored day.
        domain: `mask` (lat, lon) of the study's grid.
        forcing: `tas` (time, lat, lon), daily means [C].

    Returns:
        (time, lat, lon) float32: `et` and `et_uncertainty` [mm d-1], NaN without a value and
        outside the towers' cells; (lat, lon) `towers`, their number in a cell, and `gap_filled`,
        the mean share [1] of their records that was filled, NaN where unknown.

    Raises:
        ProductError: if a file is wrong, or a tower stands in no active cell.
    """
    towers = [read_tower(settings, path, days) for path in settings.files]
    means = _CellMeans(towers[0].days, domain)
    for tower in towers:
        cell = _cell(tower, domain)
        means.add(tower, cell, _water_per_flux(forcing, tower, cell))
    result = means.observed()
    result["et"].attrs["towers"] = ", ".join(tower.site for tower in towers)
    _tell(towers, result["towers"].values)
    return result


class _CellMeans:
    """Means over the towers of each cell, day by day."""

    def __init__(self, days: np.ndarray, domain: xr.Dataset) -> None:
        grid = (domain.sizes["lat"], domain.sizes["lon"])
        self.days, self.domain = days, domain
        self.sums, self.squares, self.counts = np.zeros((3, days.size, *grid))
        self.filled, self.number = np.zeros(grid), np.zeros(grid, "i4")

    def add(self, tower: Tower, cell: tuple[int, int], per_flux: np.ndarray) -> None:
        """Count a tower in its cell; `per_flux` (day,) takes W m-2 to mm d-1."""
        known, at = np.isfinite(tower.latent), (slice(None), *cell)
        self.sums[at] += np.where(known, tower.latent * per_flux, 0.0)
        self.squares[at] += np.where(known, (tower.uncertainty * per_flux) ** 2, 0.0)
        self.counts[at] += known
        self.filled[cell] += tower.gap_filled
        self.number[cell] += 1

    def observed(self) -> xr.Dataset:
        """What `prepare_towers` returns."""
        with np.errstate(invalid="ignore", divide="ignore"):
            et, uncertainty = self.sums / self.counts, np.sqrt(self.squares) / self.counts
            filled = (self.filled / self.number).astype("f4")
        result = finished_observations(self._field(et), self.domain, "et")
        words = "standard uncertainty of the towers' evapotranspiration"
        uncertain = self._field(uncertainty).astype("f4")
        result["et_uncertainty"] = uncertain.assign_attrs(units="mm d-1", long_name=words)
        words = {"units": "1", "long_name": "number of towers"}
        result["towers"] = (("lat", "lon"), self.number, words)
        words = {"units": "1", "long_name": "share of the towers' records that was filled"}
        result["gap_filled"] = (("lat", "lon"), filled, words)
        return result

    def _field(self, values: np.ndarray) -> xr.DataArray:
        days = {"time": self.days.astype("datetime64[ns]")}
        coords = days | {"lat": self.domain["lat"], "lon": self.domain["lon"]}
        return xr.DataArray(values, coords=coords, dims=("time", "lat", "lon"))


def _cell(tower: Tower, domain: xr.Dataset) -> tuple[int, int]:
    """Row and column of the active cell that contains a tower; a western or southern edge counts.

    Raises:
        ProductError: if there is none.
    """
    bounds = cell_bounds(domain)
    east = domain["lon"].values.mean()
    longitude = east + (tower.longitude - east + 180) % 360 - 180
    row, column = (
        (low <= place) & (place < high)
        for (low, high), place in zip(
            (b.T for b in bounds), (tower.latitude, longitude), strict=True
        )
    )
    inside = row[:, None] & column[None, :]
    active = inside & (domain["mask"].transpose("lat", "lon").values > 0)
    if not active.any():
        what = "an inactive cell of the domain" if inside.any() else "outside the domain"
        raise ProductError(
            f"the tower {tower.site} stands {what}, whose cells reach from "
            f"{bounds[0].min():g} to {bounds[0].max():g} N and from {bounds[1].min():g} to "
            f"{bounds[1].max():g} E",
            tower.path,
            place=f"latitude {tower.latitude:g}, longitude {tower.longitude:g}",
            cure="leave the tower out, or extend the domain to its cell",
        )
    return tuple(np.argwhere(active)[0])


def _water_per_flux(forcing: xr.Dataset, tower: Tower, cell: tuple[int, int]) -> np.ndarray:
    """(day,) evapotranspiration of a latent heat of 1 W m-2, [mm d-1]."""
    air = forcing["tas"].isel(lat=cell[0], lon=cell[1])
    air = air.sel(time=tower.days.astype("datetime64[ns]")).values.astype("f8")
    return _SECONDS / latent_heat_vaporization(torch.from_numpy(air)).numpy()


def _tell(towers: Iterable[Tower], number: np.ndarray) -> None:
    for tower in towers:
        _LOG.info(
            "tower %s: %d of %d days observed, %.0f %% of its record filled",
            tower.site,
            np.isfinite(tower.latent).sum(),
            tower.days.size,
            100 * tower.gap_filled,
        )
    if (number > 1).any():
        _LOG.warning("a cell has %d towers; their mean is its observation", number.max())
