"""Grid search over a method's settings."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import product
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model

from paramscape.study._base import Settings

Grid = Annotated[dict[str, list[Any]], Field(min_length=1)]


def checked_grids(
    grids: Mapping[str, Mapping[str, Sequence[Any]]], learned: Mapping[str, type[BaseModel]]
) -> dict[str, dict[str, list[Any]]]:
    """The grids with every value validated by its method's model, as plain values.

    Args:
        grids: lists of values by setting, by method.
        learned: the models of the methods that learn in epochs.

    Raises:
        ValueError: if a method does not learn in epochs.
        pydantic.ValidationError: if a method or setting is misspelt, a list is empty, or a value
            is out of range.
    """
    unfit = [method for method in grids if not get_close_matches(method, learned)]
    if unfit:
        raise ValueError(
            f"only methods that learn in epochs can be searched ({', '.join(learned)}), because "
            f"candidates are compared by their validated epochs; take {', '.join(unfit)} out"
        )
    fields = {name: (_grid_of(model) | None, None) for name, model in learned.items()}
    search = create_model("Search", __base__=Settings, **fields).model_validate(grids)
    return search.model_dump(mode="json", exclude_unset=True)


def candidates_of(grid: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """All combinations of a grid's values; the last setting changes fastest."""
    return [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]


def _grid_of(model: type[Settings]) -> type[BaseModel]:
    """A model with a list of values in the place of each setting."""
    fields = {
        name: (Annotated[list[_judged(field)], Field(min_length=1)], None)
        for name, field in model.model_fields.items()
    }
    grid = create_model(f"{model.__name__}Grid", __base__=Settings, **fields)
    grid.former_names = model.former_names
    return grid


def _judged(field: Any) -> Any:
    """The type of a setting with its bounds."""
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
