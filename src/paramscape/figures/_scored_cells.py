"""Notes of tables on cells without a score, and on spatial scores without enough cells."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from paramscape.metrics.scores import CELL_SCORES, SCORES
from paramscape.metrics.summary import SPATIAL_SCORES

_COUNTED_AS = {"share_improved": "rmse"}


class ScoredCells:
    """How many cells the scores of a table are computed from.

    shown: scores of the table.
    active: number of active cells of the domain.
    most: by score of `CELL_SCORES`, how many cells can be scored: those of the run with most.
    reasons: by score of `SPATIAL_SCORES`, why the observations do not allow it.
    """

    def __init__(self, scores: pd.DataFrame, shown: Sequence[str]):
        self.shown, self.active = shown, int(scores["cells"].max())
        self.most = {n: int(scores[f"cells_{n}"].max()) for n in CELL_SCORES if n in shown}
        reasons = {name: scores[f"not_scored_{name}"].dropna() for name in SPATIAL_SCORES}
        found = {name: next(filter(None, column), "") for name, column in reasons.items()}
        self.reasons = {
            n: why for n, why in found.items() if why and any(s.startswith(n) for s in shown)
        }

    def of_head(self, name: str) -> str:
        """Text after a score's title, such as ` (14 of 15 cells)`; empty where all are scored."""
        cells = self.most.get(_COUNTED_AS.get(name, name), self.active)
        return "" if cells == self.active else f" ({cells} of {self.active} cells)"

    def of_run(self, name: str, cells: float) -> str:
        """Text after a run's score, such as ` (9 cells)`; empty where it has as many as others."""
        fewer = name in self.most and cells < self.most[name]
        return f" ({cells:.0f} cells)" if fewer else ""

    def note(self, runs_differ: bool) -> str:
        """Sentences for the table's note.

        Args:
            runs_differ: whether some run has fewer cells than others.
        """
        sentences = []
        if any(cells < self.active for cells in self.most.values()):
            constant = ", and for CC and KGE cells whose observations are constant,"
            sentences.append(
                "Cells without observations in the period"
                f"{constant if len(self.most) > 1 else ''} are left out for all methods alike. "
                f"Scored cells of {self.active} active ones: {self._counts()}."
            )
        if runs_differ:
            sentences.append(
                "A number of cells behind a score: the simulation is constant in the other cells, "
                "where CC and KGE are not defined; such a score is not compared with those of more "
                "cells."
            )
        by_reason = {reason: [] for reason in self.reasons.values()}
        for name, reason in self.reasons.items():
            by_reason[reason].append(SCORES[name].title)
        sentences += [f"Without {', '.join(n)}: {reason}." for reason, n in by_reason.items()]
        return "".join(f" {sentence}" for sentence in sentences)

    def _counts(self) -> str:
        counts = {name: SCORES[name].title for name in self.most}
        if "share_improved" in self.shown:
            counts["rmse"] += " and cells improved"
        return ", ".join(f"{title} {self.most[name]}" for name, title in counts.items())


def needed_columns(shown: Sequence[str]) -> list[str]:
    """Columns of a table of runs that `ScoredCells` reads."""
    counts = [f"cells_{name}" for name in CELL_SCORES if name in shown]
    return ["cells", *counts, *(f"not_scored_{name}" for name in SPATIAL_SCORES)]


def fewest_cells(scores: pd.DataFrame, keys: Sequence[str], suffix: str = "") -> pd.DataFrame:
    """Number of scored cells of each run, for the seed with fewest: `cells_<score><suffix>`.

    Indexed by the keys.
    """
    counts = [f"cells_{name}" for name in CELL_SCORES if f"cells_{name}" in scores]
    return scores.groupby(list(keys), sort=False)[counts].min().add_suffix(suffix)
