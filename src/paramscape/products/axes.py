"""Detection of the latitude, longitude and time variables of a file."""

import re
from dataclasses import dataclass

import netCDF4
import numpy as np

from paramscape.products.times import is_time

NAMES = {
    "lat": ("lat", "latitude", "lats", "nav_lat", "xlat", "yc"),
    "lon": ("lon", "long", "longitude", "lons", "nav_lon", "xlong", "xc"),
    "time": ("time", "date", "valid_time"),
}
_STANDARD_NAMES = {"lat": "latitude", "lon": "longitude", "time": "time"}
_OTHER_QUANTITIES = (
    "grid_latitude", "grid_longitude", "projection_x_coordinate", "projection_y_coordinate",
    "forecast_reference_time", "forecast_period",
)  # fmt: skip
_LETTERS = {"lat": "Y", "lon": "X", "time": "T"}
_DEGREES = {
    "lat": ("degreesnorth", "degreenorth", "degreesn", "degreen"),
    "lon": ("degreeseast", "degreeeast", "degreese", "degreee"),
}
_STRAIGHT = 1e-3  # [degrees] by which a row of a regular grid may bend


@dataclass(frozen=True)
class AxisVariable:
    """A variable of coordinates: its name, and the dimension along which it runs."""

    name: str
    dim: str


def find_axis(dataset: netCDF4.Dataset, axis: str) -> AxisVariable | None:
    """The one-dimensional variable of an axis, by standard name, name, units and `axis`.

    Args:
        dataset: an open file.
        axis: `lat`, `lon` or `time`.

    Returns:
        None where there is none; a scalar counts where nothing has a dimension.
    """
    candidates = [v for v in dataset.variables.values() if v.ndim <= 1 and _is_numeric(v)]
    scored = [(_score(v, axis), v) for v in candidates]
    best = max(scored, key=lambda pair: pair[0], default=(0, None))
    if best[0] < 1:
        return None
    return AxisVariable(best[1].name, next(iter(best[1].dimensions), best[1].name))


def find_map(dataset: netCDF4.Dataset, axis: str) -> netCDF4.Variable | None:
    """The two-dimensional variable of latitudes or longitudes, None where there is none."""
    candidates = [v for v in dataset.variables.values() if v.ndim == 2 and _is_numeric(v, "f")]
    scored = [(_score(v, axis), v) for v in candidates if not _is_bounds(dataset, v.name)]
    best = max(scored, key=lambda pair: pair[0], default=(0, None))
    return best[1] if best[0] >= 1 else None


def straightened(values: np.ndarray) -> tuple[int, np.ndarray] | None:
    """Along which dimension a map of coordinates runs, and its values there.

    Args:
        values: (row, column) coordinates [degrees], NaN where missing.

    Returns:
        None if both dimensions matter, as on a rotated or projected grid.
    """
    for along in (0, 1):
        across = 1 - along
        known = np.isfinite(values).any(axis=across)
        if not known.all():
            continue
        spread = np.nanmax(values, axis=across) - np.nanmin(values, axis=across)
        if spread.max() < _STRAIGHT:
            return along, np.nanmean(values, axis=across)
    return None


def _is_numeric(variable: netCDF4.Variable, kinds: str = "iuf") -> bool:
    return getattr(variable.dtype, "kind", "O") in kinds


def _is_bounds(dataset: netCDF4.Dataset, name: str) -> bool:
    return any(
        name == getattr(v, attribute, None)
        for v in dataset.variables.values()
        for attribute in ("bounds", "climatology")
    )


def _may_be_degrees(units: str) -> bool:
    return "deg" in units.lower() or units.strip().lower() in ("", "1", "-", "none", "unitless")


def _score(variable: netCDF4.Variable, axis: str) -> float:
    """How surely a variable is an axis: standard name before name, units and `axis`; 0 is not."""
    said = {n: str(variable.getncattr(n)) for n in variable.ncattrs()}
    standard_name = said.get("standard_name", "").strip().lower()
    if standard_name in _OTHER_QUANTITIES:
        return 0
    others = [s for a, s in _STANDARD_NAMES.items() if a != axis]
    if standard_name in others:
        return 0
    units = said.get("units", "")
    if axis == "time":
        by_units = is_time(units)
    else:
        by_units = re.sub(r"[^a-z]", "", units.lower()) in _DEGREES[axis]
    by_name = variable.name.lower() in NAMES[axis] and (axis == "time" or _may_be_degrees(units))
    by_standard_name = standard_name == _STANDARD_NAMES[axis]
    by_letter = said.get("axis", "").upper() == _LETTERS[axis] and (by_units or axis == "time")
    score = 8 * by_standard_name + 4 * by_name + 2 * by_units + by_letter
    if not score:
        return 0
    has_dimension = variable.ndim > 0
    is_coordinate = variable.dimensions == (variable.name,)
    return score + 16 * has_dimension + 0.5 * is_coordinate
