"""Moments of time axes as they occur; what cannot be read for certain is refused."""

import numpy as np
import pytest

from paramscape.products import ProductError
from paramscape.products.times import TimeAxis


def moments(units, numbers, calendar="standard"):
    axis = TimeAxis(units, calendar, ("raw.nc", "time"))
    return [str(t)[:16] for t in axis.decode(np.asarray(numbers))]


# Days from the reference to 2008-06-11 by the Julian day number, 2454628.5 on that midnight:
# 0001-01-01 is 1721425.5 in the proleptic and 1721423.5 in the standard (Julian) calendar,
# 0000-01-01 is 1721059.5 in the proleptic one.
@pytest.mark.parametrize(
    ("units", "calendar", "number"),
    [
        ("days since 0001-01-01 00:00:00", "proleptic_gregorian", 2454628.5 - 1721425.5),
        ("days since 0001-01-01 00:00:00", "standard", 2454628.5 - 1721423.5),
        ("days since 1-1-1 00:00:0.0", "gregorian", 2454628.5 - 1721423.5),
        ("days since 0000-01-01", "proleptic_gregorian", 2454628.5 - 1721059.5),
        ("hours since 0001-01-01", "Proleptic_Gregorian", 24 * (2454628.5 - 1721425.5)),
        ("days since 2008-06-01", "", 10),
        ("Days Since 2008-06-01", "STANDARD", 10),
        ("day since 2008-6-1", "standard", 10),
        ("hours since 2008-06-01T00:00:00Z", "standard", 240),
        ("hours since 2008-06-01 00:00:00 UTC", "standard", 240),
        ("hours since 2008-06-01 00:00:0.0", "standard", 240),
        ("hrs since 2008-06-01", "standard", 240),
        ("minutes since 2008-06-01 00:00", "standard", 14400),
        ("seconds since 1970-01-01", "standard", 1213142400),
        ("milliseconds since 1970-01-01", "standard", 1213142400000),
        ("hours since 2008-06-01 08:00:00 +08:00", "standard", 240),
        ("hours since 2008-06-01 08:00:00+0800", "standard", 240),
        ("hours since 2008-06-01 08:00:00 +8", "standard", 240),
        ("hours since 2008-05-31 17:00:00 -7:00", "standard", 240),
        ("day as %Y%m%d.%f", "standard", 20080611.0),
        ("day as %Y%m%d.%f", "proleptic_gregorian", 20080611),
    ],
)
def test_one_midnight_has_many_spellings(units, calendar, number):
    assert moments(units, [number], calendar) == ["2008-06-11T00:00"]


def test_absolute_dates_have_shares_of_a_day():
    assert moments("day as %Y%m%d.%f", [20080611.75]) == ["2008-06-11T18:00"]


@pytest.mark.parametrize("kind", ["i2", "u2", "i4", "i8", "f4", "f8"])
def test_numbers_may_be_of_any_type(kind):
    assert moments("days since 2008-06-01", np.array([0, 10], kind)) == [
        "2008-06-01T00:00",
        "2008-06-11T00:00",
    ]


def test_seconds_in_32_bits_are_taken_to_the_half_hour():
    seconds = 1213142400 + 86400 * np.arange(30)
    found = TimeAxis("seconds since 1970-01-01", "standard", ("f", "t")).decode(
        seconds.astype("f4")
    )
    np.testing.assert_array_equal(found, np.arange("2008-06-11", "2008-07-11", dtype="M8[D]"))


@pytest.mark.parametrize(
    ("units", "calendar", "numbers", "said"),
    [
        ("days since 2008-06-01", "noleap", [1], "calendar is 'noleap'"),
        ("days since 2008-06-01", "365_day", [1], "calendar is '365_day'"),
        ("days since 2008-06-01", "all_leap", [1], "calendar is 'all_leap'"),
        ("days since 2008-06-01", "360_day", [1], "calendar is '360_day'"),
        ("days since 2008-06-01", "julian", [1], "calendar is 'julian'"),
        ("days since 2008-06-01", "none", [1], "calendar is 'none'"),
        ("months since 2008-06-01", "standard", [1], "months and years differ"),
        ("years since 2008-06-01", "standard", [1], "months and years differ"),
        ("fortnights since 2008-06-01", "standard", [1], "not a unit of time"),
        ("days since 0000-01-01", "standard", [1], "no year 0"),
        ("days since 01-06-2008", "standard", [1], "cannot be read for certain"),
        ("days since 20080601", "standard", [1], "cannot be read for certain"),
        ("hours since 2008-06-01 00:00 MST", "standard", [1], "cannot be read for certain"),
        ("month as %Y%m.%f", "standard", [200806.5], "not dates of days"),
        ("day as %Y%m%d.%f", "standard", [20081301.0], "cannot be decoded"),
        ("days since 2008-06-01", "standard", [np.nan], "missing values"),
        ("days since 2008-06-01", "standard", [733202.0], "reach to 4015"),
        ("seconds since 0001-01-01", "standard", np.array([6.3e10], "f4"), "only good to"),
        ("day as %Y%m%d.%f", "standard", np.array([20080611], "f4"), "32-bit numbers"),
    ],
)
def test_what_cannot_be_told_is_refused_by_name(units, calendar, numbers, said):
    with pytest.raises(ProductError, match=rf"{said}[\s\S]*raw\.nc[\s\S]*variable: time"):
        moments(units, numbers, calendar)
