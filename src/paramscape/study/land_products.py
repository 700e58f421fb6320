"""Products of soil, land cover, elevation and attributes: for each, settings and a row."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from paramscape.study._base import Settings
from paramscape.study.product import Folder, Product


class ChinaSoil(Settings):
    """Soil of China at 30 arc-seconds: Dai et al. (2013) and Shangguan et al. (2013)."""

    product: Literal["china-soil"]
    hydraulic_folder: Path = Field(description="Folder of THSCH.nc, PSI_S.nc, ... (Dai et al.).")
    properties_folder: Path = Field(description="Folder of SA.nc, BD.nc, ... (Shangguan et al.).")

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders that hold the files."""
        return self.hydraulic_folder, self.properties_folder


class ConusSoil(Settings):
    """Soil of the conterminous US at 30 arc-seconds: CONUS-SOIL (Miller and White 1998)."""

    product: Literal["conus-soil"]
    folder: Folder
    depth: float = Field(
        1.0, gt=0, le=2.5, description="Depth to which the soil's properties are averaged [m]."
    )

    @property
    def folders(self) -> tuple[Path, ...]:
        """Folders that hold the files."""
        return (self.folder,)


class LandCover(Settings):
    """Vegetation classes in a CF NetCDF file of class codes."""

    product: Literal["land-cover"] = "land-cover"
    path: Path = Field(description="CF NetCDF file of class codes (lat, lon).")
    variable: str = Field("land_cover", description="Name of the class-code variable.")
    scheme: Literal["umd", "igbp"] = Field("umd", description="Classification of the codes.")


class Elevation(Settings):
    """Land elevation in a CF NetCDF file, such as CMFD's own."""

    path: Path = Field(description="CF NetCDF file of elevation.")
    variable: str = Field("elev", description="Name of the elevation variable [m].")


class CfAttribute(Settings):
    """One static attribute in a CF NetCDF or GeoTIFF file on a grid of latitude and longitude."""

    path: Path = Field(description="CF NetCDF file, or GeoTIFF file (.tif) of geographic degrees.")
    variable: str | None = Field(
        None, description="Name of the variable, dims lat, lon; a GeoTIFF file has none."
    )
    layer: int | None = Field(
        None,
        ge=0,
        description="Index along a third axis, or number of a GeoTIFF's band, from 0, if there is "
        "one.",
    )
    units: str | None = Field(
        None, description="Unit of the values, where the file does not say it."
    )
    classes: list[int] | None = Field(
        None,
        min_length=1,
        description="Codes of a map of classes: the attribute is the share of a cell that has one "
        "of them [1].",
    )

    @model_validator(mode="after")
    def _names_its_variable(self) -> Self:
        is_tiff = self.path.suffix.lower() in (".tif", ".tiff")
        if self.variable is None and not is_tiff:
            raise ValueError(f"{self.path} is a NetCDF file; name its variable")
        if self.variable is not None and is_tiff:
            raise ValueError(f"{self.path} has bands and no variables; choose one by layer")
        if self.classes is not None and self.units is not None:
            raise ValueError("an attribute has classes, whose shares have the unit 1, and units")
        return self


LAND_PRODUCTS = (
    Product("soil", ChinaSoil, "china_soil"),
    Product("soil", ConusSoil, "conus_soil"),
    Product("land_cover", LandCover, "land_cover"),
    Product("elevation", Elevation, "elevation"),
    Product("attributes", CfAttribute, "cf"),
)
