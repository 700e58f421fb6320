"""Which cells of a domain are learned from, and which are only scored."""

import numpy as np
import xarray as xr

from paramscape.grid.cells import Cells
from paramscape.grid.learners import role_of
from paramscape.prepare.regrid import conservative
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box, near
from paramscape.products.netcdf_reader import open_product
from paramscape.study import MarkedCells, Space


def with_roles(domain: xr.Dataset, space: Space) -> xr.Dataset:
    """A domain with `role`, if some of its active cells are only scored.

    Args:
        domain: `mask` (lat, lon), and `sampled` where it has sampled cells.
        space: who learns.

    Returns:
        the domain without `sampled`, and with `role` (lat, lon) int8: 0 not used, 1 learns, 2 only
        scored. Without `role`, every active cell learns.

    Raises:
        ValueError: if no active cell learns.
        ProductError: if the file of the learners is wrong.
    """
    active = domain["mask"].transpose("lat", "lon").values > 0
    learns = active & _chosen(domain, space) & ~_left_out(domain, space)
    if not learns.any():
        raise ValueError(
            f"none of the {int(active.sum())} active cells is learned from; change space.learn or "
            "space.leave_out"
        )
    domain = domain.drop_vars("sampled", errors="ignore")
    if learns[active].all():
        return domain
    return domain.assign(role=role_of(Cells(active, domain.lat.values, domain.lon.values, learns)))


def _chosen(domain: xr.Dataset, space: Space) -> np.ndarray:
    """(lat, lon) bool: the cells that `space.learn` names."""
    if isinstance(space.learn, MarkedCells):
        return _marked(domain, space.learn)
    if space.learn == "all" or (space.learn is None and "sampled" not in domain):
        return np.ones((domain.sizes["lat"], domain.sizes["lon"]), bool)
    return domain["sampled"].transpose("lat", "lon").values


def _marked(domain: xr.Dataset, settings: MarkedCells) -> np.ndarray:
    with open_product(settings.path) as raw:
        mask = raw.field(settings.variable, Box.of(domain), partial=True)
    mask = mask.squeeze([d for d in mask.dims if d not in ("lat", "lon")], drop=True)
    mask = mask.assign_coords(lon=near(mask["lon"].values, float(domain["lon"].mean())))
    marked = mask.fillna(0).clip(0, 1).rename("learns").to_dataset()
    share = conservative(marked, domain, minimum_share=0.5)["learns"].values
    found = share >= settings.minimum_fraction - 1e-6
    if not found.any():
        raise ProductError(
            "no cell of the domain is marked as one to learn from",
            settings.path,
            settings.variable,
            cure="give a file that marks cells of the domain, or lower minimum_fraction",
        )
    return found


def _left_out(domain: xr.Dataset, space: Space) -> np.ndarray:
    """(lat, lon) bool: the cells whose centre lies in the box that is left out."""
    lat, lon = domain["lat"].values[:, None], domain["lon"].values[None, :]
    if space.leave_out is None:
        return np.zeros((lat.size, lon.size), bool)
    west, east, south, north = space.leave_out
    middle = near(lon, (west + east) / 2)
    return (lat >= south) & (lat <= north) & (middle >= west) & (middle <= east)
