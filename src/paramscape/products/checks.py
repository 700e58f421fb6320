"""Conditions that raw data must meet before anything is computed from them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products.errors import ProductError
from paramscape.products.humidity import saturation_pascals
from paramscape.products.netcdf_reader import moment
from paramscape.study.quantities import FORCING_ROUNDING

FileOf = Callable[[str, np.datetime64 | None], Path]
"""Gives the file that has one of our variables at a time."""

_RANGES = {
    "tas": (-90.0, 65.0),
    "prcp": (0.0, None),
    "pres": (20.0, 115.0),
    "dswrf": (0.0, 1500.0),
    "dlwrf": (0.0, 800.0),
    "vp": (0.0, 12.0),
    "wind": (0.0, 120.0),
    "et": (-5.0, 30.0),
    "runoff": (0.0, 2000.0),
    "soil_moisture": (0.0, 1.0),
}
_ROUNDING = {**FORCING_ROUNDING, "runoff": 1e-3}
_HEAVIEST_RAIN = 360.0  # mm/h; a rate of 0.1 kg m-2 s-1, beyond the record for one hour
_CODES = (-9999.0, -999.0, -99999.0, -32767.0, -32768.0, -9999.9)
"""Values that mark missing data in many files, often without declaring it."""
_VAPOUR_ROUNDING = 2e-4  # kPa; from humidity stored in steps of 1e-6


def require_physical(field: xr.DataArray, file: Path | FileOf, units: str | None = None) -> None:
    """Refuse values that their quantity cannot have; the name of `field` says which it is.

    Args:
        field: (time, lat, lon) in our units; NaN is passed over.
        file: where the values came from.
        units: what the file's `units` attribute says, for the message.

    Raises:
        ProductError: naming file, variable, time and cell of the worst value.
    """
    low, high = _RANGES[field.name]
    slack = _ROUNDING.get(field.name, 0.0)
    values = field.values
    if high is not None and np.fmax.reduce(values, axis=None, initial=-np.inf) > high:
        _refuse(field, np.where(np.isnan(values), -np.inf, values).argmax(), file, units)
    if np.fmin.reduce(values, axis=None, initial=np.inf) < low - slack:
        _refuse(field, np.where(np.isnan(values), np.inf, values).argmin(), file, units)


def require_rain_rate(field: xr.DataArray, hours: float, file: FileOf, units: str | None) -> None:
    """Refuse precipitation that is wrong by the 3600 between mm/h and mm/s.

    Args:
        field: prcp (time, lat, lon) [mm per step].
        hours: length of the step.
        file: where the values came from.
        units: what the file's `units` attribute says.

    Raises:
        ProductError: if a step exceeds 0.1 mm/s, or nearly a year has rain but never 0.02 mm/h.
    """
    heaviest = float(np.fmax.reduce(field.values, axis=None, initial=0.0)) / hours
    long = field.sizes["time"] * hours >= 300 * 24
    if heaviest <= _HEAVIEST_RAIN and not (long and 0 < heaviest < 0.02):
        return
    index = np.where(np.isnan(field.values), -np.inf, field.values).argmax()
    raise ProductError(
        f"the heaviest rain is {heaviest:g} mm/h with units attribute {units!r}, "
        "which looks wrong by the factor 3600 between mm/s and mm/h",
        _file_at(file, field, index),
        field.name,
        _place(field, index),
        "correct the units attribute of the files",
    )


def require_unsaturated(vp: xr.DataArray, tas: xr.DataArray, share: float, file: FileOf) -> None:
    """Refuse vapour pressure above saturation over water by more than a share and rounding.

    Args:
        vp: (time, lat, lon) [kPa].
        tas: the temperature of the same moments [C].
        share: relative tolerance [1]; 2e-4 kPa are allowed besides.
        file: where the values came from.

    Raises:
        ProductError: naming file, variable, time and cell of the largest excess.
    """
    limit = saturation_pascals(tas.values) / 1000 * (1 + share) + _VAPOUR_ROUNDING
    excess = vp.values - limit
    if not np.fmax.reduce(excess, axis=None, initial=-np.inf) > 0:
        return
    index = np.where(np.isnan(excess), -np.inf, excess).argmax()
    ratio = 1000 * vp.values.flat[index] / saturation_pascals(tas.values.flat[index])
    raise ProductError(
        f"vapour pressure is {vp.values.flat[index]:.4g} kPa at {tas.values.flat[index]:.2f} C, "
        f"{100 * ratio:.1f} % of saturation; at most {100 * (1 + share):g} % are rounding",
        _file_at(file, vp, index),
        vp.name,
        _place(vp, index),
        "look at humidity, pressure and temperature of that cell; if the product is like that, "
        "raise products.forcing.supersaturation",
    )


def require_times(found: np.ndarray, expected: np.ndarray, file: Path) -> None:
    """Refuse a time axis that is not exactly `expected`: gaps, repetitions, disorder.

    Raises:
        ProductError: naming the first time that is missing, repeated or out of order.
    """
    if np.array_equal(found, expected):
        return
    steps = np.diff(found)
    if (steps <= np.timedelta64(0)).any():
        at = int(np.flatnonzero(steps <= np.timedelta64(0))[0])
        kind = "twice" if found[at] == found[at + 1] else "out of order"
        raise ProductError(
            f"time {moment(found[at + 1])} comes {kind} (record {at + 1})",
            file,
            "time",
            f"time {moment(found[at + 1])}",
            "sort the records and keep each once",
        )
    missing = expected[~np.isin(expected, found)]
    if missing.size:
        raise ProductError(
            f"{missing.size} of {expected.size} records are missing, the first at "
            f"{moment(missing[0])}",
            file,
            "time",
            f"time {moment(missing[0])}",
            "fetch the file again",
        )
    extra = found[~np.isin(found, expected)]
    raise ProductError(
        f"{extra.size} records do not belong there, the first at {moment(extra[0])}; expected "
        f"{expected.size} from {moment(expected[0])} to {moment(expected[-1])}",
        file,
        "time",
        f"time {moment(extra[0])}",
        "take the file of the right month and step",
    )


def require_steady_cover(field: xr.DataArray, file: FileOf) -> None:
    """Refuse cells with values at some times and none at others.

    Cells that never have a value lie outside the product (sea, foreign country).

    Raises:
        ProductError: naming file, variable, time and cell of the first gap.
    """
    missing = np.isnan(field.values)
    gaps = missing & ~missing.all(axis=0)
    if gaps.any():
        index = int(gaps.argmax())
        raise ProductError(
            f"{int(gaps.any(axis=0).sum())} cell(s) have no value at some times",
            _file_at(file, field, index),
            field.name,
            _place(field, index),
            "fetch the file again, or fill the gap",
        )


def require_complete(
    dataset: xr.Dataset | xr.DataArray, mask: xr.DataArray, file: Path | str | FileOf
) -> None:
    """Refuse missing values in active cells.

    Args:
        dataset: variables (..., lat, lon) on the domain's grid.
        mask: (lat, lon), above 0 in active cells.
        file: the file, or a function that gives the file of a variable and a time.

    Raises:
        ProductError: naming file, variable, time and cell of the first missing value.
    """
    active = mask.transpose("lat", "lon").values > 0
    named = {dataset.name: dataset} if isinstance(dataset, xr.DataArray) else dataset.data_vars
    for field in named.values():
        field = field.transpose(..., "lat", "lon")
        missing = np.isnan(field.values) & active
        if missing.any():
            cells = missing.reshape(-1, *active.shape).any(axis=0)
            index = int(missing.argmax())
            raise ProductError(
                f"{int(cells.sum())} of {int(active.sum())} active cells have missing values",
                _file_at(file, field, index),
                field.name,
                _place(field, index),
                "take a product that covers the domain, fill the gap, or leave the cells out of "
                "the domain's mask",
            )


def require_known_codes(field: xr.DataArray, place: tuple[Path, str]) -> None:
    """Refuse common codes of missing values that the file does not declare.

    Raises:
        ProductError: naming file, variable and cell of the first.
    """
    found = np.isin(field.values, np.array(_CODES, field.dtype))
    if found.any():
        index = int(found.argmax())
        raise ProductError(
            f"the value is {float(field.values.flat[index]):g}, which the file does not declare as "
            "missing",
            *place,
            _place(field, index),
            "declare it (`ncatted -a _FillValue,...` or `cdo setmissval`)",
        )


def without_rounding(field: xr.DataArray) -> xr.DataArray:
    """The field with tiny negative values, left by packing, set to zero."""
    return field.clip(min=0) if _ROUNDING.get(field.name) else field


def _refuse(field: xr.DataArray, index: int, file: Path | FileOf, units: str | None) -> None:
    value = float(field.values.flat[index])
    low, high = _RANGES[field.name]
    limits = f"at least {low:g}" if high is None else f"{low:g} to {high:g}"
    hint = _hint(str(field.name), value)
    raise ProductError(
        f"{field.name} is {value:g} {field.attrs.get('units', '')}, outside {limits}"
        + (f"; {hint}" if hint else ""),
        _file_at(file, field, index),
        str(field.name),
        _place(field, index),
        f"look at that record; the units attribute of the file is {units!r}",
    )


def _hint(name: str, value: float) -> str:
    if any(abs(value - code) < 1e-3 for code in _CODES):
        return "a code of missing values that the file does not declare (_FillValue)"
    if name == "tas":
        kelvin = "the file holds kelvin but says Celsius"
        return kelvin if value > 150 else "the file holds Celsius but says kelvin" * (value < -150)
    if name == "pres":
        pascal = "the file holds Pa (or hPa) but says kPa"
        return pascal if value > 500 else "the file holds kPa but says Pa" * (value < 1)
    if name == "prcp" and value < 0:
        return "negative rain"
    if name == "soil_moisture" and value > 1:
        return "per cent or mm, though the units say otherwise"
    if name == "runoff" and value < 0:
        return "the sign is turned, or the values are anomalies"
    if name == "et":
        return "the unit or the sign is wrong"
    return ""


def _file_at(file: Path | str | FileOf, field: xr.DataArray, index: int) -> Path | str:
    if not callable(file):
        return file
    time = None
    if "time" in field.dims:
        at = np.unravel_index(index, field.shape)[field.dims.index("time")]
        time = field["time"].values[at]
    return file(str(field.name), time)


def _place(field: xr.DataArray, index: int) -> str:
    """Time, further indices and cell of a flat index."""
    parts = []
    for dim, at in zip(field.dims, np.unravel_index(index, field.shape), strict=True):
        value = field[dim].values[at] if dim in field.coords else at
        parts.append(f"time {moment(value)}" if dim == "time" else f"{dim} {value:.6g}")
    return ", ".join(parts[:-2]) + (", " if parts[:-2] else "") + f"cell ({parts[-2]}, {parts[-1]})"
