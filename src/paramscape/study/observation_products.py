"""Observation products: for each, a model of its settings and a row of the table."""

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from paramscape.study._base import Settings
from paramscape.study.fill import Filler
from paramscape.study.product import Folder, Product

Form = Literal["grid", "pixels", "points", "twin"]
"""How values lie in space.

Fields on a grid of latitude and longitude; pixels that the reader averages over cells; records at
points, each for the cell that contains it; or made by the twin.
"""


class ObservationSettings(Settings):
    """Settings of an observation product; `form` says how its values lie in space."""

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
    variable: str | None = Field(
        None, description="GLEAM's name of the variable; by default that of the target."
    )

    def require_target(self, target: str) -> None:
        """Refuse a target that GLEAM does not have, unless `variable` names its variable."""
        self.variable_of(target)

    def variable_of(self, target: str) -> str:
        """GLEAM's name of a target: E, SMsurf (v3) or SMs (v4), unless `variable` says otherwise.

        Raises:
            ValueError: if GLEAM has no such target and `variable` is not given.
        """
        names = {"et": "E", "soil_moisture": "SMsurf" if self.product == "gleam-v3" else "SMs"}
        if self.variable is None and target not in names:
            raise ValueError(
                f"GLEAM has no {target}, only {', '.join(names)}; use another product for it"
            )
        return self.variable or names[target]


class CfObservations(ObservationSettings):
    """Observations in CF NetCDF files on a latitude-longitude grid, such as VIC's own history."""

    product: Literal["cf"]
    path: Path = Field(
        description="CF NetCDF file with dimensions time, lat, lon; {year} becomes each year."
    )
    variable: str = Field(
        description="Name of the observed variable. Variables joined by + are added, such as "
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
        description="VIC parameter file whose variable `depth` gives this thickness instead.",
    )

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables, which are added."""
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
    """Evapotranspiration from the latent heat of flux towers, one daily NetCDF file per tower."""

    form: ClassVar[Form] = "points"
    product: Literal["flux-tower"]
    files: list[Path] = Field(min_length=1, description="NetCDF files, one per tower.")
    variable: str = Field("Qle_daily", description="Daily mean latent heat flux [W m-2].")
    uncertainty: str | None = Field(
        "Qle_uc_daily",
        description="Standard uncertainty of that variable [W m-2]; null if the files have none.",
    )
    quality: str | None = Field(
        None,
        description="Share of a day that was measured or well filled [1 or %]; null if the files "
        "have none.",
    )
    minimum_quality: float = Field(
        0.75, ge=0, le=1, description="Days with a lower quality are not used [1]."
    )
    largest_gap_filled: float = Field(
        0.25,
        ge=0,
        le=1,
        description="Largest gap-filled share of a tower's record; more is refused [1].",
    )

    @field_validator("files")
    @classmethod
    def _are_different(cls, files: list[Path]) -> list[Path]:
        twice = sorted({str(path) for path in files if files.count(path) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} is given twice")
        return files

    def require_target(self, target: str) -> None:
        """Refuse every target but evapotranspiration."""
        if target != "et":
            raise ValueError(
                f"products.observations.{target} is flux-tower, whose latent heat gives et only"
            )


class SmapObservations(ObservationSettings):
    """SMAP L3 Enhanced surface soil moisture, 9 km (SPL3SMP_E)."""

    form: ClassVar[Form] = "pixels"
    product: Literal["smap-l3-e"]
    folder: Folder
    passes: Literal["am", "pm", "both"] = Field(
        "am",
        description="Half orbits at 6 h (am) or 18 h (pm) local solar time, or both, whose mean "
        "is taken.",
    )
    quality: Literal["recommended", "attempted"] = Field(
        "recommended",
        description="Pixels that are used: those of recommended quality, or all with a successful "
        "retrieval, which are more in forests and mountains and less accurate.",
    )
    release: str | None = Field(
        None,
        pattern=r"^R\d+$",
        description="Release in the file names, such as R19240; by default the highest of each "
        "day, which must be the same on all days.",
    )
    most_missing_days: int = Field(
        30, ge=0, description="Largest number of days in a row that may have no file."
    )

    fill: Literal["none", "lstm"] = Field(
        "none",
        description="Fill the days without a value by an LSTM that is trained on the training "
        "period. Networks read the filled values; losses and scores use observed days only.",
    )
    filler: Filler = Filler()

    @property
    def passes_read(self) -> tuple[str, ...]:
        """The passes that are read."""
        return ("am", "pm") if self.passes == "both" else (self.passes,)

    def require_target(self, target: str) -> None:
        """Refuse every target but soil moisture."""
        if target != "soil_moisture":
            raise ValueError(
                f"products.observations.{target} is smap-l3-e, which observes soil_moisture only"
            )


class TruthObservations(ObservationSettings):
    """Observations of the twin's hidden truth, without raw files."""

    form: ClassVar[Form] = "twin"
    product: Literal["twin"]


OBSERVATION_PRODUCTS = (
    Product("observations", GleamObservations, "gleam"),
    Product("observations", CfObservations, "cf"),
    Product("observations", FluxTowerObservations, "flux_tower"),
    Product("observations", SmapObservations, "smap"),
    Product("observations", TruthObservations, None),
)
