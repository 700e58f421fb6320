"""Tables (CSV), settings (JSON) and text (markdown) that say where they came from."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from paramscape.files.atomic import atomic_write, write_text
from paramscape.files.contract import FileContractError
from paramscape.files.provenance import stamp


def write_table(table: pd.DataFrame, path: Path, float_format: str | None = None) -> None:
    """Write a table without its index as CSV; where it came from is a comment in its first line."""
    with atomic_write(path) as partial:
        head = f"# {stamp()}\n" if stamp() else ""
        rows = table.to_csv(index=False, lineterminator="\n", float_format=float_format)
        partial.write_text(head + rows, encoding="utf-8")


def read_table(path: Path | str, columns: Collection[str] = ()) -> pd.DataFrame:
    """Read a table that `write_table` wrote.

    Raises:
        FileContractError: if the file is no such table, is empty or lacks one of the columns.
    """
    try:
        table = pd.read_csv(path, comment="#")
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise FileContractError(f"{path}: cannot be read as a table ({error})") from error
    missing = [name for name in columns if name not in table]
    if missing:
        raise FileContractError(
            f"{path}: this table must have the columns {', '.join(missing)}, but it has only "
            f"{', '.join(map(str, table.columns))}"
        )
    return table


def write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write a mapping as JSON; where it came from is its entry `provenance`."""
    whence = {"provenance": stamp()} if stamp() else {}
    write_text(path, json.dumps({**content, **whence}, indent=1) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a mapping that `write_json` wrote.

    Raises:
        FileContractError: if the file is no JSON or no mapping.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise FileContractError(f"{path}: cannot be read as JSON ({error})") from error
    if not isinstance(content, dict):
        raise FileContractError(f"{path}: expected a mapping, got {type(content).__name__}")
    return content


def write_markdown(path: Path, text: str) -> None:
    """Write markdown; where it came from is a comment at its end, which no page shows."""
    write_text(path, text + (f"\n<!-- {stamp()} -->\n" if stamp() else ""))
