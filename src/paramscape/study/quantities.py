"""The study's vocabulary: one name for one quantity, in settings, files, rules and figures."""

from dataclasses import dataclass

from paramscape.study.parameters import CATALOGUE


@dataclass(frozen=True)
class Quantity:
    """A named quantity of the study with its unit and a phrase for axes and tables."""

    name: str
    units: str
    long_name: str


PARAMETER_QUANTITIES = tuple(Quantity(p.name, p.units, p.long_name) for p in CATALOGUE)
TARGET_QUANTITIES = (
    Quantity("et", "mm d-1", "evapotranspiration"),
    Quantity("runoff", "mm d-1", "surface runoff plus baseflow"),
    Quantity("soil_moisture", "m3 m-3", "water content of the top soil layer"),
)
FORCING_QUANTITIES = (
    Quantity("tas", "C", "air temperature"),
    Quantity("prcp", "mm", "precipitation in the step"),
    Quantity("pres", "kPa", "air pressure"),
    Quantity("dswrf", "W m-2", "downward shortwave radiation"),
    Quantity("dlwrf", "W m-2", "downward longwave radiation"),
    Quantity("vp", "kPa", "vapour pressure"),
    Quantity("wind", "m s-1", "wind speed"),
)

TARGETS = tuple(q.name for q in TARGET_QUANTITIES)
FORCINGS = tuple(q.name for q in FORCING_QUANTITIES)

UNITS = {q.name: q.units for q in PARAMETER_QUANTITIES + TARGET_QUANTITIES + FORCING_QUANTITIES}
LONG_NAMES = {
    q.name: q.long_name for q in PARAMETER_QUANTITIES + TARGET_QUANTITIES + FORCING_QUANTITIES
}

FORCING_ROUNDING = {"prcp": 1e-3, "dswrf": 0.5, "dlwrf": 0.5, "vp": 1e-3, "wind": 2e-3}
"""Forcing below zero by at most this, in its unit, is what packing or regridding left of zero."""
