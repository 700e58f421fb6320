"""The twin's raw files that do not change in time."""

from paramscape.study import Domain, MaskDomain, Products
from paramscape.twin.cmfd_files import write_elevation
from paramscape.twin.grids import grid_of
from paramscape.twin.land_cover import write_basin, write_land_cover
from paramscape.twin.soil import write_soil


def write_static(products: Products, domain: Domain, seed: int) -> None:
    """Write the basin, elevation, land cover and soil where the settings look for them.

    Products that the settings do not name are not written.

    Raises:
        SettingsError: if the domain has no grid, or the land cover is not read as UMD classes.
    """
    grid = grid_of(domain)
    if isinstance(domain, MaskDomain):
        write_basin(domain, seed)
    if products.elevation is not None:
        write_elevation(products.elevation, grid, seed)
    if products.land_cover is not None:
        write_land_cover(products.land_cover, grid, seed)
    if products.soil is not None:
        write_soil(products.soil, grid, seed)
