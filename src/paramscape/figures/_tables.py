"""Tables as CSV for machines, and as Markdown and HTML for readers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from paramscape.files import write_markdown
from paramscape.files import write_table as write_csv
from paramscape.files.page import write_page

NOT_KNOWN = "–"
VIC_RUNS_NOTE = (
    "VIC runs used: cell-days simulated in VIC while learning, validations among them, in units of "
    "one run of the whole domain over the training period with the days that lead into it; on a "
    "surrogate the members of its ensemble and refinement rounds, which all methods on it share."
)


def write_table(
    stem: Path,
    numbers: pd.DataFrame,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    note: str,
) -> None:
    """Write `numbers` to `stem`.csv; header, rows and a note to `stem`.md and `stem`.html."""
    lines = [header, ["---"] * len(header), *rows]
    body = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    text = f"{body}\n\n{note}\n"
    write_csv(numbers, stem.with_name(f"{stem.name}.csv"))
    write_markdown(stem.with_name(f"{stem.name}.md"), text)
    write_page(stem.with_name(f"{stem.name}.html"), text, stem.name)


def fixed(value: float, digits: int) -> str:
    """Number with `digits` digits after the point; a dash where it is NaN."""
    return NOT_KNOWN if pd.isna(value) else f"{value:.{digits}f}"


def with_spread(mean: float, spread: float, digits: int, *, signed: bool = False) -> str:
    """Mean ± spread; the mean alone where the spread is NaN."""
    shown = fixed(mean, digits)
    if signed and mean > 0:
        shown = f"+{shown}"
    return shown if pd.isna(spread) else f"{shown} ± {fixed(spread, digits)}"


def mean_and_spread(
    data: pd.DataFrame, keys: Sequence[str], columns: Sequence[str], suffix: str = ""
) -> pd.DataFrame:
    """Mean and standard deviation of columns over the rows that share the keys.

    Returns:
        Indexed by the keys: `<column><suffix>` and `<column><suffix>_spread`, NaN for one row. A
        NaN in a row makes both NaN, so that a seed without skill does not vanish from the mean.
    """
    groups = data.groupby(list(keys), sort=False)[list(columns)]
    mean = groups.agg(lambda values: values.mean(skipna=False))
    spread = groups.agg(lambda values: values.std(skipna=False) if len(values) > 1 else np.nan)
    return mean.add_suffix(suffix).join(spread.add_suffix(f"{suffix}_spread"))
