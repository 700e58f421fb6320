"""Units are understood in the spellings of udunits, ECMWF, CDO, slashes and words."""

import pytest

from paramscape.study.unit_text import parse_unit

RATE, POWER, PRESSURE = (1, -2, -1, 0), (1, 0, -3, 0), (1, -1, -2, 0)


@pytest.mark.parametrize(
    "text",
    ["kg m-2 s-1", "kg m**-2 s**-1", "kg m^-2 s^-1", "kg m^{-2} s^{-1}", "kg/m2/s", "kg/m^2/s",
     "kg/(m2 s)", "kg/m2s", "kg.m-2.s-1", "kg·m⁻²·s⁻¹", "KG M-2 S-1", " kg  m-2 s-1 "],
)  # fmt: skip
def test_one_unit_has_many_spellings(text):
    assert parse_unit(text) == (1.0, 0.0, RATE)


@pytest.mark.parametrize(
    ("text", "factor", "powers"),
    [
        ("mm/day", 1e-3 / 86400, (0, 1, -1, 0)),
        ("mm per hour", 1e-3 / 3600, (0, 1, -1, 0)),
        ("mm (3h)-1", 1e-3 / 10800, (0, 1, -1, 0)),
        ("mm/3hr", 1e-3 / 10800, (0, 1, -1, 0)),
        ("m of water equivalent", 1.0, (0, 1, 0, 0)),
        ("10^-3 m", 1e-3, (0, 1, 0, 0)),
        ("0.1 mm", 1e-4, (0, 1, 0, 0)),
        ("hPa", 100.0, PRESSURE),
        ("millibars", 100.0, PRESSURE),
        ("watts/meter2", 1.0, POWER),
        ("MJ m-2 day-1", 1e6 / 86400, POWER),
        ("J m**-2", 1.0, (1, 0, -2, 0)),
        ("km/h", 1 / 3.6, (0, 1, -1, 0)),
        ("knots", 1852 / 3600, (0, 1, -1, 0)),
        ("K", 1.0, (0, 0, 0, 1)),
    ],
)
def test_sizes_are_those_of_the_si(text, factor, powers):
    unit = parse_unit(text)
    assert unit.powers == powers
    assert unit.factor == pytest.approx(factor, rel=1e-14)


@pytest.mark.parametrize("text", ["C", "degC", "deg C", "degrees_Celsius", "°C", "Celsius"])
def test_celsius_has_its_zero_at_the_freezing_point(text):
    assert parse_unit(text) == (1.0, 273.15, (0, 0, 0, 1))


def test_fahrenheit_meets_celsius_at_minus_forty():
    fahrenheit = parse_unit("degF")
    assert -40 * fahrenheit.factor + fahrenheit.offset == pytest.approx(233.15, abs=1e-12)


@pytest.mark.parametrize("text", ["", "foo", "mm 3h-1", "mm/fortnight", "(mm", "kg m-2 s-1)"])
def test_what_is_no_unit_has_no_meaning(text):
    assert parse_unit(text) is None
