"""The table of all scores: name, title, best value, direction and unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from paramscape.metrics._grid import Field
from paramscape.metrics.point import PairMoments

Direction = Literal["higher", "lower", "nearest"]

FIELD_UNIT = "field"


@dataclass(frozen=True)
class Score:
    """One score: its name, its direction and its unit.

    Attributes:
        name: key used in files and column names.
        title: what a reader sees.
        best: value of a perfect simulation.
        direction: `higher` or `lower` values are better, or those `nearest` to `best`.
        unit: `1` (none), `%`, or `field`: the unit of the scored field.
        of_cells: for a score of each cell's record, its map (lat, lon) from the record's moments.
    """

    name: str
    title: str
    best: float
    direction: Direction
    unit: str
    of_cells: Callable[[PairMoments], Field] | None = None

    def label(self, field_unit: str = "mm d-1") -> str:
        """Title with the unit in brackets; `field_unit` is the unit of the scored field."""
        unit = field_unit if self.unit == FIELD_UNIT else self.unit
        return self.title if unit == "1" else f"{self.title} [{unit}]"

    def loss(self, value: float) -> float:
        """Distance of `value` from the best value: 0 is perfect, smaller is always better.

        NaN stays NaN.
        """
        return abs(self.best - value)

    def is_better(self, value: float, other: float) -> bool:
        """True where `value` is better than `other`; a NaN is never better, and loses to any."""
        if value != value:
            return False
        return other != other or self.loss(value) < self.loss(other)


_ALL = (
    Score("rmse", "RMSE", 0.0, "lower", FIELD_UNIT, PairMoments.rmse),
    Score("rmse_raw", "RMSE, unscaled", 0.0, "lower", FIELD_UNIT),
    Score("cc", "CC", 1.0, "higher", "1", PairMoments.cc),
    Score("kge", "KGE", 1.0, "higher", "1", PairMoments.kge),
    Score("kge_r", "KGE correlation r", 1.0, "higher", "1"),
    Score("kge_gamma", "KGE variability ratio", 1.0, "nearest", "1"),
    Score("kge_beta", "KGE bias ratio", 1.0, "nearest", "1"),
    Score("relative_rmse_change", "Relative RMSE change", 100.0, "higher", "%"),
    Score("share_improved", "Cells improved", 100.0, "higher", "%"),
    Score("eof", "EOF score", 0.0, "lower", "1"),
    Score("eof_scaled", "EOF score × √(2T)", 0.0, "lower", "1"),
    Score("ssim", "SSIM", 1.0, "higher", "1"),
    Score("fss", "FSS", 1.0, "higher", "1"),
    Score("fss_5", "FSS, lowest 5 %", 1.0, "higher", "1"),
    Score("fss_95", "FSS, highest 5 %", 1.0, "higher", "1"),
    Score("spaef", "SPAEF", 1.0, "higher", "1"),
    Score("parameter_correlation", "Parameter correlation", 1.0, "higher", "1"),
    Score("parameter_rmse", "Parameter RMSE, share of prior range", 0.0, "lower", "1"),
    Score("parameter_bias", "Parameter bias, share of prior range", 0.0, "nearest", "1"),
)

SCORES: Mapping[str, Score] = MappingProxyType({score.name: score for score in _ALL})
CELL_SCORES: Mapping[str, Callable[[PairMoments], Field]] = MappingProxyType(
    {score.name: score.of_cells for score in _ALL if score.of_cells}
)
"""The scores of each cell's record, by name, in the order of the table."""
