"""The observation products: a model of settings and a row of the table for each."""

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from paramscape.study._base import Settings
from paramscape.study.product import Folder, Product

Form = Literal["grid", "points", "twin"]
"""Fields on a grid; records of points, each observing the cell around it; made by the twin."""


class ObservationSettings(Settings):
    """Settings of an observation product, which has its values in one `form`."""

    form: ClassVar[Form] = "grid"

    def require_target(self, target: str) -> None:
        """Refuse a target that the product does not observe.

        Raises:
            ValueError: saying which targets it observes.
        """


class GleamObservations(ObservationSettings):
    """GLEAM daily evaporation or soil moisture."""

    product: Literal["gleam-v3", "gleam-v4"]
    folder: Folder
    version: str = Field("v3.7a", description="Version in the file names, such as v3.7a.")
    variable: str | None = Field(None, description="GLEAM's name; by default the target's.")

    def require_target(self, target: str) -> None:
        """Refuse a target that GLEAM has not, unless `variable` names one."""
        self.variable_of(target)

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


class CfObservations(ObservationSettings):
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


class FluxTowerObservations(ObservationSettings):
    """Evapotranspiration from the latent heat of flux towers, a daily NetCDF file for each."""

    form: ClassVar[Form] = "points"
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

    def require_target(self, target: str) -> None:
        """Refuse every target but evapotranspiration."""
        if target != "et":
            raise ValueError(
                f"products.observations.{target} is flux-tower, whose latent heat gives et only"
            )


class TruthObservations(ObservationSettings):
    """Observations of the twin's hidden truth where no raw product is written."""

    form: ClassVar[Form] = "twin"
    product: Literal["twin"]


OBSERVATION_PRODUCTS = (
    Product("observations", GleamObservations, "gleam"),
    Product("observations", CfObservations, "cf"),
    Product("observations", FluxTowerObservations, "flux_tower"),
    Product("observations", TruthObservations, None),
)
