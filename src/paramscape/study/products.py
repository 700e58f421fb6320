"""The table of products, and which of them a study reads."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from paramscape.study._base import Settings
from paramscape.study.check_products import CHECK_PRODUCTS
from paramscape.study.forcing_products import FORCING_PRODUCTS
from paramscape.study.land_products import LAND_PRODUCTS
from paramscape.study.observation_products import OBSERVATION_PRODUCTS
from paramscape.study.product import Product, Role, one_of

PRODUCTS = (*FORCING_PRODUCTS, *OBSERVATION_PRODUCTS, *CHECK_PRODUCTS, *LAND_PRODUCTS)
"""Every product that a study can read; settings, schema, readers and lists follow from it."""


def product_of(settings: Settings) -> Product:
    """The row of the table whose settings these are."""
    return next(product for product in PRODUCTS if product.settings is type(settings))


def products_table() -> str:
    """The products as a Markdown table, as the README has it."""
    rows = [
        f"| `{product.role}` | {', '.join(f'`{name}`' for name in product.names)} | "
        f"{product.description} |"
        for product in PRODUCTS
    ]
    return "\n".join(("| below `products` | `product` | what it is |", "|---|---|---|", *rows, ""))


def _one_of_role(role: Role) -> Any:
    return one_of([product for product in PRODUCTS if product.role == role])


Forcing = _one_of_role("forcing")
Observations = _one_of_role("observations")
Checks = _one_of_role("checks")
Soil = _one_of_role("soil")
LandCoverMap = _one_of_role("land_cover")
ElevationMap = _one_of_role("elevation")
Attribute = _one_of_role("attributes")


class Products(Settings):
    """The raw files that a study reads."""

    ledger: Path | None = Field(
        None,
        description="Your data ledger (CSV): public files that the study fetches, in "
        "addition to those that Paramscape lists.",
    )
    forcing: Forcing
    elevation: ElevationMap | None = Field(
        None, description="Elevation; needed unless VIC's own parameter file is given."
    )
    soil: Soil | None = Field(
        None, description="Soil; needed unless VIC's own parameter file is given."
    )
    land_cover: LandCoverMap | None = Field(
        None, description="Vegetation; needed unless VIC's own parameter file is given."
    )
    attributes: dict[str, Attribute] = Field(
        default_factory=dict,
        description="Further static attributes, by name. They replace attributes of the same name "
        "that are derived from soil or from VIC's parameters. mpr-sceua reads sand, clay, silt, "
        "bulk_density, porosity, soil_depth, slope and elevation from here, unless products.soil "
        "is given.",
    )
    observations: dict[Literal["et", "runoff", "soil_moisture"], Observations] = Field(
        description="Observations, by target."
    )
    checks: dict[Literal["et"], Checks] = Field(
        {},
        description="Observed variables that nothing learns from, and with which every run is "
        "compared at the end.",
    )

    @model_validator(mode="after")
    def _targets_are_observed(self) -> Self:
        for target, observed in self.observations.items():
            observed.require_target(target)
        for variable, check in self.checks.items():
            check.require_variable(variable)
        return self
