"""Table 2: computing time of the methods."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from paramscape.figures._inputs import require_columns
from paramscape.figures._tables import fixed, write_table

_KEYS = ["method", "simulator"]


def write(costs: pd.DataFrame, stem: Path) -> pd.DataFrame:
    """Write minutes per epoch and in all, a row per method and simulator, as CSV and Markdown.

    Args:
        costs: a row per calibration: `method`, `simulator`, `epochs` (NaN for a method without
            epochs) and `minutes` in all. Several seeds are averaged.
        stem: path of the files without `.csv` and `.md`.

    Returns:
        What the CSV holds: `method`, `simulator`, `seeds`, `epochs`, `minutes_per_epoch` (NaN
        without epochs), `minutes`.

    Raises:
        ValueError: a column is missing, or epochs or minutes are not positive or negative.
    """
    require_columns(costs, [*_KEYS, "epochs", "minutes"], "costs")
    wrong = costs[(costs["minutes"] < 0) | costs["minutes"].isna() | (costs["epochs"] <= 0)]
    if len(wrong):
        raise ValueError(
            "Minutes are known and not negative, epochs above 0 or missing; got "
            f"{wrong.iloc[0][[*_KEYS, 'epochs', 'minutes']].to_dict()}"
        )
    costs = costs.assign(minutes_per_epoch=costs["minutes"] / costs["epochs"])
    table = costs.groupby(_KEYS, sort=False, as_index=False).agg(
        seeds=("minutes", "size"),
        epochs=("epochs", "mean"),
        minutes_per_epoch=("minutes_per_epoch", "mean"),
        minutes=("minutes", "mean"),
    )
    rows = [
        [row.method, row.simulator, fixed(row.epochs, 0), fixed(row.minutes_per_epoch, 3),
         fixed(row.minutes, 2)]
        for row in table.itertuples()
    ]  # fmt: skip
    header = ["Method", "Simulator", "Epochs", "Time per epoch [min]", "Total time [min]"]
    seeds = int(table["seeds"].max())
    write_table(stem, table, header, rows, f"Wall-clock time, mean over seeds (at most {seeds}).")
    return table
