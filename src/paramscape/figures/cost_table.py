"""Computing time and VIC runs of the methods."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from paramscape.figures._inputs import require_columns
from paramscape.figures._paper import MINUTES, SOURCE
from paramscape.figures._tables import VIC_RUNS_NOTE, fixed, write_table
from paramscape.figures.collect import costs_of_runs, runs_behind_surrogates
from paramscape.figures.job import FigureJob

_KEYS = ["method", "simulator"]
_HEADER = [
    "Method",
    "Simulator",
    "Epochs",
    "Time per epoch [min]",
    "Total time [min]",
    "VIC runs used",
    f"{SOURCE}: per epoch [min]",
    f"{SOURCE}: total [min]",
]
_NOTE = (
    "Wall-clock time on this machine, mean over seeds (at most {seeds}). The time per epoch is the "
    "median; the total includes what precedes the first epoch. Times of {source} are for 24 × 17 "
    "cells on their LSTM surrogate, dPL and GAN-PO on an NVIDIA A100 GPU with 40 GB; they do not "
    "say on what SCE-UA ran. {runs}"
)


def make(job: FigureJob) -> None:
    """Write the table of all runs but the default's."""
    costs = costs_of_runs(job.inputs["histories"], runs_behind_surrogates(job.settings))
    write(costs[costs["method"] != "default"], job.stem)


def write(costs: pd.DataFrame, stem: Path) -> pd.DataFrame:
    """Write minutes per epoch and in total and VIC runs, with the paper's minutes.

    Args:
        costs: a row per calibration: `method`, `simulator`, `epochs` and `minutes_per_epoch` (NaN
            for a method without epochs), `minutes` in total, and `vic_runs` (NaN where unknown).
            Several seeds are averaged.
        stem: path of the files without `.csv`, `.md` and `.html`.

    Returns:
        What the CSV holds: `method`, `simulator`, `seeds`, `epochs`, `minutes_per_epoch` (NaN
        without epochs), `minutes`, `vic_runs`, `paper_minutes_per_epoch`, `paper_minutes` (NaN
        where the paper has none).

    Raises:
        ValueError: a column is missing, or epochs are not positive, or minutes are negative or NaN.
    """
    _check(costs)
    table = costs.groupby(_KEYS, sort=False, as_index=False).agg(
        seeds=("minutes", "size"),
        epochs=("epochs", "mean"),
        minutes_per_epoch=("minutes_per_epoch", "mean"),
        minutes=("minutes", "mean"),
        vic_runs=("vic_runs", lambda runs: runs.mean(skipna=False)),
    )
    unknown = (float("nan"), float("nan"))
    printed = [MINUTES.get(method, unknown) for method in table["method"]]
    table["paper_minutes_per_epoch"], table["paper_minutes"] = zip(*printed, strict=True)
    digits = {"epochs": 0, "minutes_per_epoch": 3, "minutes": 2, "vic_runs": 0}
    digits |= {"paper_minutes_per_epoch": 2, "paper_minutes": 0}
    rows = [
        [row["method"], row["simulator"], *(fixed(row[name], n) for name, n in digits.items())]
        for _, row in table.iterrows()
    ]
    note = _NOTE.format(seeds=table["seeds"].max(), source=SOURCE, runs=VIC_RUNS_NOTE)
    write_table(stem, table, _HEADER, rows, note)
    return table


def _check(costs: pd.DataFrame) -> None:
    needed = [*_KEYS, "epochs", "minutes_per_epoch", "minutes", "vic_runs"]
    require_columns(costs, needed, "costs")
    wrong = costs[(costs["minutes"] < 0) | costs["minutes"].isna() | (costs["epochs"] <= 0)]
    if len(wrong):
        raise ValueError(
            "`minutes` must be at least 0, and `epochs` above 0 or NaN; got "
            f"{wrong.iloc[0][[*_KEYS, 'epochs', 'minutes']].to_dict()}"
        )
