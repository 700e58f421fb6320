"""Tables as CSV for machines and as Markdown for readers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from paramscape.figures._page import write_text

NOT_KNOWN = "–"


def write_table(
    stem: Path,
    numbers: pd.DataFrame,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    note: str,
) -> None:
    """Write `numbers` to `stem`.csv, and header, rows and a note below them to `stem`.md."""
    lines = [header, ["---"] * len(header), *rows]
    body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    write_text(stem.with_name(f"{stem.name}.csv"), numbers.to_csv(index=False, lineterminator="\n"))
    write_text(stem.with_name(f"{stem.name}.md"), f"{body}\n\n{note}\n")


def fixed(value: float, digits: int) -> str:
    """Number with that many digits after the point; a dash where it is NaN."""
    return NOT_KNOWN if pd.isna(value) else f"{value:.{digits}f}"
