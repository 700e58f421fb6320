"""Rows of measurements, as a table and as JSON."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from paramscape.bench.measure import Timing
from paramscape.files import write_text

HEAD = ("what", "best", "worst", "unit", "target", "ratio", "verdict", "processor [s]", "n")
BEGIN, END = "<!-- figures of {} -->", "<!-- end of figures -->"


@dataclass(frozen=True)
class Target:
    """A bound that a value must reach: at least or at most."""

    sense: Literal["at least", "at most"]
    bound: float

    def is_met(self, value: float) -> bool:
        """Whether a value satisfies the bound; NaN does not."""
        return value >= self.bound if self.sense == "at least" else value <= self.bound


@dataclass(frozen=True)
class Row:
    """One measurement.

    value: the best of the repeats; None if not measured, and `note` says why. worst: the worst
    of the repeats. ratio: value over target, unless the row defines another one. processor: time
    of all cores [s].
    """

    group: str
    what: str
    value: float | None
    unit: str = ""
    worst: float | None = None
    target: Target | None = None
    ratio: float | None = None
    processor: float | None = None
    repeats: int = 1
    note: str = ""

    @property
    def verdict(self) -> str:
        """The word pass or fail; empty without a target or a value."""
        if self.target is None or self.value is None:
            return ""
        return "pass" if self.target.is_met(self.value) else "fail"

    @property
    def compared(self) -> float | None:
        """The ratio, by default that of the value to the target's bound."""
        if self.ratio is not None or self.target is None or self.value is None:
            return self.ratio
        return self.value / self.target.bound

    @property
    def record(self) -> dict[str, Any]:
        """The row with its verdict, for JSON."""
        return {**asdict(self), "ratio": self.compared, "verdict": self.verdict}


@dataclass(frozen=True)
class Report:
    """All rows of a run, with the machine and the settings."""

    machine: dict[str, Any]
    settings: dict[str, Any]
    rows: list[Row] = field(default_factory=list)

    @property
    def markdown(self) -> str:
        """Facts and one table for each group."""
        facts = {**self.machine, **self.settings}
        parts = ["\n".join(f"- {name.replace('_', ' ')}: {v}" for name, v in facts.items())]
        parts += [_group(name, rows) for name, rows in groupby(self.rows, lambda row: row.group)]
        return "\n\n".join(parts) + "\n"

    def save(self, path: Path) -> None:
        """Write the report as JSON."""
        content = {"machine": self.machine, "settings": self.settings}
        content["rows"] = [row.record for row in self.rows]
        write_text(path, json.dumps(content, indent=1) + "\n")

    @classmethod
    def read(cls, path: Path) -> "Report":
        """Read what `save` wrote.

        Raises:
            ValueError: if the file is not such a report.
        """
        try:
            content = json.loads(path.read_text())
            rows = [_row(record) for record in content["rows"]]
            return cls(content["machine"], content["settings"], rows)
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(
                f"{path} is not a report of a benchmark ({error!r}); make one with "
                "`paramscape bench --json FILE`"
            ) from error

    def write_into(self, path: Path, name: str) -> None:
        """Replace the text between the marks of `name` in a file by the tables.

        Raises:
            ValueError: if the file has no such marks.
        """
        text, begin = path.read_text(), BEGIN.format(name)
        before, found, rest = text.partition(begin)
        _, ends, after = rest.partition(END)
        if not found or not ends:
            raise ValueError(f"{path} has no lines `{begin}` and `{END}` to write between")
        write_text(path, f"{before}{begin}\n{self.markdown}{END}{after}")


def timing_row(group: str, what: str, timing: Timing, **details: Any) -> Row:
    """A row with a wall time [s]."""
    return Row(
        group, what, timing.best, "s", timing.worst,
        processor=timing.processor, repeats=timing.repeats, **details,
    )  # fmt: skip


def rate_row(group: str, what: str, amount: float, timing: Timing, **details: Any) -> Row:
    """A row with a rate: cell-days over wall time."""
    return Row(
        group, what, amount / timing.best, "cell-days/s", amount / timing.worst,
        processor=timing.processor, repeats=timing.repeats, **details,
    )  # fmt: skip


def not_measured(group: str, reason: str, what: str = "all") -> Row:
    """A row that says what was not measured, and why."""
    return Row(group, what, None, note=f"not measured: {reason}", repeats=0)


def _row(record: dict[str, Any]) -> Row:
    known = {name: v for name, v in record.items() if name != "verdict"}
    if known["target"] is not None:
        known["target"] = Target(**known["target"])
    return Row(**known)


def _group(name: str, rows: Iterable[Row]) -> str:
    lines = [f"### {name}", "", _line(HEAD), _line(["---"] * len(HEAD))]
    return "\n".join([*lines, *(_line(_texts(row)) for row in rows)])


def _line(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _texts(row: Row) -> tuple[str, ...]:
    what = f"{row.what} ({row.note})" if row.note else row.what
    target = f"{row.target.sense} {number(row.target.bound)}" if row.target else ""
    return (
        what, number(row.value), number(row.worst), row.unit, target, number(row.compared),
        row.verdict, number(row.processor), str(row.repeats or ""),
    )  # fmt: skip


def number(value: float | None) -> str:
    """A number to three digits, large ones in full."""
    if value is None:
        return ""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e12 else f"{value:.3g}"
