"""Skill of filled gaps at observations that were hidden, with that of simpler estimates."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from paramscape.figures._inputs import require_columns
from paramscape.figures._page import pretty_units
from paramscape.figures._tables import fixed, write_table
from paramscape.figures.job import FigureJob
from paramscape.files import read_table

_COLUMNS = ("rmse", "bias", "cc", "cc_anomaly")
_NOTE = (
    "At 10 % of each cell's observations, hidden in gaps of some overpasses or weeks. "
    "Carry-forward is the last observation, climatology the mean of the cell's training days "
    "within 15 days of the day of the year; interpolation also sees the observations after the "
    "gap, which the filler does not. In the training period the filler has learned from the hidden "
    "values. CC of anomalies: of differences from each cell's mean. Bold: lowest RMSE of a gap."
)


def make(job: FigureJob) -> None:
    """Write the table of the filler."""
    write(read_table(job.file("scores")), job.stem, field_unit=job.unit)


def write(scores: pd.DataFrame, stem: Path, *, field_unit: str) -> None:
    """Write a row for each period, gap and estimate.

    Args:
        scores: `period`, `gap`, `by`, `values`, `rmse`, `bias`, `cc`, `cc_anomaly`.
        stem: path of the files without `.csv`, `.md` and `.html`.
        field_unit: unit of the filled field.

    Raises:
        ValueError: a column is missing.
    """
    require_columns(scores, ["period", "gap", "by", "values", *_COLUMNS], "scores")
    best = scores.groupby(["period", "gap"])["rmse"].transform("min")
    rows = []
    for (_, row), lowest in zip(scores.iterrows(), best, strict=True):
        numbers = [fixed(row[name], 4 if name in ("rmse", "bias") else 3) for name in _COLUMNS]
        if row["rmse"] == lowest:
            numbers[0] = f"**{numbers[0]}**"
        rows.append([row["period"], row["gap"], row["by"], str(row["values"]), *numbers])
    unit = pretty_units(field_unit)
    header = ["Period", "Gap", "Estimate", "Hidden values", f"RMSE [{unit}]", f"Bias [{unit}]"]
    write_table(stem, scores, [*header, "CC", "CC of anomalies"], rows, _NOTE)
