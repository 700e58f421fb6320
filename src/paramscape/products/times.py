"""Decoding of time axes (`units`, `calendar`) to moments in UTC."""

import re
from dataclasses import dataclass
from functools import cached_property

import cftime
import numpy as np

from paramscape.products.errors import ProductError
from paramscape.products.packing import Place

CIVIL = ("standard", "gregorian", "proleptic_gregorian")
"""Calendars whose days are those of the weather."""

_REFERENCE = re.compile(
    r"(?P<unit>[a-z]+)\s+since\s+(?P<year>[+-]?\d{1,5})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[t\s]\s*(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2}(?:\.\d*)?))?)?"
    r"\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-]\d{1,2}:?(?:\d{2})?)?)?"
)
_SECONDS = {
    "microsecond": 1e-6, "us": 1e-6, "millisecond": 1e-3, "ms": 1e-3, "msec": 1e-3,
    "second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "h": 3600,
    "day": 86400, "d": 86400,
}  # fmt: skip
_CFTIME = {1e-6: "microseconds", 1e-3: "milliseconds", 1: "seconds", 60: "minutes", 3600: "hours"}
_MIDDLE, _REACH = np.datetime64("1970-01-01", "s"), np.timedelta64(290 * 365, "D")
_COARSE = np.timedelta64(30, "m")
_CURE = "write times such as 'days since 2000-01-01 00:00:00' in the calendar 'standard'"


def is_time(units: str) -> bool:
    """Whether a `units` attribute counts time since a reference, or writes dates as numbers."""
    words = units.lower().split()
    return "since" in words[1:2] or (words[1:2] == ["as"] and "%" in units)


@dataclass(frozen=True)
class TimeAxis:
    """How the numbers of a time axis become moments.

    units, calendar: the attributes; place: file and variable, for messages.

    Raises:
        ProductError: if the units cannot be read for certain, or the calendar has other days
            than the weather.
    """

    units: str
    calendar: str
    place: Place

    def __post_init__(self) -> None:
        calendar = self.calendar.strip().lower() or "standard"
        object.__setattr__(self, "calendar", calendar)
        if calendar not in CIVIL:
            self._refuse(
                f"the calendar is {self.calendar!r}; only {', '.join(CIVIL)} have real days",
                "take files with the civil calendar",
            )
        if not self._is_absolute:
            self._require_clear_units()

    @property
    def zone(self) -> np.timedelta64:
        """What the file's local time is ahead of UTC."""
        text = "" if self._is_absolute else self._parts["zone"] or ""
        found = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", text)
        if found is None:
            return np.timedelta64(0, "m")
        minutes = 60 * int(found[2]) + int(found[3] or 0)
        return np.timedelta64(-minutes if found[1] == "-" else minutes, "m")

    def decode(self, values: np.ndarray) -> np.ndarray:
        """Moments in UTC, datetime64[ns] to the second, of the axis's numbers, any shape.

        Raises:
            ProductError: if numbers are missing, too coarse, or no dates of the calendar.
        """
        if not np.isfinite(values).all():
            self._refuse("the time axis has missing values", "give every record its time")
        if self._is_absolute:
            return _of_dates(values, self)
        year, month, day = (int(self._parts[n]) for n in ("year", "month", "day"))
        seconds = _SECONDS[self._unit]
        clock = ":".join(self._parts[n] or "0" for n in ("hour", "minute", "second"))
        units = f"{_CFTIME.get(seconds, 'days')} since {year:04d}-{month:02d}-{day:02d} {clock}"
        try:
            dates = cftime.num2date(values.astype("f8"), units, self.calendar)
            moments = np.array([np.datetime64(d.isoformat(), "us") for d in np.ravel(dates)])
        except (ValueError, OverflowError) as error:
            self._refuse(f"times in {self.units!r} cannot be decoded ({error})")
        moments = moments.reshape(np.shape(values)).astype("M8[us]") + np.timedelta64(500_000, "us")
        moments = moments.astype("M8[s]")
        if (np.abs(moments - _MIDDLE) > _REACH).any():
            worst = moments.flat[np.abs(moments - _MIDDLE).argmax()]
            self._refuse(f"times in {self.units!r} reach to {worst}", "correct units or numbers")
        moments = moments.astype("M8[ns]") - self.zone
        return self._snapped(moments, values, seconds)

    def _snapped(self, moments: np.ndarray, values: np.ndarray, seconds: float) -> np.ndarray:
        """Moments freed from the rounding of 32-bit floats, to the half hour where it is near."""
        if values.dtype != np.float32 or values.size == 0:
            return moments
        grain = float(np.spacing(np.abs(values).max())) * seconds
        if grain <= 1:
            return moments
        if grain > 1800:
            if seconds == 86400 and (values * 2 % 1 == 0).all():
                return moments
            self._refuse(
                f"its 32-bit numbers in {self.units!r} are only good to {grain / 3600:.1f} hours",
                "write time as 64-bit numbers, or since a later date",
            )
        whole = moments.astype("M8[m]") + _COARSE / 2
        near = (whole.astype("i8") // 30 * 30).astype("M8[m]").astype("M8[ns]")
        slack = np.timedelta64(int(np.ceil(grain / 2)), "s")
        return np.where(np.abs(moments - near) <= slack, near, moments)

    @cached_property
    def _is_absolute(self) -> bool:
        return self.units.lower().split()[1:2] == ["as"]

    @cached_property
    def _parts(self) -> dict[str, str | None]:
        found = _REFERENCE.fullmatch(" ".join(self.units.lower().split()))
        if found is None:
            self._refuse(f"times in {self.units!r} cannot be read for certain")
        return found.groupdict()

    @property
    def _unit(self) -> str:
        unit = self._parts["unit"]
        return unit if unit in _SECONDS else unit.removesuffix("s")

    def _require_clear_units(self) -> None:
        if self._unit in ("month", "mon", "year", "yr", "common_year"):
            self._refuse(f"times in {self.units!r}: months and years differ in length")
        if self._unit not in _SECONDS:
            self._refuse(f"times in {self.units!r}: {self._parts['unit']!r} is not a unit of time")
        if int(self._parts["year"]) == 0 and self.calendar != "proleptic_gregorian":
            self._refuse(
                f"times in {self.units!r}: the calendar {self.calendar!r} has no year 0, and "
                "programs differ in what they take it for"
            )

    def _refuse(self, problem: str, cure: str = _CURE) -> None:
        raise ProductError(problem, *self.place, cure=cure)


def _of_dates(values: np.ndarray, axis: TimeAxis) -> np.ndarray:
    """Moments of numbers such as 20080611.5, in `day as %Y%m%d.%f`."""
    form = "".join(axis.units.lower().split()[2:3])
    if form not in ("%y%m%d.%f", "%y%m%d"):
        axis._refuse(f"times in {axis.units!r} are not dates of days")
    if values.dtype == np.float32:
        axis._refuse("32-bit numbers cannot hold dates such as 20080611.5")
    dates = np.floor(values + 1e-6).astype("i8")
    shares = values - dates
    text = [f"{d // 10000:04d}-{d // 100 % 100:02d}-{d % 100:02d}" for d in np.ravel(dates)]
    try:
        days = np.array(text, "M8[D]").reshape(np.shape(values))
    except ValueError as error:
        axis._refuse(f"times in {axis.units!r} cannot be decoded ({error})")
    seconds = np.round(shares * 86400).astype("m8[s]")
    return days.astype("M8[s]").astype("M8[ns]") + seconds
