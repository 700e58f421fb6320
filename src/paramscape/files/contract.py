"""What each file between two stages must hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.study.quantities import FORCINGS, UNITS


class FileContractError(ValueError):
    """A file that is not what its reader was promised."""


@dataclass(frozen=True)
class Contract:
    """Dimensions and variables of a kind of file.

    `variables` maps a name to its unit; `dims` are those of every variable listed there.
    Further variables may be present.
    """

    dims: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    every_variable_has_dims: bool = False


_FORCING = {name: UNITS[name] for name in FORCINGS}

CONTRACTS: dict[str, Contract] = {
    "domain": Contract(("lat", "lon"), {"mask": "1", "frac": "1", "area": "m2", "elev": "m"}),
    "vic-forcing": Contract(("time", "lat", "lon"), _FORCING),
    "vic-parameters": Contract(
        ("lat", "lon"),
        {"run_cell": "1", "infilt": "1", "Ds": "1", "Dsmax": "mm d-1", "Ws": "1"},
    ),
    "forcing-daily": Contract(("time", "lat", "lon"), _FORCING),
    "attributes": Contract(("lat", "lon"), every_variable_has_dims=True),
    "soil-native": Contract(("lat", "lon"), {"cell": "1"}),
    "et": Contract(("time", "lat", "lon"), {"et": UNITS["et"]}),
    "runoff": Contract(("time", "lat", "lon"), {"runoff": UNITS["runoff"]}),
    "soil_moisture": Contract(("time", "lat", "lon"), {"soil_moisture": UNITS["soil_moisture"]}),
    "members": Contract(("member", "parameter", "lat", "lon"), {"parameters": "as parameter"}),
    "ensemble-fluxes": Contract(("member", "time", "lat", "lon"), every_variable_has_dims=True),
    "parameters": Contract(("parameter", "lat", "lon"), {"parameters": "as parameter"}),
    "scores": Contract(("lat", "lon"), {"rmse": "as target", "cc": "1", "kge": "1", "mask": "1"}),
    "scaling": Contract(("lat", "lon"), {"slope": "1", "intercept": "m3 m-3"}),
    "et-check": Contract(("time", "lat", "lon"), {"et": "mm", "valid_share": "1"}),
    "check-scores": Contract(
        ("lat", "lon"),
        {"rmse": "mm", "cc": "1", "nse": "1", "mean_observed": "mm a-1", "mask": "1"},
    ),
    "simulation": Contract(("time", "lat", "lon"), every_variable_has_dims=True),
}


def require(dataset: xr.Dataset, kind: str, path: Path | str) -> xr.Dataset:
    """Return `dataset` if it keeps the contract of its kind.

    Raises:
        FileContractError: naming the file, the variable, what was found and what was expected.
    """
    contract = CONTRACTS[kind]
    for name, units in contract.variables.items():
        if name not in dataset.variables:
            raise FileContractError(
                f"{path}: a {kind} file holds {name}, but this one has only "
                f"{', '.join(map(str, dataset.data_vars))}. Delete it and let its rule run again."
            )
        _require_dims(dataset[name], contract.dims, kind, path)
        found = dataset[name].attrs.get("units", "1")
        if found != units:
            raise FileContractError(
                f"{path}: {name} must be in {units!r}, but its units attribute says {found!r}"
            )
    if contract.every_variable_has_dims:
        for variable in dataset.data_vars.values():
            _require_dims(variable, contract.dims, kind, path)
    _require_ascending(dataset, path)
    return dataset


def _require_dims(
    variable: xr.DataArray, dims: tuple[str, ...], kind: str, path: Path | str
) -> None:
    if tuple(variable.dims) != dims:
        raise FileContractError(
            f"{path}: {variable.name} of a {kind} file has dims {dims}, "
            f"but this one has {tuple(variable.dims)}"
        )


def _require_ascending(dataset: xr.Dataset, path: Path | str) -> None:
    for axis in ("time", "lat", "lon"):
        if axis in dataset.coords and dataset[axis].size > 1:
            values = dataset[axis].values
            steps = np.diff(values)
            if not (steps > np.zeros((), steps.dtype)).all():
                raise FileContractError(f"{path}: {axis} must ascend, and it does not")
