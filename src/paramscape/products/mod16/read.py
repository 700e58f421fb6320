"""MODIS evapotranspiration of 8 days (MOD16A2, MOD16A2GF), averaged over a study's cells."""

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.grid.cells import Cells
from paramscape.grid.coordinates import with_described_coordinates
from paramscape.products.checks import require_physical
from paramscape.products.errors import ProductError
from paramscape.products.listing import Listing
from paramscape.products.mod16.files import eight_day_periods, granules
from paramscape.products.mod16.hdf4 import TileFile, open_tile
from paramscape.products.mod16.sinusoidal import TilePixels, pixels_of
from paramscape.study import Mod16Checks, Period

_LOG = logging.getLogger(__name__)
_TOTAL, _QUALITY = "ET_500m", "ET_QC_500m"
_HIGHEST = (
    32700  # larger numbers are codes: fill, water, barren, snow, wetland, urban, unclassified
)
_SCALE = 0.1  # [mm]
_UNIT = "kg/m^2/8day"  # of every period, also of the shorter last one of a year


@dataclass(frozen=True)
class CellMeans:
    """Totals [mm] of a period and the share of pixels behind them [1], each (cell,)."""

    total: np.ndarray
    share: np.ndarray


def read_check(
    settings: Mod16Checks, variable: str, period: Period, domain: xr.Dataset
) -> xr.Dataset:
    """Totals of evapotranspiration over the product's own periods.

    A pixel belongs to the cell that holds its centre. A cell has the mean of its pixels with a
    value and the wanted quality; the codes above 32700 (water, towns, barren land, ...) are no
    value. The last period of a year has 5 or 6 days. Nothing is interpolated to days.

    Args:
        settings: folder, product, quality and the least share of pixels.
        variable: `et`.
        period: the periods that lie wholly in these days are read.
        domain: `mask` and `area` (lat, lon) of the study's grid.

    Returns:
        `et` (time, lat, lon) [mm], the total of each period, NaN where too few pixels have one;
        `valid_share` (time, lat, lon) [1]; `time` is the first day, `time_bnds` (time, bnds) the
        first day and the day after the last.

    Raises:
        ProductError: if pyhdf is not installed, a tile that a cell needs is missing or there
            twice, or a file is damaged, of another grid, tile, day or unit, or unphysical.
    """
    listing, cells, pixels = Listing(), Cells.of(domain), pixels_of(domain)
    counts = sum(np.bincount(tile.cell, minlength=cells.count) for tile in pixels.values())
    parts, periods = [], eight_day_periods(period)
    if not periods:
        raise ProductError(
            f"no period of 8 days lies wholly in {period.start} to {period.end}",
            settings.folder, variable, cure="take longer periods",
        )  # fmt: skip
    for days in periods:
        parts.append(_means(settings, days, pixels, counts, listing))
        _require_possible(parts[-1], days, cells, settings.folder)
    found = _dataset(variable, parts, periods, cells)
    known = np.isfinite(cells.gather(found[variable])).mean()
    _LOG.info("%s: %.3g %% of the cells' periods have a value", settings.folder, 100 * known)
    return found


def _means(
    settings: Mod16Checks,
    days: Period,
    pixels: dict[str, TilePixels],
    counts: np.ndarray,
    listing: Listing,
) -> CellMeans:
    files = _files(settings, days.start, list(pixels), listing)
    total, valid = np.zeros(counts.size), np.zeros(counts.size)
    for name, tile in pixels.items():
        with open_tile(files[name], name, days.start) as opened:
            values, used = _pixel_totals(opened, tile, settings.quality)
        total += np.bincount(tile.cell[used], values[used], counts.size)
        valid += np.bincount(tile.cell[used], minlength=counts.size)
    share = valid / np.maximum(counts, 1)
    enough = share >= settings.minimum_share
    return CellMeans(np.where(enough, total / np.maximum(valid, 1), np.nan), share)


def _pixel_totals(
    opened: TileFile, tile: TilePixels, quality: str
) -> tuple[np.ndarray, np.ndarray]:
    """Totals [mm] of the pixels of a tile, and which of them are used."""
    _require_unit(opened)
    stored = tile.of(opened.window(_TOTAL, *tile.window))
    used = stored <= _HIGHEST
    if quality == "good":
        used &= tile.of(opened.window(_QUALITY, *tile.window)) & 1 == 0
    return _SCALE * stored, used


def _require_unit(opened: TileFile) -> None:
    said = opened.attributes(_TOTAL)
    scale, units = said.get("scale_factor"), str(said.get("units", ""))
    if units != _UNIT or scale is None or abs(float(scale) - _SCALE) > 1e-6:
        raise ProductError(
            f"the unit is {units!r} and scale_factor {scale}; known are {_UNIT!r} and {_SCALE}",
            opened.path, _TOTAL, cure="take files of MOD16A2 or MOD16A2GF",
        )  # fmt: skip


def _files(
    settings: Mod16Checks, start: date, needed: list[str], listing: Listing
) -> dict[str, Path]:
    """The file of each tile that a cell needs."""
    found = granules(settings, start, listing)
    missing = [tile for tile in needed if tile not in found]
    if missing:
        raise ProductError(
            f"{settings.short_name} of {start} lacks the tiles {', '.join(missing)}, in which "
            "active cells lie", settings.folder, place=f"time {start}",
            cure=f"fetch {settings.short_name}.A{start:%Y%j}.{missing[0]}.*.hdf, or take the "
            "cells out of the domain",
        )  # fmt: skip
    for tile in needed:
        if len(found[tile]) > 1:
            raise ProductError(
                f"there are {len(found[tile])} productions of one granule: "
                f"{', '.join(path.name for path in found[tile])}", settings.folder,
                place=f"time {start}, tile {tile}", cure="keep the newest and remove the others",
            )  # fmt: skip
    return {tile: found[tile][0] for tile in needed}


def _require_possible(means: CellMeans, days: Period, cells: Cells, folder: Path) -> None:
    """Refuse totals that no land evaporates."""
    rate = cells.scatter(means.total[None] / days.days, ("time",)).rename("et")
    rate = rate.assign_coords(time=[np.datetime64(days.start, "ns")]).assign_attrs(units="mm d-1")
    require_physical(rate, folder, _UNIT)


def _dataset(
    variable: str, parts: list[CellMeans], periods: list[Period], cells: Cells
) -> xr.Dataset:
    starts = np.array([days.start for days in periods], "M8[ns]")
    ends = np.array([days.end + timedelta(days=1) for days in periods], "M8[ns]")
    total = cells.scatter(np.array([part.total for part in parts], "f4"), ("time",))
    share = cells.scatter(np.array([part.share for part in parts], "f4"), ("time",))
    said = {"long_name": "evapotranspiration of the period", "cell_methods": "time: sum"}
    fields = {
        variable: total.assign_attrs(units="mm", **said),
        "valid_share": share.assign_attrs(units="1", long_name="share of pixels with a value"),
        "time_bnds": (("time", "bnds"), np.stack([starts, ends], axis=1)),
    }
    found = xr.Dataset(fields, coords={"time": ("time", starts, {"bounds": "time_bnds"})})
    return with_described_coordinates(found)
