"""What tables say of cells without score, and of spatial scores without enough cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import pandas as pd

from paramscape.metrics.scores import SCORES
from paramscape.metrics.summary import CELL_SCORES, SPATIAL_SCORES

_COUNTED_AS = {"share_improved": "rmse"}


class ScoredCells:
    """How many cells stand behind the scores of a table.

    active: active cells of the domain.
    most: by score of `CELL_SCORES`, the cells that can be scored: those of the run with most.
    reasons: by score of `SPATIAL_SCORES`, why the observations do not allow it.
    """

    def __init__(self, active: int, most: dict[str, int], reasons: dict[str, str]):
        self.active, self.most, self.reasons = active, most, reasons

    @classmethod
    def of(cls, scores: pd.DataFrame, shown: Sequence[str]) -> Self:
        """The cells behind those scores of a table of runs that are shown."""
        reasons = {name: scores[f"not_scored_{name}"].dropna() for name in SPATIAL_SCORES}
        found = {name: next(filter(None, column), "") for name, column in reasons.items()}
        return cls(
            int(scores["cells"].max()),
            {n: int(scores[f"cells_{n}"].max()) for n in CELL_SCORES if n in shown},
            {n: found[n] for n in found if found[n] and any(s.startswith(n) for s in shown)},
        )

    def of_head(self, name: str) -> str:
        """Such as ` (14 of 15 cells)` behind a score's title; nothing where all are scored."""
        cells = self.most.get(_COUNTED_AS.get(name, name), self.active)
        return "" if cells == self.active else f" ({cells} of {self.active} cells)"

    def of_run(self, name: str, cells: float) -> str:
        """Such as ` (9 cells)` behind a run's score; nothing where it has as many as others."""
        fewer = name in self.most and cells < self.most[name]
        return f" ({cells:.0f} cells)" if fewer else ""

    def note(self, runs_differ: bool) -> str:
        """Sentences for the table's note.

        Args:
            runs_differ: whether some run has fewer cells than others.
        """
        sentences = []
        if any(cells < self.active for cells in self.most.values()):
            counts = ", ".join(f"{SCORES[n].title} {cells}" for n, cells in self.most.items())
            sentences.append(
                f"Cells without observations in the period, and for CC and KGE cells whose "
                f"observations are constant, are left out for all methods alike. Scored cells of "
                f"{self.active} active ones: {counts}; improved cells are a share of those of RMSE."
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


def needed_columns(shown: Sequence[str]) -> list[str]:
    """Columns of a table of runs from which `ScoredCells` is made."""
    counts = [f"cells_{name}" for name in CELL_SCORES if name in shown]
    return ["cells", *counts, *(f"not_scored_{name}" for name in SPATIAL_SCORES)]


def fewest_cells(scores: pd.DataFrame, keys: Sequence[str], suffix: str = "") -> pd.DataFrame:
    """Cells behind the scores of each run, those of the seed with fewest: `cells_<score><suffix>`.

    Indexed by the keys.
    """
    counts = [f"cells_{name}" for name in CELL_SCORES if f"cells_{name}" in scores]
    return scores.groupby(list(keys), sort=False)[counts].min().add_suffix(suffix)
