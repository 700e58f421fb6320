"""NetCDF files between stages: written whole or not at all, checked when read."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.files.atomic import atomic_write
from paramscape.files.contract import FileContractError, require
from paramscape.files.failures import require_memory
from paramscape.files.provenance import Provenance

_TIME_UNITS = "days since 1900-01-01"
_FILL = {"f4": np.float32(9.96921e36), "f8": 9.969209968386869e36}


def write_dataset(dataset: xr.Dataset, path: Path, kind: str, provenance: Provenance) -> None:
    """Write a dataset that keeps the contract of its kind, under a temporary name until complete.

    Equal datasets and provenance give equal bytes.

    Raises:
        FileContractError: if the dataset breaks the contract; nothing is written then.
    """
    require(dataset, kind, path)
    save_netcdf(dataset.assign_attrs(provenance.attributes()), path)


def save_netcdf(dataset: xr.Dataset, path: Path) -> None:
    """Write a dataset as NetCDF-4, compressed, under a temporary name until complete."""
    with atomic_write(path) as partial:
        dataset.to_netcdf(partial, format="NETCDF4", engine="netcdf4", encoding=_encoding(dataset))


def read_dataset(path: Path, kind: str) -> xr.Dataset:
    """Read a whole file into memory and check it against the contract of its kind.

    Raises:
        FileContractError: if the file is no NetCDF, is truncated, or breaks the contract.
    """
    return require(read_netcdf(path), kind, path)


def read_netcdf(path: Path) -> xr.Dataset:
    """Read a whole NetCDF file of any kind into memory.

    Raises:
        FileContractError: if the file is no NetCDF or is truncated.
    """
    try:
        with xr.open_dataset(path, engine="netcdf4") as dataset:
            return dataset.load()
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError) as error:
        require_memory()  # HDF5 fails alike without memory and on a broken file
        raise FileContractError(
            f"{path}: cannot be read as NetCDF ({error}). It is truncated or foreign: "
            "delete it and let its rule run again."
        ) from error


def read_years(paths: Iterable[Path | str]) -> xr.Dataset:
    """Read VIC forcing files of consecutive years as one dataset.

    Raises:
        FileContractError: if a file breaks its contract, or time does not ascend across files.
    """
    files = sorted(Path(path) for path in paths)
    years = [read_dataset(path, "vic-forcing") for path in files]
    joined = xr.concat(years, "time", data_vars="all", join="exact", combine_attrs="override")
    return require(joined, "vic-forcing", f"{files[0]} to {files[-1]}")


def _encoding(dataset: xr.Dataset) -> dict[str, dict[str, object]]:
    encoding: dict[str, dict[str, object]] = {}
    for name, variable in dataset.variables.items():
        kind = variable.dtype.kind
        if name == "time" and kind == "M":
            encoding[name] = {"units": _TIME_UNITS, "dtype": "f8", "_FillValue": None}
            if dataset.time.encoding.get("calendar") or dataset.time.attrs.get("calendar"):
                continue
            encoding[name]["calendar"] = "proleptic_gregorian"
        elif kind == "f" and name in dataset.data_vars:
            fill = _FILL[f"f{variable.dtype.itemsize}"]
            encoding[name] = {"zlib": True, "complevel": 4, "_FillValue": fill}
        elif kind == "f":
            encoding[name] = {"_FillValue": None}
    return encoding
