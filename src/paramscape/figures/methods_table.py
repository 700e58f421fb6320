"""Scores of all methods, on the simulator that they learned on and in VIC, with their cost."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from paramscape.figures._inputs import require_columns
from paramscape.figures._page import pretty_units
from paramscape.figures._roles import ROLE_COLUMNS, RoleColumns
from paramscape.figures._scored_cells import ScoredCells, fewest_cells, needed_columns
from paramscape.figures._tables import VIC_RUNS_NOTE, mean_and_spread, with_spread, write_table
from paramscape.figures.collect import costs_of_runs, recovery_of_runs, runs_behind_surrogates
from paramscape.figures.job import FigureJob
from paramscape.files import read_table
from paramscape.metrics.scores import SCORES

COLUMNS = ("rmse", "cc", "kge", "share_improved", "eof", "ssim", "fss_5", "fss_95")
RECOVERY = ("parameter_correlation", "parameter_rmse")
UNSCALED = "rmse_raw"
EXTRAS = (*RECOVERY, UNSCALED)

_RUN = ["method", "simulator"]
_ARROWS = {"higher": "↑", "lower": "↓", "nearest": "→"}
_DIGITS = {"share_improved": 0, "eof": 4, "minutes": 1, "vic_runs": 0}
_COSTS = ("minutes", "vic_runs")
_REAL = "vic-image"
_GAP = "rmse_gap"
_NOTE = (
    "Test period. Scores are `own / VIC`: on the simulator that the method learned on, and with "
    "the same parameters in VIC; one number where that simulator is VIC. RMSE gap: own − VIC, 0 by "
    "construction for a method that learns on VIC. ↑ higher, ↓ lower is better; bold is best in "
    "VIC. FSS is the mean over neighbourhoods. Mean over seeds (at most {seeds}), ± standard "
    "deviation where there are several; – is unknown. "
)
_SCALED_NOTE = (
    " Scores are those of a y + b, the simulated soil moisture y scaled in each cell "
    "(calibration.scaling: {kind}; a and b are the same for all methods); RMSE, unscaled, is that "
    "of y in VIC."
)
_REAL_NOTE = " After a second `/`: with the same parameters in the real VIC program."


def make(job: FigureJob) -> None:
    """Write the table of the test period, on a twin with the recovery of the true parameters."""
    scores = read_table(job.file("scores"))
    costs = costs_of_runs(job.inputs["histories"], runs_behind_surrogates(job.settings))
    if recovery := job.optional_file("recovery"):
        costs = costs.merge(recovery_of_runs(read_table(recovery)), how="left")
    test = scores[scores["period"] == "test"].drop(columns="period")
    if UNSCALED in test:
        in_vic = test.loc[test["verifier"] == "vic", [*_RUN, "seed", UNSCALED]]
        costs = costs.merge(in_vic, how="left")
    scaling = job.settings["calibration.scaling"]
    note = "" if scaling == "none" else _SCALED_NOTE.format(kind=scaling)
    write(test, costs, job.stem, field_unit=job.unit, note=note)


def write(
    scores: pd.DataFrame,
    costs: pd.DataFrame,
    stem: Path,
    *,
    field_unit: str = "mm d-1",
    note: str = "",
) -> pd.DataFrame:
    """Write the scores of all methods, a row per method and simulator.

    Args:
        scores: a row per calibration and verifier: `method`, `simulator`, `seed`, `verifier`
            (the simulator's own name, `vic`, or `vic-image` for the real program) and the scores
            of `COLUMNS`, with the numbers of cells and the reasons of `metrics.summary`. A
            calibration through `vic` needs the verifier `vic` alone. Either all or none have
            `vic-image`. The method `default` is among them.
        costs: a row per calibration: `method`, `simulator`, `seed`, `minutes`, `vic_runs` (NaN
            where unknown), where the truth is known the means over parameters of `RECOVERY`, and
            where the target is scaled `UNSCALED`, the RMSE of the raw simulation in VIC.
        stem: path of the files without `.csv`, `.md` and `.html`.
        field_unit: unit of the scored field.
        note: further sentences below the table.

    Returns:
        What the CSV holds: `method`, `simulator`, `seeds`, and for each score `<score>_own`,
        `<score>_vic` and, where the real program was run, `<score>_real`, with their `_spread`
        (standard deviation over seeds, NaN for one seed), then `rmse_gap`, recovery, minutes and
        VIC runs in the same way, and `cells_<score>_<side>`, the number of scored cells (of the
        seed with fewest). Where the study splits its cells, also `ROLE_COLUMNS` in VIC.

    Raises:
        ValueError: a column or the default's row is missing, a calibration occurs twice, or its
            score on its own simulator or in VIC is missing.
    """
    needed = [*_RUN, "seed", "verifier", *COLUMNS, *needed_columns(COLUMNS)]
    require_columns(scores, needed, "scores")
    require_columns(costs, [*_RUN, "seed", *_COSTS], "costs")
    _check(scores, costs)
    sides = _sides(scores)
    extras = [name for name in EXTRAS if name in costs]
    parts = [mean_and_spread(rows, _RUN, COLUMNS, f"_{side}") for side, rows in sides.items()]
    parts.append(mean_and_spread(_gaps(sides), _RUN, [_GAP]))
    parts.append(mean_and_spread(costs, _RUN, [*extras, *_COSTS]))
    roles = RoleColumns(sides["vic"], _RUN)
    parts += roles.parts()
    parts += [fewest_cells(rows, _RUN, f"_{side}") for side, rows in sides.items()]
    table, scored = _join(scores, sides, parts), ScoredCells(scores, COLUMNS)
    rows = roles.extended(_rows(table, extras, sides, scored), table)
    note = _NOTE.format(seeds=table["seeds"].max()) + VIC_RUNS_NOTE + note
    note += _REAL_NOTE if "real" in sides else ""
    note += scored.note(any("cells)" in cell for row in rows for cell in row))
    header = [*_header(extras, field_unit, scored), *roles.header()]
    write_table(stem, table, header, rows, note + roles.note)
    return table


def _join(
    scores: pd.DataFrame, sides: dict[str, pd.DataFrame], parts: list[pd.DataFrame]
) -> pd.DataFrame:
    """A row per method and simulator, the default first, with the columns of all parts."""
    order = scores[_RUN].drop_duplicates()
    order = order.sort_values("method", key=lambda names: names != "default", kind="stable")
    seeds = sides["own"].groupby(_RUN, sort=False)["seed"].nunique().rename("seeds")
    table = order.join(seeds, on=_RUN)
    for part in parts:
        table = table.join(part, on=_RUN)
    return table[_column_order(table, sides)].reset_index(drop=True)


def _sides(scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Rows of the scores on the own simulator, in VIC, and in the real VIC where there are any."""
    sides = {
        "own": scores[scores["verifier"] == scores["simulator"]],
        "vic": scores[scores["verifier"] == "vic"],
        "real": scores[scores["verifier"] == _REAL],
    }
    return {side: rows for side, rows in sides.items() if side != "real" or len(rows)}


def _gaps(sides: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """RMSE on the own simulator minus that in VIC, a row per calibration."""
    keys = [*_RUN, "seed"]
    own, vic = (sides[side].set_index(keys)["rmse"] for side in ("own", "vic"))
    return (own - vic).rename(_GAP).reset_index()


def _column_order(table: pd.DataFrame, sides: Iterable[str]) -> list[str]:
    pairs = [f"{name}_{side}" for name in COLUMNS for side in sides]
    pairs += [name for name in (_GAP, *EXTRAS, *_COSTS) if name in table]
    pairs += [name for name in ROLE_COLUMNS if name in table]
    spread = [column for name in pairs for column in (name, f"{name}_spread")]
    counts = [column for column in table if column.startswith("cells_")]
    return [*_RUN, "seeds", *spread, *counts]


def _rows(
    table: pd.DataFrame, extras: list[str], sides: Iterable[str], scored: ScoredCells
) -> list[list[str]]:
    best = {name: _best_rows(table, name, scored) for name in COLUMNS}
    rows = []
    for index, row in table.iterrows():
        learned_on_vic = row["simulator"] == "vic"
        cells = [row["method"], row["simulator"]]
        for name in COLUMNS:
            shown = {side: _score(row, name, side, scored) for side in sides}
            if index in best[name]:
                shown["vic"] = f"**{shown['vic']}**"
            if learned_on_vic and "real" not in shown:
                del shown["own"]
            cells.append(" / ".join(shown.values()))
        gap = with_spread(row[_GAP], row[f"{_GAP}_spread"], 3, signed=True)
        cells.insert(3, "0" if learned_on_vic and row[_GAP] == 0 else gap)
        rows.append(cells + [_cell(row, name, name) for name in (*extras, *_COSTS)])
    return rows


def _best_rows(table: pd.DataFrame, name: str, scored: ScoredCells) -> set[int]:
    """Rows with the best score in VIC among those with most cells; none without a score."""
    losses = table[f"{name}_vic"].map(SCORES[name].loss)
    if name in scored.most:
        losses = losses.where(table[f"cells_{name}_vic"] == scored.most[name])
    return set(table.index[losses == losses.min()])


def _score(row: pd.Series, name: str, side: str, scored: ScoredCells) -> str:
    cells = row[f"cells_{name}_{side}"] if name in scored.most else scored.active
    return _cell(row, f"{name}_{side}", name) + scored.of_run(name, cells)


def _cell(row: pd.Series, column: str, name: str) -> str:
    return with_spread(row[column], row[f"{column}_spread"], _DIGITS.get(name, 3))


def _header(extras: list[str], field_unit: str, scored: ScoredCells) -> list[str]:
    heads = [_head(name, field_unit) + scored.of_head(name) for name in COLUMNS]
    heads.insert(1, f"RMSE gap [{pretty_units(field_unit)}]")
    recovery = [_head(name, field_unit) for name in extras]
    return ["Method", "Simulator", *heads, *recovery, "Time [min]", "VIC runs used"]


def _head(name: str, field_unit: str) -> str:
    score = SCORES[name]
    return f"{pretty_units(score.label(field_unit))} {_ARROWS[score.direction]}"


def _check(scores: pd.DataFrame, costs: pd.DataFrame) -> None:
    if "default" not in set(scores["method"]):
        raise ValueError(
            "The table compares with the default parameters; `scores` has the methods "
            f"{scores['method'].unique().tolist()}"
        )
    for name, data, keys in (
        ("scores", scores, [*_RUN, "seed", "verifier"]),
        ("costs", costs, [*_RUN, "seed"]),
    ):
        twice = data[data.duplicated(keys)]
        if len(twice):
            raise ValueError(f"`{name}` has two rows for {twice.iloc[0][keys].to_dict()}")
    verifiers = scores.groupby([*_RUN, "seed"])["verifier"].agg(set)
    in_real = {_REAL} if (scores["verifier"] == _REAL).any() else set()
    for run, found in verifiers.items():
        needed = {run[1], "vic"} | in_real
        if not needed <= found:
            raise ValueError(
                f"{run[0]} on {run[1]}, seed {run[2]}, is scored on {run[1]} and in "
                f"{', '.join(sorted(needed - {run[1]} or {'vic'}))}; got {sorted(found)}"
            )
