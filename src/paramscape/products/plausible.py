"""Plausibility of observations: sign, unit and order of magnitude."""

import logging
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products.errors import ProductError

_LOG = logging.getLogger(__name__)
_ENOUGH = 10  # records from which a record's statistics say something
_LONG = 30


def require_plausible(field: xr.DataArray, file: Path | str, units: str | None) -> None:
    """Refuse observations that are wrong as a whole, though each value is possible.

    Args:
        field: (time, lat, lon) of a target in our units, named after it; NaN is passed over.
        file: where it came from.
        units: what the file's `units` attribute says, for the message.

    Raises:
        ProductError: if the mean has the wrong sign, or all values the wrong order of magnitude.
    """
    values = field.values[np.isfinite(field.values)]
    if values.size < _ENOUGH:
        return
    finding = _IMPOSSIBLE[str(field.name)](values, field.sizes["time"])
    if finding is not None:
        days = field["time"].values
        raise ProductError(
            f"{finding[0]}; the units attribute is {units!r}",
            file,
            str(field.name),
            f"all days from {days.min()!s:.10} to {days.max()!s:.10}, "
            f"{int(np.isfinite(field.values).any(axis=0).sum())} cell(s)",
            finding[1],
        )


def warn_of_unusual(field: xr.DataArray, file: Path | str) -> None:
    """Log what is possible but unusual: a constant, a mean far from that of most land."""
    values = field.values[np.isfinite(field.values)]
    if values.size < _ENOUGH:
        return
    low, high = _USUAL_MEANS[str(field.name)]
    mean, unit = float(values.mean()), field.attrs.get("units", "")
    if np.ptp(values) == 0:
        _LOG.warning("%s: %s is %g %s everywhere on all days", file, field.name, mean, unit)
    elif not low <= mean <= high:
        _LOG.warning(
            f"{file}: the mean of {field.name} is {mean:.3g} {unit}, which is unusual ({low:g} to "
            f"{high:g} on most land); look at its units and sign"
        )


_USUAL_MEANS = {"et": (0.05, 10.0), "runoff": (0.0, 20.0), "soil_moisture": (0.03, 0.6)}
_UNITS = "correct the units attribute of the file"
_Wrong = tuple[str, str] | None  # what is wrong, and what to do


def _of_evaporation(values: np.ndarray, days: int) -> _Wrong:
    mean, high = float(values.mean()), float(np.quantile(values, 0.99))
    if mean < -0.02:
        return (
            f"the mean of et is {mean:.3g} mm d-1, but land evaporates more than dew brings",
            "turn the sign (ECMWF counts fluxes downward: `cdo mulc,-1`)",
        )
    if mean > 15:
        return f"the mean of et is {mean:.3g} mm d-1, more than any land evaporates", _UNITS
    if np.ptp(values) == 0 and mean == 0:
        return "et is 0 everywhere on all days", "look at the file: it has no observation"
    if days >= _LONG and high < 0.01:
        return f"et hardly exceeds {high:.2g} mm d-1 on any day, less than any land", _UNITS
    return None


def _of_runoff(values: np.ndarray, days: int) -> _Wrong:
    mean, high = float(values.mean()), float(values.max())
    if mean > 100:
        return f"the mean of runoff is {mean:.3g} mm d-1, more than it rains anywhere", _UNITS
    if days >= _LONG and 0 < high < 1e-3:
        return f"runoff never exceeds {high:.2g} mm d-1", _UNITS
    return None


def _of_moisture(values: np.ndarray, days: int) -> _Wrong:
    mean, high = float(values.mean()), float(np.quantile(values, 0.99))
    if np.ptp(values) == 0 and mean == 0:
        return "soil_moisture is 0 everywhere", "look at the file: it has no observation"
    if high < 0.01:
        return (
            f"soil_moisture hardly exceeds {high:.2g} m3 m-3, drier than any soil",
            f"{_UNITS}: the values may be shares though it says per cent",
        )
    if mean > 0.85:
        return (
            f"the mean of soil_moisture is {mean:.2g} m3 m-3, more than soil has pores",
            "give water per volume of soil, not the degree of saturation",
        )
    return None


_IMPOSSIBLE = {"et": _of_evaporation, "runoff": _of_runoff, "soil_moisture": _of_moisture}
