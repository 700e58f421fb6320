"""Files between the stages: contracts, provenance, and writing that leaves no half file."""

from .contract import CONTRACTS, Contract, FileContractError, require
from .netcdf import read_dataset, read_netcdf, read_years, save_netcdf, write_dataset
from .provenance import Provenance, digest

__all__ = [
    "CONTRACTS",
    "Contract",
    "FileContractError",
    "Provenance",
    "digest",
    "read_dataset",
    "read_netcdf",
    "read_years",
    "require",
    "save_netcdf",
    "write_dataset",
]
