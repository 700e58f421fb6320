"""Products of variables that are only scored: for each, a model of its settings and a row."""

from typing import Annotated, Literal

from pydantic import Field

from paramscape.study._base import Settings
from paramscape.study.product import Folder, Product

Tile = Annotated[str, Field(pattern=r"^h[0-3]\d[v][01]\d$")]


class CheckSettings(Settings):
    """Settings of a product whose totals over several days are compared with the model's."""

    def require_variable(self, variable: str) -> None:
        """Refuse a variable that the product does not observe.

        Raises:
            ValueError: saying which it observes.
        """


class Mod16Checks(CheckSettings):
    """MODIS evapotranspiration in periods of 8 days, 500 m: MOD16A2GF and MOD16A2."""

    product: Literal["mod16a2"]
    folder: Folder
    short_name: Literal["MOD16A2GF", "MOD16A2"] = Field(
        "MOD16A2GF",
        description="Which of the two products: gap-filled at the end of a year, or not. Version "
        "061 of MOD16A2 starts in 2021.",
    )
    quality: Literal["good", "any"] = Field(
        "good",
        description="Pixels used: those whose quality flag says good (bit 0), or all that have a "
        "value.",
    )
    minimum_share: float = Field(
        0.5, gt=0, le=1, description="Smallest share of a cell's pixels that must be used [1]."
    )
    tiles: list[Tile] | None = Field(
        None,
        description="Tiles to read, such as h08v05; by default those that the study's grid "
        "touches, or all in the folder where the domain is a file.",
    )

    def require_variable(self, variable: str) -> None:
        """Refuse every variable but evapotranspiration."""
        if variable != "et":
            raise ValueError(f"products.checks.{variable} is mod16a2, which observes et only")


CHECK_PRODUCTS = (Product("checks", Mod16Checks, "mod16"),)
