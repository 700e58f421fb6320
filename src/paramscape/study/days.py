"""Days of periods, and periods as positions on a daily time axis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from paramscape.study.time import Period


def days_of(period: Period) -> np.ndarray:
    """(day,) datetime64 of a period."""
    first = np.datetime64(period.start, "D")
    return (first + np.arange(period.days)).astype("datetime64[ns]")


@dataclass(frozen=True)
class DayAxis:
    """A time axis of consecutive days.

    first_day: of the axis. length: number of days. data: what lies on the axis, for messages.
    """

    first_day: date
    length: int
    data: str = "the data"

    @classmethod
    def of(cls, times: np.ndarray, data: str = "the data") -> DayAxis:
        """The axis of times (day,) as datetime64.

        Raises:
            ValueError: if there is no day, or if the days do not follow each other.
        """
        days = np.asarray(times).astype("datetime64[D]")
        if not days.size:
            raise ValueError(f"{data} must have at least one day, but its time axis is empty")
        expected = days[0] + np.arange(len(days))
        if not np.array_equal(days, expected):
            place = int((days != expected).argmax())
            raise ValueError(
                f"{data} must have every day once and in order, but {days[place]} follows "
                f"{days[place - 1]} at position {place} of its time axis"
            )
        return cls(days[0].item(), len(days), data)

    @property
    def last_day(self) -> date:
        """The last day of the axis."""
        return self.first_day + timedelta(self.length - 1)

    def slice(self, period: Period, before: int = 0) -> slice:
        """A period as positions on the axis.

        Args:
            period: the days.
            before: days that are needed before the period; the slice does not hold them.

        Raises:
            ValueError: if the axis lacks a day of the period or one that is needed before it.
        """
        first = (period.start - self.first_day).days
        if first < before or first + period.days > self.length:
            needed = period.start - timedelta(before)
            raise ValueError(
                f"{self.data} must have every day from {needed} to {period.end}, but has "
                f"{self.length} days from {self.first_day} to {self.last_day}; prepare more days "
                "or choose shorter periods"
            )
        return slice(first, first + period.days)
