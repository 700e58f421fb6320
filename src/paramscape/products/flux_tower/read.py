"""Latent heat of flux towers: daily NetCDF files of one site each, as of FLUXNET and CalLMIP."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from paramscape.products.errors import ProductError
from paramscape.products.netcdf_reader import ProductFile, moment, open_product
from paramscape.products.units import convert
from paramscape.study import FluxTowerObservations, Period

_LATITUDE = ("latitude", "lat")
_LONGITUDE = ("longitude", "lon", "long")
_GAP_FILLED = re.compile(r"gap.?filled", re.IGNORECASE)
_TOO_LARGE = 1e10
_FLUX = (-200.0, 600.0)  # [W m-2], daily means


@dataclass(frozen=True)
class Tower:
    """The record of one tower in a period, a value each day, NaN where there is none.

    site: its code. latitude, longitude [degrees]. days: (day,) datetime64[D]. latent, uncertainty:
    (day,) [W m-2], positive upwards. gap_filled: share of the whole record that was filled [1], NaN
    where the file does not say.
    """

    path: Path
    site: str
    latitude: float
    longitude: float
    days: np.ndarray
    latent: np.ndarray
    uncertainty: np.ndarray
    gap_filled: float


def read_tower(settings: FluxTowerObservations, path: Path, period: Period) -> Tower:
    """One tower's daily latent heat in a period.

    A day is the file's own: towers keep local standard time. Days below the smallest quality are
    left out.

    Args:
        settings: names of the variables, and what quality is asked.
        path: NetCDF file with the variables on `time` (and axes of length 1), and the site's
            `latitude` and `longitude`.
        period: days to return; those that the file lacks are NaN.

    Raises:
        ProductError: if the file is damaged, lacks the place, is not daily, is in another unit, is
            filled more than allowed, holds impossible values, or nothing in the period.
    """
    with open_product(path) as raw:
        days = _days(raw)
        latent = _series(raw, settings.variable, days, "W m-2")
        _require_flux(latent, days, path, settings.variable)
        uncertainty = np.full_like(latent, np.nan)
        if settings.uncertainty is not None:
            uncertainty = _series(raw, settings.uncertainty, days, "W m-2")
        if settings.quality is not None:
            quality = _series(raw, settings.quality, days, "1")
            latent = np.where(quality >= settings.minimum_quality, latent, np.nan)
        gap_filled = _gap_filled(raw, settings)
        latitude, longitude = _place(raw, _LATITUDE, 90), _place(raw, _LONGITUDE, 360)
        site = str(raw.attributes().get("site_code", path.stem))
    wanted = np.arange(period.start, np.datetime64(period.end) + 1, dtype="datetime64[D]")
    latent = _on(wanted, days, latent)
    if not np.isfinite(latent).any():
        raise ProductError(
            f"the tower {site} has no value from {period.start} to {period.end}; its record goes "
            f"from {days[0]} to {days[-1]}",
            path, settings.variable, cure="leave the tower out, or choose other periods",
        )  # fmt: skip
    uncertainty = np.where(np.isfinite(latent), _on(wanted, days, uncertainty), np.nan)
    return Tower(
        path=path,
        site=site,
        latitude=latitude,
        longitude=longitude,
        days=wanted,
        latent=latent,
        uncertainty=uncertainty,
        gap_filled=gap_filled,
    )


def _days(raw: ProductFile) -> np.ndarray:
    if raw.time is None:
        raise ProductError(
            "the file has no time axis", raw.path, "time",
            cure="write `time` with units such as 'days since 2008-01-01'",
        )  # fmt: skip
    days = raw.time.astype("datetime64[D]")
    steps = np.diff(days).astype(int)
    if (steps < 1).any():
        at = int(np.flatnonzero(steps < 1)[0]) + 1
        raise ProductError(
            f"day {days[at]} comes twice or out of order; a tower file holds one value a day",
            raw.path, "time", f"time {moment(raw.time[at])}",
            "average the records of each day, leave out days with too few of them, and sort them",
        )  # fmt: skip
    return days


def _series(raw: ProductFile, name: str, days: np.ndarray, units: str) -> np.ndarray:
    """(day,) float64 of a variable whose further axes have length 1."""
    values = raw.raw(name).astype("f8")
    if values.size != days.size:
        raise ProductError(
            f"a tower's variable has a value a day, {days.size}, but this has the shape "
            f"{values.shape}",
            raw.path, name, cure="give a file of one tower",
        )  # fmt: skip
    values = values.ravel()
    values[np.abs(values) > _TOO_LARGE] = np.nan
    return convert(values, raw.units(name), units, raw.path, name)


def _require_flux(latent: np.ndarray, days: np.ndarray, path: Path, name: str) -> None:
    low, high = _FLUX
    wrong = (latent < low) | (latent > high)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise ProductError(
            f"a daily latent heat of {latent[at]:g} W m-2 is outside {low:g} to {high:g}",
            path, name, f"day {days[at]}",
            "look at that record: a code for missing values must be its _FillValue",
        )  # fmt: skip


def _gap_filled(raw: ProductFile, settings: FluxTowerObservations) -> float:
    """The share [1] of the record that the variable's attribute gives in percent."""
    said = [v for k, v in raw.attributes(settings.variable).items() if _GAP_FILLED.search(k)]
    try:
        share = float(said[0]) / 100 if said else np.nan
    except (TypeError, ValueError):
        share = np.nan
    if share > settings.largest_gap_filled:
        raise ProductError(
            f"{100 * share:g} % of the record were filled, and at most "
            f"{100 * settings.largest_gap_filled:g} % are allowed",
            raw.path, settings.variable,
            cure="leave the tower out, or raise largest_gap_filled of the observations",
        )  # fmt: skip
    return share


def _place(raw: ProductFile, names: tuple[str, ...], limit: float) -> float:
    name = next((n for n in raw.variables if n.lower() in names), None)
    values = np.empty(0) if name is None else raw.raw(name).ravel()
    if values.size != 1 or not np.abs(values[0]) <= limit:
        found = "there is none" if name is None else f"it is {values.tolist()}"
        raise ProductError(
            f"a tower file gives one {names[0]} in degrees, but {found}", raw.path,
            name or names[0],
            cure=f"write the site's {names[0]} as a variable with one value",
        )  # fmt: skip
    return float(values[0])


def _on(wanted: np.ndarray, days: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values on the wanted days, NaN where there is none."""
    place = np.searchsorted(days, wanted).clip(max=days.size - 1)
    return np.where(days[place] == wanted, values[place], np.nan)
