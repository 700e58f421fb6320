"""Files between stages: contracts, provenance, atomic writes."""

from paramscape.files.atomic import atomic_write, publish, temporary_path, write_text
from paramscape.files.contract import CONTRACTS, Contract, FileContractError, require
from paramscape.files.netcdf import (
    read_dataset,
    read_netcdf,
    read_years,
    save_netcdf,
    write_dataset,
)
from paramscape.files.provenance import (
    Provenance,
    commit,
    digest,
    made_by,
    present_attributes,
    stamp,
)
from paramscape.files.tables import read_json, read_table, write_json, write_markdown, write_table

__all__ = [
    "CONTRACTS",
    "Contract",
    "FileContractError",
    "Provenance",
    "atomic_write",
    "commit",
    "digest",
    "made_by",
    "present_attributes",
    "publish",
    "read_dataset",
    "read_json",
    "read_netcdf",
    "read_table",
    "read_years",
    "require",
    "save_netcdf",
    "stamp",
    "temporary_path",
    "write_dataset",
    "write_json",
    "write_markdown",
    "write_table",
    "write_text",
]
