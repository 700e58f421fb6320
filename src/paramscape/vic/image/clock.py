"""VIC's time: the numbers in its files, and the alarms that end its intervals."""

import math
from dataclasses import dataclass, field
from datetime import timedelta

import cftime

ORIGIN = "0001-01-01 00:00:00"
EPSILON = 2.0**-52
UNITS = {"seconds": 86400.0, "minutes": 1440.0, "hours": 24.0, "days": 1.0}
MIXED = ("standard", "gregorian")
SOLAR = (*MIXED, "proleptic_gregorian", "julian")
FIXED_DURATIONS = {
    "NSECONDS": timedelta(seconds=1),
    "NMINUTES": timedelta(minutes=1),
    "NHOURS": timedelta(hours=1),
    "NDAYS": timedelta(days=1),
}
COUNTED = ("NSTEPS", *FIXED_DURATIONS, "NMONTHS", "NYEARS")
FREQUENCIES = (*COUNTED, "DATE", "END", "NEVER")


def time_number(date: cftime.datetime, units: str) -> float:
    """A date as `units` since 0001-01-01 00:00:00, equal to VIC's number to the last digit.

    Its Julian days (Meeus 1998, Astronomical Algorithms, p. 63) have a resolution of 5e-10 days,
    which is visible in the microseconds.
    """
    origin = cftime.datetime(1, 1, 1, calendar=date.calendar)
    return (_julian_day(date) - _julian_day(origin)) * UNITS[units]


def _julian_day(date: cftime.datetime) -> float:
    seconds = date.hour * 3600 + date.minute * 60 + date.second
    day = date.day + seconds / 86400.0
    year, month = date.year, date.month
    if date.calendar == "360_day":
        return 360.0 * (year + 4716) + 30.0 * (month - 1) + day
    if month < 3:
        year, month = year - 1, month + 12
    months = math.floor(30.6001 * (month + 1))
    if date.calendar not in SOLAR:
        length = 366.0 if date.calendar in ("all_leap", "366_day") else 365.0
        return length * (year + 4716) + months + day - 1524.5
    julian = 365.0 * year + math.floor(0.25 * year + 2000.0) + months + day + 1718994.5
    century = year // 100
    gregorian = date.calendar == "proleptic_gregorian"
    if gregorian or (date.calendar in MIXED and julian >= 2299170.5):
        julian += 2 - century + century // 4
    return julian + max(EPSILON, EPSILON * julian)


@dataclass(frozen=True)
class Frequency:
    """An AGGFREQ or HISTFREQ: one of FREQUENCIES, and its count or date."""

    kind: str
    count: int = 1
    date: tuple[int, int, int] | None = None  # of DATE: year, month, day


@dataclass
class Alarm:
    """An alarm that rings in the step that completes an interval, by VIC's rules.

    Intervals follow each other from the start of the run. NSTEPS counts how often `count` was
    raised since the last reset; the others compare the start of the step with the start of the
    last step of the interval. DATE rings once, END and NEVER never.
    """

    frequency: Frequency
    start: cftime.datetime
    step: timedelta
    count: int = 0
    due: cftime.datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        if self.frequency.kind == "DATE":
            self.due = cftime.datetime(*self.frequency.date, calendar=self.start.calendar)
        else:
            self.reset(self.start - self.step)

    def rings(self, now: cftime.datetime) -> bool:
        """Whether the step that starts `now` completes the interval."""
        if self.frequency.kind == "NSTEPS":
            return self.count == self.frequency.count
        return self.due is not None and now == self.due

    def reset(self, now: cftime.datetime) -> None:
        """Begin the next interval after the step that starts `now`."""
        self.count = 0
        kind, count = self.frequency.kind, self.frequency.count
        if kind in FIXED_DURATIONS:
            self.due = now + FIXED_DURATIONS[kind] * count
        elif kind == "NMONTHS":
            self.due = _months_later(now + self.step, count) - self.step
        elif kind == "NYEARS":
            self.due = _months_later(now, 12 * count)


def _months_later(date: cftime.datetime, months: int) -> cftime.datetime:
    index = date.year * 12 + date.month - 1 + months
    try:
        return date.replace(year=index // 12, month=index % 12 + 1)
    except ValueError:
        raise ValueError(
            f"{months} months after {date} there is no such day; start the run on another day of "
            "the month, or choose another AGGFREQ or HISTFREQ"
        ) from None
