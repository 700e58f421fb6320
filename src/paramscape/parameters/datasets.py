"""Parameter fields and daily targets as datasets on the grid, and back."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from paramscape.grid.cells import Cells
from paramscape.study.parameters import in_order
from paramscape.study.quantities import LONG_NAMES, UNITS

_ATTRS = {"units": "as parameter", "long_name": "VIC parameters"}


def members_dataset(
    fields: np.ndarray,
    names: Sequence[str],
    cells: Cells,
    kinds: list[str],
    roles: list[str] | None = None,
    first: int = 0,
) -> xr.Dataset:
    """Fields (member, cell, parameter) on the grid, with each member's kind and role.

    `names` are those of the parameters.

    Members are numbered from `first`; those of a batch have no roles.
    """
    grid = cells.scatter(np.swapaxes(fields, -1, -2), ("member", "parameter")).assign_attrs(_ATTRS)
    return xr.Dataset(
        {"parameters": grid},
        coords={
            "member": first + np.arange(len(fields)),
            "parameter": list(names),
            "kind": ("member", kinds),
            **({} if roles is None else {"role": ("member", roles)}),
        },
    )


def members_of_role(members: xr.Dataset, role: str) -> np.ndarray:
    """Indices of the members of one role."""
    return np.flatnonzero(members["role"].values == role)


def names_of(dataset: xr.Dataset) -> tuple[str, ...]:
    """The calibrated parameters that a dataset of fields holds.

    Raises:
        ValueError: if one cannot be calibrated, or they are not in the order of the catalogue.
    """
    names = tuple(str(name) for name in dataset["parameter"].values)
    if names != in_order(names):
        raise ValueError(
            f"parameters must be {', '.join(in_order(names))} in this order; got {', '.join(names)}"
        )
    return names


def fields_of(dataset: xr.Dataset, names: Sequence[str], cells: Cells) -> np.ndarray:
    """Physical values (..., cell, parameter) of `parameters` (..., parameter, lat, lon).

    Raises:
        ValueError: if the parameters are not those of the names in their order, or miss an active
            cell.
    """
    found = tuple(str(name) for name in dataset["parameter"].values)
    if found != tuple(names):
        raise ValueError(
            f"parameters must be {', '.join(names)} in this order; got {', '.join(found)}"
        )
    values = np.swapaxes(cells.gather(dataset["parameters"]), -1, -2)
    if np.isnan(values).any():
        *_, cell, parameter = np.argwhere(np.isnan(values))[0]
        raise ValueError(f"{found[parameter]} is missing in active cell {cell}")
    return values


def parameters_dataset(values: np.ndarray, names: Sequence[str], cells: Cells) -> xr.Dataset:
    """One field (cell, parameter) of named parameters as a dataset of kind `parameters`."""
    grid = cells.scatter(values.T, ("parameter",)).assign_attrs(_ATTRS)
    return xr.Dataset({"parameters": grid}, coords={"parameter": list(names)})


def targets_dataset(
    targets: dict[str, np.ndarray],
    cells: Cells,
    times: np.ndarray,
    members: np.ndarray | None = None,
) -> xr.Dataset:
    """Daily targets on the grid, float32.

    Args:
        targets: (member?, day, cell) by name, in the units of `study.quantities.TARGETS`.
        cells: the active cells.
        times: (day,) datetime64.
        members: indices of the members, or None where the targets have no member axis.
    """
    dims = ("time",) if members is None else ("member", "time")
    fields = {
        name: cells.scatter(values.astype(np.float32), dims).assign_attrs(
            units=UNITS[name], long_name=LONG_NAMES[name]
        )
        for name, values in targets.items()
    }
    coords = {"time": times} | ({} if members is None else {"member": members})
    return xr.Dataset(fields, coords=coords)
