"""Variables that nothing learned from, compared with the observations."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from paramscape.figures._inputs import require_columns
from paramscape.figures._tables import mean_and_spread, with_spread, write_table
from paramscape.figures.job import FigureJob
from paramscape.files import read_table

_KEYS = ["variable", "method", "simulator", "verifier", "group"]
_COLUMNS = {
    "rmse": ("RMSE [mm per period] ↓", 2),
    "cc": ("CC ↑", 3),
    "nse": ("NSE ↑", 3),
    "rmse_means": ("RMSE of means [mm a⁻¹] ↓", 1),
    "cc_means": ("CC of means ↑", 3),
    "nse_means": ("NSE of means ↑", 3),
    "share_improved": ("Cells improved [%] ↑", 0),
}
_NOTE = (
    "Test period. Nothing was learned from these observations. RMSE, CC and NSE are means over "
    "cells of scores over the product's own periods, whose totals are compared with the sums of "
    "the simulation over the same days; those of means compare the annual means of cells with "
    "each other. Improved: cells whose RMSE is below that of the default parameters. Mean over "
    "seeds (at most {seeds}), ± standard deviation where there are several; – is unknown."
)


def make(job: FigureJob) -> None:
    """Write the table of the test period."""
    scores = read_table(job.file("scores"))
    write(scores[scores["period"] == "test"].drop(columns="period"), job.stem)


def write(scores: pd.DataFrame, stem: Path) -> pd.DataFrame:
    """Write a row for each variable, run, verifier and group of cells, the default's first.

    Args:
        scores: of `metrics.check_summary`, of one period.
        stem: path of the files without `.csv`, `.md` and `.html`.

    Returns:
        What the CSV holds: `variable`, `method`, `simulator`, `verifier`, `group`, `seeds`,
        `cells`, and each score with its `_spread` (standard deviation over seeds, NaN for one).

    Raises:
        ValueError: if a column is missing.
    """
    require_columns(scores, [*_KEYS, "seed", "cells", *_COLUMNS], "scores")
    order = scores[_KEYS].drop_duplicates()
    order = order.sort_values("method", key=lambda names: names != "default", kind="stable")
    counts = scores.groupby(_KEYS, sort=False).agg(
        seeds=("seed", "nunique"), cells=("cells", "min")
    )
    found = mean_and_spread(scores, _KEYS, list(_COLUMNS))
    table = order.join(counts, on=_KEYS).join(found, on=_KEYS).reset_index(drop=True)
    rows = [
        [
            *(row[key] for key in _KEYS),
            str(row["cells"]),
            *(with_spread(row[n], row[f"{n}_spread"], d) for n, (_, d) in _COLUMNS.items()),
        ]
        for _, row in table.iterrows()
    ]
    header = ["Variable", "Method", "Learned on", "Run in", "Cells of", "Cells"]
    header += [title for title, _ in _COLUMNS.values()]
    write_table(stem, table, header, rows, _NOTE.format(seeds=table["seeds"].max()))
    return table
