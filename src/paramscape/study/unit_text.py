"""The grammar of `units` attributes: what a spelling means, in SI base units."""

import re
from typing import NamedTuple

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−", "0123456789-+-")
_CELSIUS = ("c", "degc", "celsius", "°c", "degreec", "degreesc", "degreecelsius", "degreescelsius")
_FAHRENHEIT = (
    "f", "degf", "fahrenheit", "°f", "degreef", "degreesf", "degreefahrenheit", "degreesfahrenheit",
)  # fmt: skip
# (kilogram, metre, second, kelvin) exponents and size.
_BASE: dict[tuple[str, ...], tuple[float, tuple[int, int, int, int]]] = {
    ("kg", "kilogram", "kilograms"): (1.0, (1, 0, 0, 0)),
    ("g", "gram", "grams"): (1e-3, (1, 0, 0, 0)),
    ("m", "meter", "meters", "metre", "metres"): (1.0, (0, 1, 0, 0)),
    ("cm", "centimeter", "centimeters", "centimetre", "centimetres"): (1e-2, (0, 1, 0, 0)),
    ("mm", "millimeter", "millimeters", "millimetre", "millimetres"): (1e-3, (0, 1, 0, 0)),
    ("km", "kilometer", "kilometers", "kilometre", "kilometres"): (1e3, (0, 1, 0, 0)),
    ("in", "inch", "inches"): (0.0254, (0, 1, 0, 0)),
    ("ft", "foot", "feet"): (0.3048, (0, 1, 0, 0)),
    ("mi", "mile", "miles"): (1609.344, (0, 1, 0, 0)),
    ("l", "liter", "liters", "litre", "litres"): (1e-3, (0, 3, 0, 0)),
    ("s", "sec", "secs", "second", "seconds"): (1.0, (0, 0, 1, 0)),
    ("min", "mins", "minute", "minutes"): (60.0, (0, 0, 1, 0)),
    ("h", "hr", "hrs", "hour", "hours"): (3600.0, (0, 0, 1, 0)),
    ("d", "day", "days"): (86400.0, (0, 0, 1, 0)),
    ("k",): (1.0, (0, 0, 0, 1)),
    ("pa", "pascal", "pascals"): (1.0, (1, -1, -2, 0)),
    ("hpa", "mb", "mbar", "mbars", "millibar", "millibars", "hectopascal", "hectopascals"): (
        1e2, (1, -1, -2, 0),
    ),
    ("kpa", "kilopascal", "kilopascals", "cbar", "cb"): (1e3, (1, -1, -2, 0)),
    ("bar", "bars"): (1e5, (1, -1, -2, 0)),
    ("atm", "atmosphere", "atmospheres"): (101325.0, (1, -1, -2, 0)),
    ("mmhg", "torr"): (133.322387415, (1, -1, -2, 0)),
    ("w", "watt", "watts"): (1.0, (1, 2, -3, 0)),
    ("kw", "kilowatt", "kilowatts"): (1e3, (1, 2, -3, 0)),
    ("j", "joule", "joules"): (1.0, (1, 2, -2, 0)),
    ("kj", "kilojoule", "kilojoules"): (1e3, (1, 2, -2, 0)),
    ("mj", "megajoule", "megajoules"): (1e6, (1, 2, -2, 0)),
    ("cal", "calorie", "calories"): (4.184, (1, 2, -2, 0)),
    ("kt", "kts", "kn", "knot", "knots"): (1852.0 / 3600.0, (0, 1, -1, 0)),
    ("mph",): (0.44704, (0, 1, -1, 0)),
    ("kph", "kmh"): (1.0 / 3.6, (0, 1, -1, 0)),
    ("%", "percent"): (1e-2, (0, 0, 0, 0)),
}  # fmt: skip
_KNOWN = {name: unit for names, unit in _BASE.items() for name in names}
_FACTOR = re.compile(
    r"\s*(?:\((?P<group>[^()]*)\)|(?P<number>\d+(?:\.\d*)?(?:e[-+]?\d+)?)|(?P<name>[a-z_%]+))"
    r"(?:\^\((?P<bracket>[-+]?\d+)\)|\^?(?P<power>[-+]?\d+))?"
)


class Unit(NamedTuple):
    """A number x in this unit is `x * factor + offset` in SI base units.

    powers: exponents of kilogram, metre, second and kelvin.
    """

    factor: float
    offset: float
    powers: tuple[int, int, int, int]


def parse_unit(text: str) -> Unit | None:
    """The unit that a spelling means, None where it is none that is known.

    Spellings are those of udunits ("kg m-2 s-1"), of ECMWF and CDO ("kg m**-2 s**-1"), of slashes
    ("kg/m2/s", "kg/(m2 s)") and words ("mm per day"), in any case of letters. What is attached to
    the unit after a slash without a blank is divided by as well: "kg/m2s" is "kg m-2 s-1".
    """
    plain = _plain(text)
    word = re.sub(r"[ _.]", "", plain)
    if word in _CELSIUS:
        return Unit(1.0, 273.15, (0, 0, 0, 1))
    if word in _FAHRENHEIT:
        return Unit(5.0 / 9.0, 273.15 - 32.0 * 5.0 / 9.0, (0, 0, 0, 1))
    if word in (
        "kelvin",
        "kelvins",
        "degk",
        "°k",
        "degreek",
        "degreesk",
        "degreekelvin",
        "degreeskelvin",
    ):
        return Unit(1.0, 0.0, (0, 0, 0, 1))
    if plain in ("1", "-", "none", "unitless", "dimensionless", "fraction"):
        return Unit(1.0, 0.0, (0, 0, 0, 0))
    return _quotient(plain)


def _plain(text: str) -> str:
    """Lower case, one blank between factors, exponents as `^` or attached."""
    lowered = text.strip().translate(_SUPERSCRIPTS).lower().replace("**", "^")
    lowered = re.sub(r"\s*\bof water( equivalent)?\b", "", lowered)
    lowered = re.sub(r"[·⋅×*]", " ", lowered).translate({ord(mark): None for mark in "{}$"})
    lowered = re.sub(r"(?<=[a-z0-9)])\.(?=[a-z(])", " ", lowered)
    return re.sub(r"\s+", " ", lowered).strip()


def _quotient(text: str) -> Unit | None:
    """Factors divided by what follows each slash, up to the next blank outside brackets."""
    first, *others = re.split(r"\s*/\s*|\s*\bper\b\s*", text)
    parts = [(first, 1)]
    for other in others:
        divisor = re.match(r"\([^()]*\)\S*|\S*", other)
        parts += [(divisor.group(), -1), (other[divisor.end() :], 1)]
    units = [(_product(part), sign) for part, sign in parts if part.strip()]
    if not units or any(unit is None for unit, _ in units):
        return None
    factor, powers = 1.0, (0, 0, 0, 0)
    for unit, sign in units:
        factor *= unit.factor**sign
        powers = tuple(p + sign * q for p, q in zip(powers, unit.powers, strict=True))
    return Unit(factor, 0.0, powers)


def _product(text: str) -> Unit | None:
    """The product of factors such as `m-2`, `(3 h)-1` or, in front, a number."""
    factor, powers, position = 1.0, (0, 0, 0, 0), 0
    while position < len(text.rstrip()):
        found = _FACTOR.match(text, position)
        if found is None or (found["number"] and position):
            return None
        if found["number"]:
            unit = Unit(float(found["number"]), 0.0, (0, 0, 0, 0))
        elif found["group"] is not None:
            unit = _product(found["group"])
        else:
            unit = (
                Unit(_KNOWN[found["name"]][0], 0.0, _KNOWN[found["name"]][1])
                if (found["name"] in _KNOWN)
                else None
            )
        if unit is None:
            return None
        power = int(found["bracket"] or found["power"] or 1)
        factor *= unit.factor**power
        powers = tuple(p + power * q for p, q in zip(powers, unit.powers, strict=True))
        position = found.end()
    return Unit(factor, 0.0, powers)
