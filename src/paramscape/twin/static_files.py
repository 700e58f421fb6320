"""The twin's raw files that do not change in time."""

from paramscape.study import Domain, Grid, MaskDomain, Products, SettingsError
from paramscape.study.twin import Kind
from paramscape.twin.cmfd_files import write_elevation
from paramscape.twin.conus_soil_files import write_conus_soil
from paramscape.twin.grids import grid_of
from paramscape.twin.land_cover import write_basin, write_land_cover
from paramscape.twin.nldas_static_files import write_nldas_elevation, write_nldas_masks
from paramscape.twin.soil import write_soil


def write_static(products: Products, domain: Domain, seed: int, kind: Kind = "huaihe") -> None:
    """Write the basin, elevation, land cover and soil where the settings look for them.

    Products that the settings do not name are not written. A twin of kind `conus` writes the
    static files of NLDAS-2 and CONUS-SOIL.

    Raises:
        SettingsError: if the domain has no grid, or the land cover is not read as UMD classes.
    """
    grid = grid_of(domain)
    if kind == "conus":
        _write_plains(products, grid, seed)
        return
    if isinstance(domain, MaskDomain):
        write_basin(domain, seed)
    if products.elevation is not None:
        write_elevation(products.elevation, grid, seed)
    if products.land_cover is not None:
        write_land_cover(products.land_cover, grid, seed)
    if products.soil is not None:
        write_soil(products.soil, grid, seed)


def _write_plains(products: Products, grid: Grid, seed: int) -> None:
    """The land of the plains.

    Raises:
        SettingsError: if the settings read other variables or classes than the files hold.
    """
    elevation, cover, soil = products.elevation, products.land_cover, products.soil
    if elevation is not None:
        _require("elevation.variable", elevation.variable, "NLDAS_elev")
        write_nldas_elevation(elevation.path, grid, seed)
    if cover is not None:
        _require("land_cover.variable", cover.variable, "NLDAS_veg")
        _require("land_cover.scheme", cover.scheme, "umd")
        write_nldas_masks(cover.path, grid, seed)
    if soil is not None:
        write_conus_soil(soil.folder, grid, seed)


def _require(setting: str, value: str, written: str) -> None:
    if value != written:
        raise SettingsError(
            f"products.{setting} is {value!r}, but the twin's file has {written!r}; set it to "
            f"{written}"
        )
