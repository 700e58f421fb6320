"""Conversion from the `units` attribute of a file to our units."""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from paramscape.products.errors import ProductError
from paramscape.study.unit_text import Unit, parse_unit

LATENT_HEAT = 2.45e6
"""Latent heat of vaporisation at 20 C [J kg-1] (Allen et al. 1998, FAO 56, equation 3-1)."""

_PERCENT = ("g/100g", "g/100 g", "g (100 g)-1", "% of weight", "percentage")
_SYNONYMS = {
    **dict.fromkeys(_PERCENT, "%"),
    **dict.fromkeys(("m a.s.l.", "masl", "m asl", "gpm"), "m"),
    **dict.fromkeys(("mm/step", "mm step-1", "mm timestep-1", "mm/timestep"), "mm"),
    "": "1",
}
_FOREIGN = {"m3 m-3": ("g", "kg"), "kg kg-1": ("%", "percent", "m", "cm", "mm")}
_FARAD = "f"
_WATER = (1, -2)  # exponents of kilogram and metre where water is given by its mass
# Our units: exponents of kilogram, metre, second, kelvin; size in SI; offset; known examples.
_OURS: dict[str, tuple[tuple[int, int, int, int], float, float, str]] = {
    "C": ((0, 0, 0, 1), 1.0, -273.15, "K, degC"),
    "kPa": ((1, -1, -2, 0), 1e3, 0.0, "Pa, hPa, kPa"),
    "W m-2": ((1, 0, -3, 0), 1.0, 0.0, "W m-2"),
    "kg kg-1": ((0, 0, 0, 0), 1.0, 0.0, "kg kg-1, g kg-1, 1"),
    "m s-1": ((0, 1, -1, 0), 1.0, 0.0, "m s-1, km h-1"),
    "mm h-1": ((0, 1, -1, 0), 1e-3 / 3600, 0.0, "mm h-1, mm s-1, kg m-2 s-1"),
    "mm d-1": ((0, 1, -1, 0), 1e-3 / 86400, 0.0, "mm d-1, kg m-2 d-1, kg m-2 s-1, mm h-1"),
    "mm": ((0, 1, 0, 0), 1e-3, 0.0, "mm, kg m-2, m"),
    "m3 m-3": ((0, 0, 0, 0), 1.0, 0.0, "m3 m-3, %, 1"),
    "m": ((0, 1, 0, 0), 1.0, 0.0, "m, km"),
    "m2": ((0, 2, 0, 0), 1.0, 0.0, "m2, km2"),
    "cm": ((0, 1, 0, 0), 1e-2, 0.0, "cm, m, mm"),
    "cm d-1": ((0, 1, -1, 0), 1e-2 / 86400, 0.0, "cm d-1, mm d-1"),
    "%": ((0, 0, 0, 0), 1e-2, 0.0, "%"),
    "g cm-3": ((1, -3, 0, 0), 1e3, 0.0, "g cm-3, kg m-3"),
    "1": ((0, 0, 0, 0), 1.0, 0.0, "1, fraction, %"),
}
_OF_WATER = ("mm", "mm h-1", "mm d-1")


class WaterFlux(NamedTuple):
    """What numbers of a water flux are.

    factor: to mm d-1 for a rate, to mm for an amount of the record's own time; is_heat: latent
    heat, which `LATENT_HEAT` turns into water.
    """

    factor: float
    is_rate: bool
    is_heat: bool


def conversion(units: str | None, to: str, file: Path | str, variable: str) -> tuple[float, float]:
    """Factor and offset that take numbers in `units` to the unit `to`.

    A missing attribute counts as a pure number, but not as per cent; water in kg m-2 as mm.

    Raises:
        ProductError: if `units` are unknown, or of another quantity than `to`.
    """
    powers, size, offset, known = _OURS[to]
    unit = _parsed(units)
    if unit is None or _powers(unit, to) != powers or _is_foreign(units, to):
        said = "there is no units attribute" if units is None else f"the units are {units!r}"
        raise ProductError(
            f"{said}, from which there is no known way to {to!r}",
            file,
            variable,
            cure=f"correct the attribute if it is wrong (known here: {known}, and other spellings)",
        )
    mass = 1e-3 if to in _OF_WATER and unit.powers[:2] == _WATER else 1.0
    factor = float(f"{unit.factor * mass / size:.15g}")
    return factor, unit.offset + offset if to == "C" else 0.0


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


def is_kind_of(units: str | None, to: str) -> bool:
    """Whether there is a way from `units` to the unit `to`."""
    try:
        conversion(units, to, "", "")
    except ProductError:
        return False
    return True


def water_flux(units: str | None, file: Path | str, variable: str) -> WaterFlux:
    """What numbers in `units` are: a rate or an amount, of water or of latent heat.

    Raises:
        ProductError: if they are neither.
    """
    unit = _parsed(units)
    if unit is not None and unit.powers == (1, 0, -3, 0):
        return WaterFlux(unit.factor * 86400 / LATENT_HEAT, True, True)
    if unit is not None and unit.powers == (1, 0, -2, 0):
        return WaterFlux(unit.factor / LATENT_HEAT, False, True)
    if is_kind_of(units, "mm"):
        return WaterFlux(conversion(units, "mm", file, variable)[0], False, False)
    return WaterFlux(conversion(units, "mm d-1", file, variable)[0], True, False)


def _parsed(units: str | None) -> Unit | None:
    text = " ".join((units or "").lower().split())
    return None if text == _FARAD else parse_unit(_SYNONYMS.get(text, text))


def _powers(unit: Unit, to: str) -> tuple[int, ...]:
    if to in _OF_WATER and unit.powers[:2] == _WATER:
        return (0, 1, *unit.powers[2:])
    return unit.powers


def _is_foreign(units: str | None, to: str) -> bool:
    """Whether a pure number is one of another kind: a ratio of masses, not of volumes, say."""
    if to == "%" and not (units or "").strip():
        return True
    words = re.split(r"[\s/.*]+", (units or "").lower())
    return any(word.rstrip("-123^") in _FOREIGN.get(to, ()) for word in words)
