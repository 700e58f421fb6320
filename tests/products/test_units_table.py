"""The table of units."""

import numpy as np
import pytest

from paramscape.products import ProductError
from paramscape.products.units import conversion, convert


@pytest.mark.parametrize(
    ("units", "to", "value", "expected"),
    [
        ("K", "C", 273.15, 0.0),
        ("degrees_Celsius", "C", -4.0, -4.0),
        ("Pa", "kPa", 101325.0, 101.325),
        ("hPa", "kPa", 1013.25, 101.325),
        ("mm hr-1", "mm h-1", 2.5, 2.5),
        ("kg m-2 s-1", "mm h-1", 1 / 3600, 1.0),
        ("kg m**-2 s**-1", "mm d-1", 1 / 86400, 1.0),
        ("mm.day-1", "mm d-1", 3.0, 3.0),
        ("kg m^-2", "mm", 4.0, 4.0),
        ("W / m2", "W m-2", 300.0, 300.0),
        ("cm^3/cm^3", "m3 m-3", 0.3, 0.3),
        ("%", "m3 m-3", 30.0, 0.3),
        ("kg/m3", "g cm-3", 1400.0, 1.4),
        ("g/100 g", "%", 40.0, 40.0),
        ("  kg   kg-1 ", "kg kg-1", 0.01, 0.01),
        ("degF", "C", 50.0, 10.0),
        ("m of water equivalent", "mm", 0.002, 2.0),
        ("kg m^-2 s^-1", "mm d-1", 1 / 86400, 1.0),
        ("millimeter/day", "mm d-1", 3.0, 3.0),
        ("mm per day", "mm d-1", 3.0, 3.0),
        ("L m-2 d-1", "mm d-1", 3.0, 3.0),
        ("kg/m^2/8day", "mm d-1", 24.0, 3.0),
        ("in/day", "mm d-1", 1.0, 25.4),
        ("m s-1", "mm d-1", 1e-8, 0.864),
        ("km2", "m2", 2.0, 2e6),
    ],
)
def test_one_quantity_has_many_spellings(units, to, value, expected):
    assert convert(np.array([value]), units, to, "f.nc", "v")[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("units", "to"),
    [
        ("mm/month", "mm d-1"),
        ("F", "C"),
        ("mm", "mm d-1"),
        ("m", "kPa"),
        ("m3 s-1", "mm d-1"),
        ("kg kg-1", "m3 m-3"),
        ("g/g", "m3 m-3"),
        ("%", "kg kg-1"),
        ("m3 m-3", "kg kg-1"),
    ],
)
def test_an_unknown_unit_stops_and_tells_what_is_known(units, to):
    with pytest.raises(ProductError) as error:
        conversion(units, to, "raw.nc", "v")
    for part in (repr(units), repr(to), "raw.nc", "variable: v", "known here"):
        assert part in str(error.value)


def test_only_a_pure_number_may_go_without_a_unit():
    assert conversion(None, "1", "f.nc", "v") == (1, 0)
    with pytest.raises(ProductError, match="no units attribute"):
        conversion(None, "C", "f.nc", "v")


def test_missing_values_and_precision_survive():
    values = convert(np.array([np.nan, 280.0], "f4"), "K", "C", "f.nc", "v")
    assert values.dtype == np.float32 and np.isnan(values[0])
