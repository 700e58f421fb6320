"""The periods of a study."""

from datetime import date
from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from paramscape.study._base import Settings


class Period(Settings):
    """Days from `start` to `end`, both included."""

    start: date = Field(description="First day, YYYY-MM-DD (UTC; in VIC files their own clock).")
    end: date = Field(description="Last day, YYYY-MM-DD, included.")

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.end < self.start:
            raise ValueError(f"a period ends before it starts: {self.start} to {self.end}")
        return self

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1

    def by_year(self) -> list["Period"]:
        """The period cut at the turns of the years."""
        return [
            Period(start=max(self.start, date(y, 1, 1)), end=min(self.end, date(y, 12, 31)))
            for y in self.years
        ]

    @property
    def years(self) -> list[int]:
        """The calendar years that hold a day of the period."""
        return list(range(self.start.year, self.end.year + 1))

    @property
    def slice(self) -> slice:
        """Label slice for a daily time axis."""
        return slice(self.start.isoformat(), self.end.isoformat())


class LearningPeriods(Settings):
    """What those stretches of the record are for that methods may see."""

    warmup: Period = Field(description="Simulated to spin VIC's states up; never scored.")
    train: Period = Field(description="Learned from; normalisation constants come from here.")
    validation: Period | None = Field(
        None,
        description="Chooses among epochs and hyper-parameters; needed by methods that learn in "
        "epochs.",
    )

    @property
    def record(self) -> Period:
        """Everything that is simulated, in one continuous run."""
        return Period(start=self.warmup.start, end=self.scored.end)

    @property
    def scored(self) -> Period:
        """From the first day after the warm-up that serves a purpose to the last."""
        purposes = [p for n, p in self.named.items() if n != "warmup"]
        return Period(start=min(p.start for p in purposes), end=max(p.end for p in purposes))

    @property
    def named(self) -> dict[str, Period]:
        """The periods that are given, by name."""
        given = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: period for name, period in given.items() if period is not None}

    @property
    def learning(self) -> Period:
        """Warm-up and training, in one continuous run."""
        return Period(start=self.warmup.start, end=self.train.end)


class Periods(LearningPeriods):
    """What each stretch of the record is for."""

    test: Period = Field(description="Looked at once, for the scores that are printed.")

    @property
    def without_test(self) -> LearningPeriods:
        """The periods that methods may see."""
        return LearningPeriods(warmup=self.warmup, train=self.train, validation=self.validation)

    @model_validator(mode="after")
    def _do_not_overlap(self) -> Self:
        named = sorted(((p, n) for n, p in self.named.items()), key=lambda pair: pair[0].start)
        if named[0][1] != "warmup":
            raise ValueError(
                f"the warm-up must come first, but {named[0][1]} starts at {named[0][0].start}"
            )
        for (before, a), (after, b) in pairwise(named):
            if after.start <= before.end:
                raise ValueError(
                    f"{a} ({before.start} to {before.end}) and {b} ({after.start} to "
                    f"{after.end}) overlap; a day serves one purpose only"
                )
        return self
