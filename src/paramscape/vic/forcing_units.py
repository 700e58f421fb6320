"""What the `units` of a forcing variable mean for VIC: how its numbers become VIC's."""

import re
from typing import NamedTuple

from paramscape.study.unit_text import parse_unit

NEEDED = {
    "air_temp": "C", "prec": "mm per record", "pressure": "kPa", "vp": "kPa", "swdown": "W m-2",
    "lwdown": "W m-2", "wind": "m s-1",
}  # fmt: skip
_ABSENT = ("", "-", "1", "none", "unitless", "dimensionless", "n/a", "na", "unknown")
_PER_RECORD = re.compile(
    r"\s*(?:(?:/\s*|\bper )(?:time[ _-]?)?(?:step|record)s?|(?:time[ _-]?)?step\s*(?:\^|\*\*)?-1)$"
)
_WIND_LABELS = ("mm s-1", "mm/s")  # of VIC's own preprocessors, on numbers in m s-1
_WATER_DEPTH, _WATER_MASS = (0, 1, 0, 0), (1, -2, 0, 0)
_WATER_DEPTH_RATE, _WATER_MASS_RATE = (0, 1, -1, 0), (1, -2, -1, 0)
_TEMPERATURE, _PRESSURE, _SPEED = (0, 0, 0, 1), (1, -1, -2, 0), (0, 1, -1, 0)
_POWER, _ENERGY = (1, 0, -3, 0), (1, 0, -2, 0)
_EXAMPLES = {
    "air_temp": "C, K, degF",
    "prec": "mm, kg m-2, m (each per record), mm h-1, mm d-1, kg m-2 s-1",
    "pressure": "kPa, hPa, Pa",
    "vp": "kPa, hPa, Pa (not relative or specific humidity)",
    "swdown": "W m-2, J m-2 per record",
    "lwdown": "W m-2, J m-2 per record",
    "wind": "m s-1, km h-1, knots",
}


class Conversion(NamedTuple):
    """VIC's number is `x * factor + offset` of the file's x."""

    factor: float
    offset: float

    @property
    def changes(self) -> bool:
        """Whether numbers in VIC's unit differ from those of the file."""
        return self != AS_IT_IS


AS_IT_IS = Conversion(1.0, 0.0)


def conversion(field: str, units: str | None, seconds: float) -> Conversion:
    """How numbers of a field of `Forcing` become VIC's.

    Without a unit they are taken as VIC's.

    Args:
        field: such as air_temp.
        units: the file's attribute, None where there is none.
        seconds: length of a record [s], for rates of water and totals of energy.

    Raises:
        ValueError: for a unit that is unknown or of another quantity; names both.
    """
    spelt = " ".join(str(units or "").lower().split())
    if spelt in _ABSENT or (field == "wind" and spelt in _WIND_LABELS):
        return AS_IT_IS
    if field == "prec":
        spelt = _PER_RECORD.sub("", spelt)
    unit = parse_unit(spelt)
    factor = None if unit is None else _scale(field, unit.powers, seconds)
    if factor is None:
        raise ValueError(
            f"has the units {units!r}, from which there is no known way to VIC's "
            f"{NEEDED[field]} (known are {_EXAMPLES[field]}, however spelt); correct the "
            "attribute if it is wrong, else convert the values"
        )
    offset = unit.offset - 273.15 if field == "air_temp" else 0.0
    return Conversion(float(f"{unit.factor * factor:.15g}"), offset)


def _scale(field: str, powers: tuple[int, ...], seconds: float) -> float | None:
    """Factor from SI base units to VIC's unit; None for another quantity."""
    radiation = {_POWER: 1.0, _ENERGY: 1.0 / seconds}
    pressure = {_PRESSURE: 1e-3}
    water = {
        _WATER_DEPTH: 1e3,
        _WATER_MASS: 1.0,
        _WATER_DEPTH_RATE: 1e3 * seconds,
        _WATER_MASS_RATE: seconds,
    }
    scales = {
        "air_temp": {_TEMPERATURE: 1.0},
        "prec": water,
        "pressure": pressure,
        "vp": pressure,
        "swdown": radiation,
        "lwdown": radiation,
        "wind": {_SPEED: 1.0},
    }
    return scales[field].get(powers)
