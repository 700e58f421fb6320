"""What must hold of VIC's forcing, in VIC's units."""

from collections.abc import Mapping

import numpy as np

from paramscape.study.quantities import FORCING_ROUNDING

PLAUSIBLE = {
    "air_temp": (-100.0, 70.0, "C"),
    "prec": (0.0, 2000.0, "mm per step"),
    "pressure": (20.0, 120.0, "kPa"),
    "vp": (0.0, 15.0, "kPa"),
    "swdown": (0.0, 1800.0, "W m-2"),
    "lwdown": (0.0, 1000.0, "W m-2"),
    "wind": (0.0, 150.0, "m s-1"),
}
WEATHER = tuple(PLAUSIBLE)
FILE_NAMES = dict(
    zip(WEATHER, ("tas", "prcp", "pres", "vp", "dswrf", "dlwrf", "wind"), strict=True)
)
ROUNDING = {
    field: FORCING_ROUNDING[name] for field, name in FILE_NAMES.items() if name in FORCING_ROUNDING
}
_LONG = 300  # days, in which it rains and the sun shines somewhere
_HEAVIEST_RAIN = 360.0  # [mm h-1]
_LIGHTEST_RAIN = 0.02  # [mm h-1]
_WEAKEST_SUN = 60.0  # [W m-2], as the largest of a year
_COLDEST_SKY = 40.0  # [W m-2], as the median
_MILD = 0.1  # [kPa], the saturation of about -20 C, above which humidity tells its unit
_DRIEST = 0.01  # median share of saturation
_SUPERSATURATED = 4.0  # vapour pressure over that of saturation; VIC cuts it to 1
_MOST_SUPERSATURATED = 0.2  # share of records


def without_rounding(field: str, values: np.ndarray) -> np.ndarray:
    """Values of a field with what rounding left below zero set to zero; others stay."""
    slack = ROUNDING.get(field, 0.0)
    tiny = (values < 0) & (values >= -slack)
    return np.where(tiny, 0.0, values) if slack and tiny.any() else values


def implausible(
    fields: Mapping[str, np.ndarray], saturated: np.ndarray, steps_per_day: int
) -> tuple[str, str] | None:
    """The field whose numbers look like another unit, and why; None where all are plausible.

    Args:
        fields: values (record, cell) by field, in VIC's units.
        saturated: saturation vapour pressure of air_temp [kPa].
        steps_per_day: records a day.
    """
    days = len(saturated) / steps_per_day
    heaviest = float(fields["prec"].max(initial=0.0)) * steps_per_day / 24.0
    if heaviest > _HEAVIEST_RAIN:
        return "prec", f"reaches {heaviest:g} mm/h, beyond any record"
    if days >= _LONG and 0 < heaviest < _LIGHTEST_RAIN:
        return "prec", (
            f"never exceeds {heaviest:g} mm/h in {days:g} days; a rate in kg m-2 s-1 or an amount "
            "in m looks like this"
        )
    if days >= _LONG and fields["swdown"].max() < _WEAKEST_SUN:
        return "swdown", f"never exceeds {fields['swdown'].max():g} W m-2 in {days:g} days"
    if np.median(fields["lwdown"]) < _COLDEST_SKY:
        return "lwdown", f"has a median of {np.median(fields['lwdown']):g} W m-2"
    mild = saturated > _MILD
    share = fields["vp"][mild] / saturated[mild]
    if not share.size:
        return None
    if np.median(share) < _DRIEST:
        return "vp", (
            f"has a median of {np.median(share):.2%} of saturation; humidity in kg kg-1 looks like "
            "this"
        )
    wet = float((share > _SUPERSATURATED).mean())
    if wet > _MOST_SUPERSATURATED:
        return "vp", (
            f"is more than {_SUPERSATURATED:g} times the saturation vapour pressure of the air "
            f"temperature in {wet:.0%} of all records above -20 C; hPa look like this"
        )
    return None
