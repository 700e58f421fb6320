"""Periods are positions on a daily time axis."""

from datetime import date

import numpy as np
import pytest

from paramscape.study import Period
from paramscape.study.days import DayAxis, days_of

AXIS = DayAxis(date(2000, 2, 27), 10, "the forcing")
LEAP = Period(start=date(2000, 2, 28), end=date(2000, 3, 1))


def test_a_period_is_cut_out_of_the_axis_with_its_leap_day():
    days = AXIS.slice(LEAP)
    assert days == slice(1, 4)
    whole = days_of(Period(start=AXIS.first_day, end=AXIS.last_day))
    assert len(whole) == AXIS.length and AXIS.last_day == date(2000, 3, 7)
    np.testing.assert_array_equal(whole[days], days_of(LEAP))


def test_the_whole_axis_is_a_period_of_itself():
    assert AXIS.slice(Period(start=AXIS.first_day, end=AXIS.last_day)) == slice(0, 10)


@pytest.mark.parametrize(
    ("start", "end", "before"),
    [
        (date(2000, 2, 26), date(2000, 2, 28), 0),
        (date(2000, 3, 7), date(2000, 3, 8), 0),
        (date(2000, 2, 28), date(2000, 3, 1), 2),
    ],
)
def test_a_period_that_leaves_the_axis_is_refused_with_the_days_of_both(start, end, before):
    needed = date.fromordinal(start.toordinal() - before)
    message = (
        f"the forcing must have every day from {needed} to {end}, but has 10 days from 2000-02-27 "
        "to 2000-03-07; prepare more days"
    )
    with pytest.raises(ValueError, match=message):
        AXIS.slice(Period(start=start, end=end), before)


def test_days_before_a_period_may_be_all_that_the_axis_has():
    assert AXIS.slice(LEAP, before=1) == slice(1, 4)


def test_the_axis_of_daily_times_is_found_whatever_their_resolution():
    for unit in ("D", "h", "ns"):
        assert DayAxis.of(days_of(LEAP).astype(f"datetime64[{unit}]")) == DayAxis(LEAP.start, 3)


@pytest.mark.parametrize("order", [[0, 2, 3], [0, 1, 1, 2], [1, 0, 2]])
def test_days_that_do_not_follow_each_other_are_refused_with_their_place(order):
    times = np.datetime64("2000-02-27") + np.array(order)
    with pytest.raises(ValueError, match="every day once and in order"):
        DayAxis.of(times, "the forcing")


def test_an_axis_without_days_is_refused():
    with pytest.raises(ValueError, match="the forcing must have at least one day"):
        DayAxis.of(np.array([], "datetime64[D]"), "the forcing")
