"""Where the raw data of a study lie and in which product's format."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from paramscape.study._base import Settings
from paramscape.study.quantities import FORCINGS

Folder = Annotated[Path, Field(description="Folder that holds the product's files.")]


Supersaturation = Annotated[
    float,
    Field(ge=0, description="Share by which vapour pressure may exceed saturation over water [1]."),
]


class CmfdForcing(Settings):
    """China Meteorological Forcing Dataset, 3-hourly, 0.1 degree."""

    steps_per_day: ClassVar[int] = 8
    product: Literal["cmfd-v1.6", "cmfd-v2.0"]
    folder: Folder
    supersaturation: Supersaturation = 0.01


class NldasForcing(Settings):
    """NLDAS-2 hourly forcing, File A, NetCDF V2.0, 0.125 degree."""

    steps_per_day: ClassVar[int] = 24
    product: Literal["nldas-2"]
    folder: Folder
    supersaturation: Supersaturation = 0.01


class VicForcing(Settings):
    """VIC image-driver forcing files `<prefix>YYYY.nc` on the study's grid."""

    product: Literal["vic"]
    prefix: Path = Field(description="Path and start of the file names, before the year.")
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


class ChinaSoil(Settings):
    """Soil of China at 30 arc-seconds: Dai et al. (2013) and Shangguan et al. (2013)."""

    product: Literal["china-soil"]
    hydraulic_folder: Path = Field(description="Folder of THSCH.nc, PSI_S.nc, ... (Dai et al.).")
    properties_folder: Path = Field(description="Folder of SA.nc, BD.nc, ... (Shangguan et al.).")


class LandCover(Settings):
    """Vegetation classes in a CF NetCDF file of class codes."""

    product: Literal["land-cover"] = "land-cover"
    path: Path = Field(description="CF NetCDF file of class codes (lat, lon).")
    variable: str = Field("land_cover", description="Name of the class-code variable.")
    scheme: Literal["umd", "igbp"] = Field("umd", description="Meaning of the class codes.")


class Elevation(Settings):
    """Land elevation in a CF NetCDF file, such as CMFD's own."""

    path: Path = Field(description="CF NetCDF file of elevation.")
    variable: str = Field("elev", description="Name of the elevation variable [m].")


class GleamObservations(Settings):
    """GLEAM daily evaporation or soil moisture."""

    product: Literal["gleam-v3", "gleam-v4"]
    folder: Folder
    version: str = Field("v3.7a", description="Version in the file names, such as v3.7a.")
    variable: str | None = Field(None, description="GLEAM's name; by default the target's.")

    def variable_of(self, target: str) -> str:
        """GLEAM's name of a target: E, SMsurf (v3) or SMs (v4), unless `variable` says otherwise.

        Raises:
            ValueError: if GLEAM has no such target and `variable` is not given.
        """
        names = {"et": "E", "soil_moisture": "SMsurf" if self.product == "gleam-v3" else "SMs"}
        if self.variable is None and target not in names:
            raise ValueError(
                f"GLEAM has no {target}, only {', '.join(names)}; take another product for it"
            )
        return self.variable or names[target]


class CfObservations(Settings):
    """Observations in CF NetCDF files on a latitude-longitude grid, such as VIC's own history."""

    product: Literal["cf"]
    path: Path = Field(
        description="CF NetCDF file with dims time, lat, lon; {year} stands for the year."
    )
    variable: str = Field(
        description="Name of the observed variable; names joined by + are added, such as "
        "OUT_RUNOFF+OUT_BASEFLOW."
    )
    layer: int | None = Field(
        None,
        ge=0,
        description="Index along a further axis, such as the soil layer, if there is one.",
    )
    depth: float | None = Field(
        None, gt=0,
        description="Thickness of the observed soil layer [m], for moisture in mm or kg m-2.",
    )  # fmt: skip
    parameters: Path | None = Field(
        None,
        description="VIC parameter file whose `depth` is that thickness, instead of `depth`.",
    )

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables that are added."""
        return tuple(name.strip() for name in self.variable.split("+"))

    @model_validator(mode="after")
    def _has_one_depth(self) -> Self:
        if self.depth is not None and self.parameters is not None:
            raise ValueError(
                "products.observations has both depth and parameters; give the thickness of the "
                "soil layer once"
            )
        return self


class FluxTowerObservations(Settings):
    """Evapotranspiration from the latent heat of flux towers, a daily NetCDF file for each."""

    product: Literal["flux-tower"]
    files: list[Path] = Field(min_length=1, description="NetCDF files, one tower each.")
    variable: str = Field("Qle_daily", description="Daily mean latent heat flux [W m-2].")
    uncertainty: str | None = Field(
        "Qle_uc_daily", description="Its standard uncertainty [W m-2]; null if the files have none."
    )
    quality: str | None = Field(
        None,
        description="Share of a day that was measured or filled well [1 or %]; null if the files "
        "have none.",
    )
    minimum_quality: float = Field(
        0.75, ge=0, le=1, description="Days below this quality are left out [1]."
    )
    largest_gap_filled: float = Field(
        0.25,
        ge=0,
        le=1,
        description="Gap-filled share of a tower's record above which it is refused [1].",
    )

    @field_validator("files")
    @classmethod
    def _are_different(cls, files: list[Path]) -> list[Path]:
        twice = sorted({str(path) for path in files if files.count(path) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands here twice")
        return files


class TruthObservations(Settings):
    """Observations of the twin's hidden truth where no raw product is written."""

    product: Literal["twin"]


class CfAttribute(Settings):
    """One static attribute in a CF NetCDF file on any latitude-longitude grid."""

    path: Path = Field(description="CF NetCDF file.")
    variable: str = Field(description="Name of the variable, dims lat, lon.")
    layer: int | None = Field(None, ge=0, description="Index along a third axis, if there is one.")


Forcing = Annotated[CmfdForcing | NldasForcing | VicForcing, Field(discriminator="product")]
Observations = Annotated[
    GleamObservations | CfObservations | FluxTowerObservations | TruthObservations,
    Field(discriminator="product"),
]


class Products(Settings):
    """The raw files that a study reads."""

    ledger: Path | None = Field(
        None,
        description="A data ledger (CSV) of your own: public files that the study fetches, in "
        "addition to those that Paramscape lists.",
    )
    forcing: Forcing
    elevation: Elevation | None = Field(
        None, description="Elevation; needed unless VIC's own parameter file is given."
    )
    soil: ChinaSoil | None = Field(
        None, description="Soil; needed unless VIC's own parameter file is given."
    )
    land_cover: LandCover | None = Field(
        None, description="Vegetation; needed unless VIC's own parameter file is given."
    )
    attributes: dict[str, CfAttribute] = Field(
        default_factory=dict,
        description="Further static attributes, by name; one that is also derived from soil or "
        "from VIC's parameters replaces it. mpr-sceua reads sand, clay, silt, bulk_density, "
        "porosity, soil_depth, slope and elevation from here, unless products.soil is given.",
    )
    observations: dict[Literal["et", "runoff", "soil_moisture"], Observations] = Field(
        description="Observed targets."
    )

    @model_validator(mode="after")
    def _targets_are_observed(self) -> Self:
        for target, observed in self.observations.items():
            if isinstance(observed, GleamObservations):
                observed.variable_of(target)
            if isinstance(observed, FluxTowerObservations) and target != "et":
                raise ValueError(
                    f"products.observations.{target} is flux-tower, whose latent heat gives et only"
                )
        return self
