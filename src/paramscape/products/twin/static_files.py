"""The twin's raw files that do not change in time."""

from pathlib import Path

from paramscape.products.paths import SOIL_HYDRAULIC, SOIL_PROPERTIES, soil_path
from paramscape.study import MaskDomain, Study

from .cmfd_files import write_elevation
from .land_cover import write_basin, write_land_cover
from .soil import write_soil


def static_paths(study: Study) -> list[Path]:
    """The files that `write_static` writes."""
    products = study.products
    paths = []
    if isinstance(study.domain, MaskDomain):
        paths.append(study.domain.path)
    if products.elevation is not None:
        paths.append(products.elevation.path)
    if products.land_cover is not None:
        paths.append(products.land_cover.path)
    if products.soil is not None:
        paths += [soil_path(products.soil.hydraulic_folder, v) for v in SOIL_HYDRAULIC]
        paths += [soil_path(products.soil.properties_folder, v) for v in SOIL_PROPERTIES]
    return paths


def write_static(study: Study) -> list[Path]:
    """Write the basin, elevation, land cover and soil where the study's settings look for them.

    Products that the settings do not name are not written.

    Raises:
        SettingsError: if the domain has no grid, or the land cover is not read as UMD classes.
    """
    products = study.products
    if isinstance(study.domain, MaskDomain):
        write_basin(study, study.domain)
    if products.elevation is not None:
        write_elevation(study, products.elevation.path, products.elevation.variable)
    if products.land_cover is not None:
        write_land_cover(study, products.land_cover)
    if products.soil is not None:
        write_soil(study, products.soil.hydraulic_folder, products.soil.properties_folder)
    return static_paths(study)
