"""Forcing products: for each, a model of its settings and a row of the table."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from paramscape.study._base import Settings
from paramscape.study.product import Folder, Product
from paramscape.study.quantities import FORCINGS

Supersaturation = Annotated[
    float,
    Field(ge=0, description="Share by which vapour pressure may exceed saturation over water [1]."),
]


class ForcingSettings(Settings):
    """Settings of a forcing product.

    steps_per_day: steps a day; None where the files say. on_study_grid: whether the files lie on
    the study's grid, so that nothing is regridded.
    """

    steps_per_day: ClassVar[int | None]
    on_study_grid: ClassVar[bool] = False


class CmfdForcing(ForcingSettings):
    """China Meteorological Forcing Dataset, 3-hourly, 0.1 degree."""

    steps_per_day: ClassVar[int] = 8
    product: Literal["cmfd-v1.6", "cmfd-v2.0"]
    folder: Folder
    supersaturation: Supersaturation = 0.01


class NldasForcing(ForcingSettings):
    """NLDAS-2 hourly forcing, File A, NetCDF V2.0, 0.125 degree."""

    product: Literal["nldas-2"]
    folder: Folder
    layout: Literal["granules", "yearly"] = Field(
        "granules",
        description="Files: a granule for each hour, or for each year one file with all granules "
        "along its time axis.",
    )
    steps_per_day: Literal[24, 8, 4] = Field(
        24, description="Steps a day that hourly records are joined to: means, totals of rain."
    )
    supersaturation: Supersaturation = 0.01


class VicForcing(ForcingSettings):
    """VIC image-driver forcing files `<prefix>YYYY.nc` on the study's grid."""

    steps_per_day: ClassVar[int | None] = None
    on_study_grid: ClassVar[bool] = True
    product: Literal["vic"]
    prefix: Path = Field(description="Path and start of the file names, up to the year.")
    names: dict[str, str] = Field(
        default_factory=dict,
        description="Variable name in the files by Paramscape's name (tas, prcp, ...).",
    )
    supersaturation: Supersaturation = 0.2

    @model_validator(mode="after")
    def _renames_known_variables(self) -> Self:
        unknown = sorted(set(self.names) - set(FORCINGS))
        if unknown:
            raise ValueError(
                f"products.forcing.names has {', '.join(unknown)}; its keys are "
                f"{', '.join(FORCINGS)}"
            )
        return self


FORCING_PRODUCTS = (
    Product("forcing", CmfdForcing, "cmfd"),
    Product("forcing", NldasForcing, "nldas"),
    Product("forcing", VicForcing, "vic_forcing"),
)
