"""Products of soil, land cover, elevation and attributes: for each, settings and a row."""

from pathlib import Path
from typing import Literal

from pydantic import Field

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
    """One static attribute in a CF NetCDF file on any latitude-longitude grid."""

    path: Path = Field(description="CF NetCDF file.")
    variable: str = Field(description="Name of the variable, dims lat, lon.")
    layer: int | None = Field(None, ge=0, description="Index along a third axis, if there is one.")


LAND_PRODUCTS = (
    Product("soil", ChinaSoil, "china_soil"),
    Product("soil", ConusSoil, "conus_soil"),
    Product("land_cover", LandCover, "land_cover"),
    Product("elevation", Elevation, "elevation"),
    Product("attributes", CfAttribute, "cf"),
)
