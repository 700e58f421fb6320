"""Choice of hyperparameters: the candidate settings with the best validation."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from paramscape.files import read_json, read_table, write_json

MISFIT = "validation/misfit"


def tabulate_candidates(
    candidates: Sequence[Mapping[str, Any]], histories: Sequence[Path]
) -> pd.DataFrame:
    """A row per candidate with the scores of its best epoch; the first of the best is `chosen`.

    The best epoch has the lowest `validation.Score.misfit`, as in each candidate's own training.

    Args:
        candidates: the searched settings of each.
        histories: `history.csv` of each, in the same order.

    Returns:
        `candidate` (from 1), the searched settings, `best_epoch`, `validation/mse`,
        `validation/kge`, `validation/misfit`, `minutes`, `chosen`.

    Raises:
        ValueError: if a history has no validated epoch.
    """
    rows = []
    for number, (values, path) in enumerate(zip(candidates, histories, strict=True), start=1):
        history = read_table(path)
        if history[MISFIT].isna().all():
            raise ValueError(
                f"{path}: no epoch was validated, so this candidate cannot be compared; choose "
                "validate_every of its method no larger than its epochs"
            )
        best = history.loc[history[MISFIT].idxmin()]
        scores = {name: best[name] for name in ("validation/mse", "validation/kge", MISFIT)}
        minutes = history["seconds"].sum() / 60
        epoch = {"best_epoch": int(best["epoch"])}
        rows.append({"candidate": number, **values, **epoch, **scores, "minutes": minutes})
    table = pd.DataFrame(rows)
    return table.assign(chosen=table.index == table[MISFIT].idxmin())


def write_choice(table: pd.DataFrame, candidates: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write the chosen candidate's number, misfit and searched settings as JSON."""
    row = table[table["chosen"]].iloc[0]
    number = int(row["candidate"])
    choice = {"candidate": number, MISFIT: row[MISFIT], "settings": dict(candidates[number - 1])}
    write_json(choice, path)


def with_choice(
    settings: Mapping[str, Any], method: str, choice: str | Path | None
) -> dict[str, Any]:
    """A rule's sections, in which chosen values replace those of the method's settings."""
    if not choice:
        return dict(settings)
    section = f"calibration.{method}"
    chosen = read_json(Path(choice))["settings"]
    return {**settings, section: {**settings[section], **chosen}}
