"""The domain of a study: which cells of which grid are active."""

from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.grid.coordinates import with_described_coordinates
from paramscape.grid.overlap import between, overlap
from paramscape.grid.sphere import cell_area
from paramscape.products.bounding_box import Box, contiguous
from paramscape.products.errors import ProductError
from paramscape.products.netcdf_reader import open_product
from paramscape.products.sampled_cells import blocks, points
from paramscape.products.vic_domain import read_vic_domain
from paramscape.study import (
    BlocksDomain,
    Domain,
    Grid,
    MarkedCells,
    PointsDomain,
    RectangleDomain,
    VicDomain,
)

_SLACK = 1e-6  # of a cell, [1]


def read_domain(settings: Domain) -> xr.Dataset:
    """Mask, active fraction and area of the domain's cells.

    Returns:
        (lat, lon), both ascending: `mask` int32 (1 is active), `frac` [1] share of a cell inside
        the domain, `area` [m2] of the whole cell on a sphere (VIC domain files bring their own).
        Blocks and points have `sampled` bool, and the attribute `resolution`: their cells' size
        [degrees], which the spacing of their axes does not tell.

    Raises:
        ProductError: if a file is damaged, does not cover the grid, or no cell is active.
    """
    if isinstance(settings, VicDomain):
        return _described(_completed(read_vic_domain(settings.path), settings.path))
    if isinstance(settings, PointsDomain):
        return _described(_whole_cells(points(settings)))
    if isinstance(settings, BlocksDomain):
        return _described(_whole_cells(blocks(settings, _has_data(settings))))
    grid = settings.grid
    if isinstance(settings, RectangleDomain):
        share = np.ones(grid.shape)
        minimum = 1.0
    else:
        marked = MarkedCells(path=settings.path, variable=settings.variable)
        share, minimum = marked_share(marked, grid), settings.minimum_fraction
    active = share >= minimum - _SLACK
    if not active.any():
        raise ProductError(
            f"no cell of the grid is inside by {minimum:g} or more; the largest share is "
            f"{share.max():g}",
            settings.path,
            settings.variable,
            cure="move the grid over the mask, or lower domain.minimum_fraction",
        )
    lat, lon = np.array(grid.latitudes), contiguous(np.array(grid.longitudes))
    fields = {
        "mask": (("lat", "lon"), active.astype(np.int32)),
        "frac": (("lat", "lon"), np.where(active, share, 0.0)),
        "area": (("lat", "lon"), cell_area(_edges(grid, "lat"), _edges(grid, "lon"))),
    }
    return _described(xr.Dataset(fields, coords={"lat": lat, "lon": lon}))


def _has_data(settings: BlocksDomain) -> np.ndarray:
    """(lat, lon) bool of the grid: the cells that have data."""
    mask = settings.mask
    if mask is None:
        return np.ones(settings.grid.shape, bool)
    return marked_share(mask, settings.grid) >= mask.minimum_fraction - _SLACK


def _whole_cells(domain: xr.Dataset) -> xr.Dataset:
    """The domain with `frac`, and `mask` as a number."""
    active = domain["mask"]
    return domain.assign(mask=active.astype(np.int32), frac=active.astype("f8"))


def marked_share(settings: MarkedCells, grid: Grid) -> np.ndarray:
    """(lat, lon) share of each cell's area that a file marks."""
    box = Box(grid.west, grid.south, grid.east, grid.north)
    with open_product(settings.path) as raw:
        mask = raw.field(settings.variable, box)
        whole = 100.0 if raw.units(settings.variable) in ("%", "percent") else 1.0
    mask = mask.squeeze([d for d in mask.dims if d not in ("lat", "lon")], drop=True)
    inside = np.clip(np.nan_to_num(mask.values.astype("f8")) / whole, 0.0, 1.0)
    lat_edges, lon_edges = _centre_edges(mask["lat"].values), _centre_edges(mask["lon"].values)
    rows = overlap(between(_sine(lat_edges)), between(_sine(_edges(grid, "lat"))))
    columns = overlap(between(lon_edges), between(_edges(grid, "lon")))
    return rows @ inside @ columns.T


def _sine(degrees: np.ndarray) -> np.ndarray:
    return np.sin(np.radians(degrees))


def _edges(grid: Grid, axis: str) -> np.ndarray:
    low, high, cells = (
        (grid.south, grid.north, grid.shape[0])
        if axis == "lat"
        else (grid.west, grid.east, grid.shape[1])
    )
    return np.linspace(low, high, cells + 1)


def _centre_edges(centres: np.ndarray) -> np.ndarray:
    """Edges halfway between centres; the outer cells are as wide as their neighbours."""
    inner = (centres[:-1] + centres[1:]) / 2
    return np.concatenate([[2 * centres[0] - inner[0]], inner, [2 * centres[-1] - inner[-1]]])


def _completed(domain: xr.Dataset, path: Path) -> xr.Dataset:
    """A VIC domain with `frac` and `area`, computed where the file lacks them."""
    if "frac" not in domain:
        domain["frac"] = domain["mask"].astype("f8")
    if "area" in domain:
        _require_own_area(domain, path)
    else:
        if 1 in domain["mask"].shape:
            raise ProductError(
                "the size of the cells is unknown", path, "area",
                cure="add the variable `area` [m2] to a domain of one row or column",
            )  # fmt: skip
        area = cell_area(*(_centre_edges(domain[axis].values) for axis in ("lat", "lon")))
        domain["area"] = (("lat", "lon"), area)
    for name in ("frac", "area"):
        domain[name] = domain[name].astype("f8")
    return domain


def _require_own_area(domain: xr.Dataset, path: Path) -> None:
    """Refuse areas of another order of magnitude than the cells have on a sphere."""
    if 1 in domain["mask"].shape:
        return
    sphere = cell_area(*(_centre_edges(domain[axis].values) for axis in ("lat", "lon")))
    active = domain["mask"].values > 0
    ratio = float(np.median(domain["area"].values[active] / sphere[active]))
    if not 0.1 < ratio < 10:
        raise ProductError(
            f"the area of active cells is {ratio:.3g} times that of their latitudes and longitudes",
            path, "area",
            f"median of {int(active.sum())} cells, {np.median(sphere[active]):.4g} m2 on a sphere",
            "give the area of the cell in m2, or write its unit",
        )  # fmt: skip


def _described(domain: xr.Dataset) -> xr.Dataset:
    domain["mask"].attrs = {"units": "1", "long_name": "1 in active cells"}
    domain["frac"].attrs = {"units": "1", "long_name": "share of the cell inside the domain"}
    domain["area"].attrs = {"units": "m2", "long_name": "area of the cell"}
    return with_described_coordinates(domain)
