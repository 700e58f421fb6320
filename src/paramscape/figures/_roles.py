"""Columns of a table that show seen and unseen cells apart."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from paramscape.figures._tables import mean_and_spread, with_spread
from paramscape.metrics.roles import ROLES
from paramscape.metrics.scores import CELL_SCORES, SCORES

_PARTS = (*ROLES, "transfer_gap")
ROLE_COLUMNS = tuple(f"{name}_{part}" for name in CELL_SCORES for part in _PARTS)
"""Names of the numbers: `<score>_seen`, `<score>_unseen` and `<score>_transfer_gap`."""
_NOTE = (
    " Seen cells are those that methods learned from; unseen cells are only scored, here in VIC. "
    "In brackets: the transfer gap, seen − unseen. In unseen cells, cell-sceua has the parameters "
    "of the nearest seen cell."
)


class RoleColumns:
    """Scores of seen and unseen cells in VIC, and their difference; nothing without a split.

    Args:
        scores: a row per calibration in VIC, with `<score>_seen` and `<score>_unseen` where the
            study splits its cells, see `metrics.summary`.
        keys: columns that name a row of the table.
    """

    def __init__(self, scores: pd.DataFrame, keys: Sequence[str]):
        self.scores, self.keys = scores, list(keys)
        self.names = [name for name in CELL_SCORES if f"{name}_{ROLES[0]}" in scores]

    def parts(self) -> list[pd.DataFrame]:
        """Mean and spread over seeds of the numbers, indexed by the keys; none without a split."""
        if not self.names:
            return []
        gaps = {
            f"{name}_transfer_gap": self.scores[f"{name}_seen"] - self.scores[f"{name}_unseen"]
            for name in self.names
        }
        columns = [name for name in ROLE_COLUMNS if name.startswith(tuple(self.names))]
        return [mean_and_spread(self.scores.assign(**gaps), self.keys, columns)]

    def header(self) -> list[str]:
        """Titles of the texts that `extended` appends."""
        return [f"{SCORES[name].title} seen / unseen" for name in self.names]

    def extended(self, rows: list[list[str]], table: pd.DataFrame) -> list[list[str]]:
        """Rows of texts, with the texts of the table's numbers, such as `0.41 / 0.45 (-0.04)`."""
        return [
            [*texts, *self._texts(numbers)]
            for texts, (_, numbers) in zip(rows, table.iterrows(), strict=True)
        ]

    def _texts(self, numbers: pd.Series) -> list[str]:
        texts = []
        for name in self.names:
            seen, unseen, gap = (
                with_spread(
                    *numbers[[f"{name}_{part}", f"{name}_{part}_spread"]],
                    3,
                    signed=part == "transfer_gap",
                )
                for part in _PARTS
            )
            texts.append(f"{seen} / {unseen} ({gap})")
        return texts

    @property
    def note(self) -> str:
        """What the columns are; empty without a split."""
        return _NOTE if self.names else ""
