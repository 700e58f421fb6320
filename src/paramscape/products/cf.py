"""Observations and attributes of the user's own, from any CF NetCDF file."""

from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.names import UNITS
from paramscape.study import CfAttribute, CfObservations, Period

from . import paths
from .box import Box
from .checks import require_physical
from .errors import ProductError
from .gleam import described
from .open import moment, open_product
from .units import convert


def read_cf_observations(
    settings: CfObservations, target: str, period: Period, box: Box
) -> xr.DataArray:
    """Daily values of a target around a box, from one file or one a year.

    Args:
        settings: path (`{year}` in it stands for the year) and variable.
        target: `et`, `runoff` or `soil_moisture`.
        period: days to return.
        box: the domain's edges.

    Returns:
        (time, lat, lon), every day of the period, on the file's grid, named after the target, in
        mm d-1 or m3 m-3; NaN where the file has no value or no such day.

    Raises:
        ProductError: if a file is damaged, a day comes twice, or values are unphysical.
    """
    years = range(period.start.year, period.end.year + 1)
    files = dict.fromkeys(paths.yearly_path(settings.path, year) for year in years)
    parts = [_daily(path, settings.variable, target, box) for path in files]
    daily = xr.concat(parts, "time", join="exact")
    _require_single_days(daily["time"].values, next(iter(files)))
    days = np.arange(period.start, np.datetime64(period.end) + 1, dtype="datetime64[D]")
    return described(daily.reindex(time=days.astype("datetime64[ns]")), target)


def read_attribute(settings: CfAttribute, name: str, box: Box) -> xr.DataArray:
    """A static attribute around a box.

    Args:
        settings: path, variable and, for a third axis, the index along it.
        name: the attribute's name in the study.
        box: the domain's edges.

    Returns:
        (lat, lon) on the file's grid, in the file's unit; NaN where the file has no value.

    Raises:
        ProductError: if the file is damaged or the variable has more axes than were chosen.
    """
    with open_product(settings.path) as raw:
        field = _flat(raw.field(settings.variable, box), settings, raw.path)
        units = raw.units(settings.variable) or "1"
        source = str(raw.attributes().get("title", settings.path.name))
    return field.rename(name).assign_attrs(units=units, source=source)


def _daily(path: Path, variable: str, target: str, box: Box) -> xr.DataArray:
    with open_product(path) as raw:
        field = raw.field(variable, box)
        if raw.time is None or field.dims != ("time", "lat", "lon"):
            raise ProductError(
                f"observations need dimensions time, lat, lon, but these have {field.dims}",
                path,
                variable,
                cure="write a time axis with units such as 'days since 2000-01-01'",
            )
        values = convert(field.values, raw.units(variable), UNITS[target], path, variable)
        units = raw.units(variable)
    field = field.rename(target).copy(data=values).assign_attrs(units=UNITS[target])
    require_physical(field, path, units)
    days = field["time"].values.astype("datetime64[D]").astype("datetime64[ns]")
    return field.assign_coords(time=days)


def _flat(field: xr.DataArray, settings: CfAttribute, path: Path) -> xr.DataArray:
    extra = [dim for dim in field.dims[:-2] if field.sizes[dim] > 1]
    if (settings.layer is None and extra) or len(extra) > 1:
        raise ProductError(
            f"an attribute is (lat, lon), but this has further axes {', '.join(map(str, extra))}",
            path,
            settings.variable,
            cure="choose one index with `layer`, or give a file with two axes",
        )
    if extra:
        size = field.sizes[extra[0]]
        if settings.layer >= size:
            raise ProductError(
                f"layer {settings.layer} is beyond the {size} of axis {extra[0]}",
                path,
                settings.variable,
                cure=f"choose a layer from 0 to {size - 1}",
            )
        field = field.isel({extra[0]: settings.layer})
    return field.squeeze([d for d in field.dims if d not in ("lat", "lon")], drop=True).drop_vars(
        [c for c in field.coords if c not in ("lat", "lon")], errors="ignore"
    )


def _require_single_days(days: np.ndarray, path: Path) -> None:
    repeated = np.flatnonzero(np.diff(days) <= np.timedelta64(0))
    if repeated.size:
        day = days[repeated[0] + 1]
        raise ProductError(
            f"day {moment(day)[:10]} comes twice or out of order; observations are daily",
            path,
            "time",
            f"time {moment(day)}",
            "sort the records and keep one a day",
        )
