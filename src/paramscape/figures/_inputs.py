"""Checks of what figures are drawn from: dimensions, columns, run labels and masks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
import xarray as xr


def require_dims(field: xr.DataArray, dims: tuple[str, ...], name: str) -> None:
    """Refuse a field with other dimensions, without values, or with duplicate run labels.

    Raises:
        ValueError: naming the field, the expected and the given dimensions.
    """
    if field.dims != dims:
        raise ValueError(f"`{name}` has dimensions {dims}; got {field.dims} of shape {field.shape}")
    if field.size == 0:
        raise ValueError(f"`{name}` holds no value: its shape is {field.shape}")
    if "run" in dims:
        labels = pd.Index(field["run"].values)
        if not labels.is_unique:
            twice = labels[labels.duplicated()].unique().tolist()
            raise ValueError(f"`{name}` needs one label per run; these occur twice: {twice}")


def require_variables(data: xr.Dataset, variables: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse a dataset that lacks one of the variables or has it on other dimensions.

    Raises:
        ValueError: naming the variable, the expected and the given dimensions.
    """
    missing = [name for name in variables if name not in data]
    if missing:
        raise ValueError(f"Variables {missing} are missing; got {sorted(map(str, data.data_vars))}")
    for name, dims in variables.items():
        require_dims(data[name], dims, name)


def require_columns(table: pd.DataFrame, columns: Iterable[str], name: str) -> None:
    """Refuse an empty table or one that lacks a column.

    Raises:
        ValueError: naming the table, the missing and the given columns.
    """
    missing = [column for column in columns if column not in table]
    if missing:
        raise ValueError(f"`{name}` lacks the columns {missing}; got {list(table.columns)}")
    if table.empty:
        raise ValueError(f"`{name}` has no row")


def active_cells(mask: xr.DataArray, field: xr.DataArray) -> np.ndarray:
    """Active cells (lat, lon) of a mask that lies on the grid of `field`.

    Raises:
        ValueError: the mask has other dimensions or lies on another grid.
    """
    require_dims(mask, ("lat", "lon"), "mask")
    for dim in ("lat", "lon"):
        if mask[dim].size != field[dim].size or not np.allclose(mask[dim], field[dim], atol=1e-3):
            raise ValueError(
                f"The mask lies on the grid of the field; along {dim} the mask has "
                f"{_extent(mask[dim])} and the field {_extent(field[dim])}"
            )
    return mask.values > 0


def _extent(axis: xr.DataArray) -> str:
    return f"{axis.size} cells from {float(axis[0]):g} to {float(axis[-1]):g}"
