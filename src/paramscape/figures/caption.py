"""Words that the titles of a figure share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Caption:
    """What the titles of a figure say of its data.

    Attributes:
        study: title of the study.
        quantity: what is scored, in words.
        units: unit of the quantity, such as `mm d-1`.
        period: period shown, in words.
        side: where it is scored, in words.
    """

    study: str
    quantity: str = "evapotranspiration"
    units: str = "mm d-1"
    period: str = ""
    side: str = ""

    def title(self, shown: str) -> str:
        """Study and what is shown of it; a second line says where and when, if these are given."""
        where = ", ".join(part for part in (self.side, self.period) if part)
        return f"{self.study}: {shown}" + (f"\n{where}" if where else "")
