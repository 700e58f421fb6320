"""Which day a record belongs to, and daily values of several records a day."""

import re
from dataclasses import dataclass

import numpy as np

from paramscape.products.errors import ProductError
from paramscape.products.netcdf_reader import ProductFile, moment
from paramscape.study import Period

_DAY, _MINUTE = np.timedelta64(1, "D"), np.timedelta64(1, "m")
_HOUR = np.timedelta64(1, "h")
_SHORTEST_DAY, _LONGEST_DAY = 20.0, 28.0  # [h]; records of less are parts of a day
_OF_VIC = "OUT_"  # VIC's own variables, whose time is the start of their interval
_COVER = 0.1  # [h] by which the records of a day may miss or exceed it
_MONTHLY = "give daily records; days without observation may be left out"
_BOUNDS = (
    "write when a record starts and ends, as `bounds` of the time axis (`cdo settbounds,hour` or "
    "`settbounds,day` where the times lie within the records)"
)


@dataclass(frozen=True)
class RecordDays:
    """The records of a file in order of time, and the days that they belong to.

    index: (n,) records in the file's order; days: (n,) datetime64[D] of UTC; hours: (n,) how long
    each lasts; several: whether several records make a day.
    """

    index: np.ndarray
    days: np.ndarray
    hours: np.ndarray
    several: bool

    def within(self, period: Period) -> "RecordDays":
        """The records of the days of a period."""
        first, last = np.datetime64(period.start, "D"), np.datetime64(period.end, "D")
        inside = (self.days >= first) & (self.days <= last)
        kept = (self.index[inside], self.days[inside], self.hours[inside])
        return RecordDays(*kept, self.several)


def time_method(cell_methods: str | None) -> str | None:
    """The statistic over time in CF's `cell_methods`: mean, sum, point, ..."""
    found = re.search(r"\btime\s*:\s*(?:[a-z_]+\s*:\s*)*([a-z_]+)", str(cell_methods or "").lower())
    return None if found is None else found[1]


def record_days(raw: ProductFile, variable: str, is_state: bool) -> RecordDays:
    """The days of a variable's records, by the bounds of the time axis where it has some.

    A daily record belongs to the day that holds most of it. Without bounds it belongs to the day
    of its time, in the file's own time zone; several records a day, or accumulations, need bounds
    where a time at 00:00 may be the end of one day or the start of the next (VIC's is the start).

    Args:
        raw: an open file with a time axis.
        variable: name, for `cell_methods` and messages.
        is_state: whether it is a state, such as soil moisture, which needs no bounds.

    Raises:
        ProductError: if the day of a record is uncertain, a day comes twice, or a record is longer
            than a day.
    """
    method = time_method(raw.attributes(variable).get("cell_methods"))
    bounds = None if method == "point" else raw.time_bounds
    if bounds is not None and (bounds[:, 1] != bounds[:, 0]).any():
        return _by_bounds(raw, bounds)
    is_certain = is_state or method == "point" or variable.startswith(_OF_VIC)
    return _by_stamps(raw, variable, is_certain, method)


def daily_means(values: np.ndarray, records: RecordDays, last: bool) -> tuple[np.ndarray, ...]:
    """Daily values of records.

    Args:
        values: (n, lat, lon) of the records, rates or states.
        records: their days.
        last: whether a day has the value of its last record, else the mean over its hours.

    Returns:
        (day, lat, lon) values and (day,) datetime64[D]; NaN where any hour of a day is missing.
    """
    if not records.several:
        return values, records.days
    days, first = np.unique(records.days, return_index=True)
    hours = records.hours.astype(values.dtype)[:, None, None]
    totals = np.add.reduceat(values * hours, first)
    covered = np.add.reduceat(records.hours, first)
    ends = np.append(first[1:], records.days.size) - 1
    daily = np.where(np.isnan(totals), np.nan, values[ends]) if last else totals / 24
    daily[np.abs(covered - 24) > _COVER] = np.nan
    return daily.astype(values.dtype), days


def _by_bounds(raw: ProductFile, bounds: np.ndarray) -> RecordDays:
    _require_own_bounds(raw, bounds)
    index = np.flatnonzero(bounds[:, 1] > bounds[:, 0])
    index = index[np.argsort(bounds[index, 0], kind="stable")]
    start, end = bounds[index].T
    hours = (end - start) / _HOUR
    overlap = np.flatnonzero(start[1:] < end[:-1] - _MINUTE)
    if overlap.size:
        _refuse_twice(raw, start[overlap[0] + 1])
    if hours.max() > _LONGEST_DAY:
        at = int(hours.argmax())
        raise ProductError(
            f"a record lasts {hours[at] / 24:g} days; observations are daily",
            raw.path, "time", f"time {moment(start[at])} to {moment(end[at])}", _MONTHLY,
        )  # fmt: skip
    if hours.min() >= _SHORTEST_DAY:
        return RecordDays(index, _fullest_days(raw, start, end), hours, several=False)
    days = start.astype("M8[D]")
    crossing = np.flatnonzero(end > (days + 1).astype("M8[ns]") + _MINUTE)
    if crossing.size:
        at = crossing[0]
        raise ProductError(
            f"a record of {hours[at]:g} hours belongs to two days", raw.path, "time",
            f"time {moment(start[at])} to {moment(end[at])}",
            "give records that end at midnight (UTC), or one a day",
        )  # fmt: skip
    return RecordDays(index, days, hours, several=True)


def _fullest_days(raw: ProductFile, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The day that holds most of each record."""
    middle = start + (end - start) // 2
    days = middle.astype("M8[D]")
    into = middle - days.astype("M8[ns]")
    halved = np.flatnonzero((into < _MINUTE) | (into > _DAY - _MINUTE))
    if halved.size:
        at = halved[0]
        raise ProductError(
            "a record lies in two days by half each", raw.path, "time",
            f"time {moment(start[at])} to {moment(end[at])}", "give means over days of UTC",
        )  # fmt: skip
    twice = np.flatnonzero(np.diff(days) <= np.timedelta64(0))
    if twice.size:
        _refuse_twice(raw, days[twice[0] + 1])
    return days


def _require_own_bounds(raw: ProductFile, bounds: np.ndarray) -> None:
    wrong = (bounds[:, 1] < bounds[:, 0]) | (raw.time < bounds[:, 0] - _MINUTE)
    wrong |= raw.time > bounds[:, 1] + _MINUTE
    if wrong.any():
        at = int(wrong.argmax())
        start, end = bounds[at]
        raise ProductError(
            f"the bounds of record {at}, {moment(start)} to {moment(end)}, do not hold its time",
            raw.path, "time", f"time {moment(raw.time[at])}",
            "correct the bounds (they are in the units of the time axis), or remove the "
            "attribute `bounds`",
        )  # fmt: skip


def _by_stamps(raw: ProductFile, variable: str, is_certain: bool, method: str | None) -> RecordDays:
    index = np.argsort(raw.time, kind="stable")
    times = raw.time[index] + raw.time_axis.zone
    gaps = np.diff(times) / _HOUR
    if (gaps <= 0).any():
        _refuse_twice(raw, times[int((gaps <= 0).argmax()) + 1])
    days = times.astype("M8[D]")
    at_midnight = times == days.astype("M8[ns]")
    if gaps.size and gaps.min() < _SHORTEST_DAY:
        times = raw.time[index]
        return _parts_of_days(raw, index, times, is_certain)
    step_type = str(raw.attributes(variable).get("GRIB_stepType", "instant"))
    if step_type != "instant" and not is_certain and at_midnight.any():
        raise ProductError(
            f"the values are accumulated (GRIB_stepType {step_type!r}), so a time at 00:00 may be "
            "the end of the day before", raw.path, variable,
            f"time {moment(times[int(at_midnight.argmax())])}", _BOUNDS,
        )  # fmt: skip
    _require_single_days(raw, gaps, method)
    twice = np.flatnonzero(np.diff(days) <= np.timedelta64(0))
    if twice.size:
        _refuse_twice(raw, days[twice[0] + 1])
    return RecordDays(index, days, np.full(index.size, 24.0), several=False)


def _parts_of_days(
    raw: ProductFile, index: np.ndarray, times: np.ndarray, is_certain: bool
) -> RecordDays:
    """Records of less than a day, whose times must leave no doubt about their day."""
    step = float(np.min(np.diff(times) / _HOUR))
    days = times.astype("M8[D]")
    parts = np.diff(times) / _HOUR / step
    if np.abs(parts - np.round(parts)).max() > 1e-3 or abs(24 / step - round(24 / step)) > 1e-3:
        _refuse_twice(raw, days[int(np.argmax(np.diff(days) == np.timedelta64(0))) + 1])
    at_midnight = times == days.astype("M8[ns]")
    if at_midnight.any() and not is_certain:
        repeated = np.flatnonzero(np.diff(days) == np.timedelta64(0))
        day = days[repeated[0] + 1] if repeated.size else days[0]
        raise ProductError(
            f"day {day} comes twice or more (records every {step:g} hours), and without bounds "
            "a record at 00:00 may be the end of one day or the start of the next",
            raw.path, "time", f"time {moment(times[int(at_midnight.argmax())])}", _BOUNDS,
        )  # fmt: skip
    return RecordDays(index, days, np.full(index.size, step), several=True)


def _require_single_days(raw: ProductFile, gaps: np.ndarray, method: str | None) -> None:
    """Refuse means over several days, which a regular axis of longer steps suggests."""
    if not gaps.size or method == "point" or gaps.min() <= _LONGEST_DAY:
        return
    if gaps.max() - gaps.min() <= 3 * 24:
        raise ProductError(
            f"records follow each other by {gaps.min() / 24:g} to {gaps.max() / 24:g} days, "
            "so they may be means over all these days; observations are daily",
            raw.path, "time", f"time {moment(raw.time[0])}",
            f"{_MONTHLY}; mark single days with cell_methods 'time: point'",
        )  # fmt: skip


def _refuse_twice(raw: ProductFile, time: np.datetime64) -> None:
    raise ProductError(
        f"day {moment(time)[:10]} comes twice or out of order; observations are daily",
        raw.path, "time", f"time {moment(time)}", "sort the records and keep one a day",
    )  # fmt: skip
