"""What the adversarial loss adds to the L1 loss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from paramscape.figures._inputs import require_columns
from paramscape.figures._page import pretty_units
from paramscape.figures._paper import ABLATION, ABLATION_DAYS, SOURCE
from paramscape.figures._scored_cells import ScoredCells, needed_columns
from paramscape.figures._tables import mean_and_spread, with_spread, write_table
from paramscape.figures.job import FigureJob
from paramscape.files import read_table
from paramscape.metrics.scores import SCORES

_LOSSES = {"gan-po-l1": "L1", "gan-po": "L1 + L_GAN"}
_CHANGE = "change by L_GAN"
_COLUMNS = {"rmse": 3, "eof": 4, "eof_scaled": 3, "ssim": 3}
_SIDES = ("own", "vic")
_KEYS = ["simulator", "loss"]
_NOTE = (
    "Test period; `own / VIC`: on the simulator that the method learned on, and with the same "
    "parameters in VIC; one number where that simulator is VIC. Lower RMSE and EOF score and "
    "higher SSIM are better. Mean over seeds (at most {seeds}), ± standard deviation where there "
    "are several; changes are taken seed by seed. The EOF score decreases with the number of days "
    "T; the score times √(2T) does not. {source} is what their paper prints, on real observations "
    "of {days} days: compare the order of the rows with theirs, not the values."
)


def make(job: FigureJob) -> None:
    """Write the table of the test period."""
    scores = read_table(job.file("scores"))
    write(scores[scores["period"] == "test"], job.stem, field_unit=job.unit)


def write(scores: pd.DataFrame, stem: Path, *, field_unit: str = "mm d-1") -> pd.DataFrame:
    """Write RMSE, EOF score and SSIM of `gan-po-l1` and `gan-po`, as CSV and Markdown.

    Args:
        scores: a row per calibration and verifier: `method`, `simulator`, `seed`, `verifier` (the
            simulator's own name or `vic`), `rmse`, `eof`, `eof_scaled`, `ssim`, with the numbers
            of cells and the reasons of `metrics.summary`. Simulators on which one of the two
            methods is missing, and other methods, are left out.
        stem: path of the files without `.csv`, `.md` and `.html`.
        field_unit: unit of the scored field.

    Returns:
        What the CSV holds: `source`, `simulator`, `loss`, `seeds`, and for each score and side
        `<score>_<side>` and its `_spread` over seeds (NaN for one); the loss `change by L_GAN`
        is the difference of the two, seed by seed.

    Raises:
        ValueError: a column is missing, or no simulator has both methods.
    """
    needed = ["method", "simulator", "seed", "verifier", *_COLUMNS, *needed_columns(list(_COLUMNS))]
    require_columns(scores, needed, "scores")
    ours = _with_changes(_sides(scores))
    columns = [f"{name}_{side}" for name in _COLUMNS for side in _SIDES]
    table = mean_and_spread(ours, _KEYS, columns)
    seeds = ours.groupby(_KEYS, sort=False)["seed"].nunique().rename("seeds")
    table = table.join(seeds).reset_index()
    table.insert(0, "source", "this study")
    table = pd.concat([_printed(), table], ignore_index=True)
    order = ["source", *_KEYS, "seeds", *(c + s for c in columns for s in ("", "_spread"))]
    table = table.reindex(columns=order)
    header = ["Source", "Simulator", "Loss", *(_head(name, field_unit) for name in _COLUMNS)]
    note = _NOTE.format(seeds=int(ours["seed"].nunique()), source=SOURCE, days=ABLATION_DAYS)
    note += ScoredCells(scores, list(_COLUMNS)).note(runs_differ=False)
    write_table(stem, table, header, [_row(row) for _, row in table.iterrows()], note)
    return table


def _sides(scores: pd.DataFrame) -> pd.DataFrame:
    """A row per calibration of the two methods, with both sides' scores."""
    pair = scores[scores["method"].isin(_LOSSES)]
    methods = pair.groupby("simulator")["method"].transform("nunique")
    pair = pair[methods == len(_LOSSES)]
    if pair.empty:
        raise ValueError(
            f"{' and '.join(_LOSSES)} are compared on the same simulator; `scores` has "
            f"{sorted(set(zip(scores['method'], scores['simulator'], strict=True)))}"
        )
    keys = ["method", "simulator", "seed"]
    own = pair[pair["verifier"] == pair["simulator"]].set_index(keys)[list(_COLUMNS)]
    vic = pair[pair["verifier"] == "vic"].set_index(keys)[list(_COLUMNS)]
    both = own.add_suffix("_own").join(vic.add_suffix("_vic")).reset_index()
    return both.assign(loss=both["method"].map(_LOSSES)).drop(columns="method")


def _with_changes(both: pd.DataFrame) -> pd.DataFrame:
    """The rows of each simulator together, followed by what the adversarial loss changes."""
    parts = []
    for simulator, part in both.groupby("simulator", sort=False):
        by_loss = {loss: part[part["loss"] == loss] for loss in _LOSSES.values()}
        without, with_it = (rows.drop(columns=_KEYS).set_index("seed") for rows in by_loss.values())
        change = (with_it - without).reset_index()
        parts += [*by_loss.values(), change.assign(simulator=simulator, loss=_CHANGE)]
    return pd.concat(parts, ignore_index=True)


def _printed() -> pd.DataFrame:
    """The paper's rows, on its surrogate."""
    rows = []
    for method, values in ABLATION.items():
        scaled = {"eof_scaled": values["eof"] * np.sqrt(2 * ABLATION_DAYS)}
        named = {f"{name}_own": value for name, value in (values | scaled).items()}
        rows.append({"source": SOURCE, "simulator": "lstm", "loss": _LOSSES[method], **named})
    return pd.DataFrame(rows)


def _row(row: pd.Series) -> list[str]:
    sides = ("vic",) if row["simulator"] == "vic" else _SIDES
    if row["source"] == SOURCE:
        sides = ("own",)
    signed = row["loss"] == _CHANGE
    cells = []
    for name, digits in _COLUMNS.items():
        pairs = [(row[f"{name}_{side}"], row[f"{name}_{side}_spread"]) for side in sides]
        cells.append(" / ".join(with_spread(*pair, digits, signed=signed) for pair in pairs))
    return [row["source"], row["simulator"], row["loss"], *cells]


def _head(name: str, field_unit: str) -> str:
    arrow = {"higher": "↑", "lower": "↓"}[SCORES[name].direction]
    return f"{pretty_units(SCORES[name].label(field_unit))} {arrow}"
