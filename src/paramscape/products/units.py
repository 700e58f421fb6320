"""The one table of units: what a `units` attribute says, and how its numbers become ours."""

import re
from pathlib import Path

import numpy as np

from .errors import ProductError

_WATTS = ("w m-2", "w/m2", "watt m-2", "watt/m2", "watts m-2")
_PER_DAY = ("mm d-1", "mm/d", "mm day-1", "mm/day", "mm.day-1", "kg m-2 d-1", "kg m-2 day-1")
_PER_SECOND = ("kg m-2 s-1", "kg/m2/s", "kg/m2s", "kg/(m2 s)", "mm s-1", "mm/s")
_PER_HOUR = ("mm h-1", "mm hr-1", "mm/h", "mm/hr", "mm hour-1", "mm/hour")
_VOLUME = ("m3 m-3", "m3/m3", "cm3 cm-3", "cm3/cm3", "mm3 mm-3", "mm3/mm3")
_ONE = ("1", "-", "none", "unitless", "dimensionless", "fraction", "")
_PERCENT = ("%", "percent", "percentage", "g/100g", "g/100 g", "g (100 g)-1", "% of weight")

_TABLE: dict[str, dict[tuple[str, ...], tuple[float, float]]] = {
    "C": {
        ("c", "degc", "deg c", "deg_c", "degree_celsius", "degrees_celsius", "celsius", "°c"): (
            1,
            0,
        ),
        ("k", "kelvin", "degk", "deg k"): (1, -273.15),
    },
    "kPa": {
        ("kpa", "kilopascal", "kilopascals"): (1, 0),
        ("pa", "pascal", "pascals"): (1e-3, 0),
        ("hpa", "mb", "mbar", "millibar", "millibars"): (0.1, 0),
    },
    "W m-2": {_WATTS: (1, 0)},
    "kg kg-1": {("kg kg-1", "kg/kg", *_ONE): (1, 0), ("g kg-1", "g/kg"): (1e-3, 0)},
    "m s-1": {("m s-1", "m/s", "meter/second", "meters per second"): (1, 0)},
    "mm h-1": {_PER_HOUR: (1, 0), _PER_SECOND: (3600, 0)},
    "mm": {
        ("mm", "kg m-2", "kg/m2", "mm/step", "mm step-1", "mm timestep-1", "mm/timestep"): (1, 0),
        ("m",): (1000, 0),
    },
    "mm d-1": {_PER_DAY: (1, 0), _PER_SECOND: (86400, 0), _PER_HOUR: (24, 0)},
    "m3 m-3": {(*_VOLUME, *_ONE): (1, 0), _PERCENT: (0.01, 0)},
    "m": {
        ("m", "meter", "meters", "metre", "metres", "m a.s.l.", "masl"): (1, 0),
        ("km", "kilometers", "kilometres"): (1000, 0),
    },
    "cm": {("cm", "centimeter", "centimeters"): (1, 0), ("m",): (100, 0), ("mm",): (0.1, 0)},
    "cm d-1": {
        ("cm d-1", "cm/d", "cm day-1", "cm/day"): (1, 0),
        ("mm d-1", "mm/d", "mm day-1", "mm/day"): (0.1, 0),
    },
    "%": {_PERCENT: (1, 0)},
    "g cm-3": {("g cm-3", "g/cm3"): (1, 0), ("kg m-3", "kg/m3"): (1e-3, 0)},
    "1": {_ONE: (1, 0), _PERCENT: (0.01, 0)},
}


def conversion(units: str | None, to: str, file: Path | str, variable: str) -> tuple[float, float]:
    """Factor and offset that take numbers in `units` to the unit `to`.

    A missing attribute counts as a pure number.

    Raises:
        ProductError: if the table has no way from `units` to `to`.
    """
    spelt = _plain(units or "")
    for names, rule in _TABLE[to].items():
        if spelt in names:
            return rule
    known = ", ".join(repr(n) for names in _TABLE[to] for n in names)
    said = "there is no units attribute" if units is None else f"the units attribute is {units!r}"
    raise ProductError(
        f"{said}, from which there is no known way to {to!r}",
        file,
        variable,
        cure=f"correct the attribute if it is wrong (known here: {known})",
    )


def convert(
    values: np.ndarray, units: str | None, to: str, file: Path | str, variable: str
) -> np.ndarray:
    """`values` in the unit `to`, of the same floating type; NaN stays NaN.

    Raises:
        ProductError: if the unit is unknown.
    """
    factor, offset = conversion(units, to, file, variable)
    if factor == 1 and offset == 0:
        return values
    return values * values.dtype.type(factor) + values.dtype.type(offset)


def _plain(units: str) -> str:
    """Lower case, single blanks, no powers written with `^` or `**`."""
    text = re.sub(r"\*\*|\^", "", units.strip().lower())
    text = re.sub(r"\s*/\s*", "/", text)
    return re.sub(r"\s+", " ", text)
