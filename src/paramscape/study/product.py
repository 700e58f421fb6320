"""A row of the table of products: settings, and the package that reads the files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args

from pydantic import Field

from paramscape.study._base import Settings

Role = Literal["forcing", "observations", "checks", "soil", "land_cover", "elevation", "attributes"]
Folder = Annotated[Path, Field(description="Folder that holds the product's files.")]


@dataclass(frozen=True)
class Product:
    """One row of the table of products.

    role: the setting below `products` that takes it. settings: its model. package: the folder of
    `paramscape.products` whose `files.py` names the raw files and whose `read.py` reads them; None
    if the study makes the data itself.
    """

    role: Role
    settings: type[Settings]
    package: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """Values of the setting `product`; empty if the role has no other product."""
        field = self.settings.model_fields.get("product")
        return () if field is None else get_args(field.annotation)

    @property
    def description(self) -> str:
        """What the product is, in one line."""
        return (self.settings.__doc__ or "").splitlines()[0].rstrip(".")


def one_of(products: Sequence[Product]) -> Any:
    """The type of a setting that takes one of several products, chosen by `product`."""
    models = tuple(product.settings for product in products)
    if len(models) == 1:
        return models[0]
    return Annotated[Union[models], Field(discriminator="product")]  # noqa: UP007
