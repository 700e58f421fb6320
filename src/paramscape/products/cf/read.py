"""Observations and attributes from the user's CF NetCDF files."""

import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products.bounding_box import Box, near
from paramscape.products.cf.files import path_of, paths_of
from paramscape.products.checks import require_known_codes, require_physical
from paramscape.products.days import RecordDays, daily_means, record_days, time_method
from paramscape.products.errors import ProductError
from paramscape.products.geotiff import is_geotiff, read_geotiff
from paramscape.products.looks import FileLooks, first_days, is_read_whole
from paramscape.products.netcdf_reader import ProductFile, moment, open_product
from paramscape.products.observed import finished_days
from paramscape.products.plausible import require_plausible
from paramscape.products.units import LATENT_HEAT, convert, is_kind_of, water_flux
from paramscape.study import CfAttribute, CfObservations, Period
from paramscape.study.quantities import UNITS

_LOG = logging.getLogger(__name__)
_NOT_OF_THE_DAY = ("maximum", "minimum", "range", "standard_deviation", "variance", "mode")
_LATENT_NAMES = ("le", "qle", "hfls", "slhf", "lhf", "lh", "lhfx", "le_corr", "le_f_mds")
_SURFACE_RUNOFF = ("surface_runoff_flux", "surface_runoff_amount")
_VIC_LAYERS = "nlayer"


def read_observations(
    settings: CfObservations, target: str, period: Period, box: Box
) -> xr.DataArray:
    """Daily values of a target around a box, from one file or one a year.

    A record belongs to the day that its bounds say, see `record_days`; several records of a day
    become its mean, or for a flux that is an amount its sum. Soil moisture as VIC writes it, at
    the end of an interval, is that of the day's end. Latent heat becomes water by `LATENT_HEAT`.

    Args:
        settings: path (`{year}` in it stands for the year) and variable.
        target: `et`, `runoff` or `soil_moisture`.
        period: days to return.
        box: the domain's edges; the file may cover a part of it.

    Returns:
        (time, lat, lon), every day of the period, on the file's grid, named after the target, in
        mm d-1 or m3 m-3; NaN where the file has no value or no such day.

    Raises:
        ProductError: if a file is damaged, no day of the period is in it, a day comes twice or
            cannot be told, or values are implausible.
    """
    files = paths_of(settings, period)
    found = [_daily(path, settings, target, period, box) for path in files]
    parts = [part for part in found if part is not None]
    if not parts:
        raise ProductError(
            f"no record is of a day from {period.start} to {period.end}",
            settings.path,
            settings.variable,
            cure="take files of the study's periods",
        )
    for part, path in zip(found, files, strict=True):
        _require_same_grid(part, parts[0], path)
    daily = xr.concat(parts, "time", join="exact")
    _require_single_days(daily["time"].values, files[0])
    days = np.arange(period.start, np.datetime64(period.end) + 1, dtype="datetime64[D]")
    daily = daily.reindex(time=days.astype("datetime64[ns]"))
    return finished_days(daily, target, settings.path)


def read_attribute(settings: CfAttribute, name: str, box: Box) -> xr.DataArray:
    """A static attribute around a box.

    Args:
        settings: path, variable, for a third axis the index along it, and classes if it is a map
            of them.
        name: the attribute's name in the study.
        box: the domain's edges.

    Returns:
        (lat, lon) on the file's grid, in the file's unit; NaN where the file has no value. Of a map
        of classes 1 where it has one of the wanted classes, else 0.

    Raises:
        ProductError: if the file is damaged, the variable has more axes than were chosen, or a map
            has values that are no codes.
    """
    if is_geotiff(settings.path):
        field = read_geotiff(settings.path, settings.layer, box)
        units, source = settings.units or "1", settings.path.name
    else:
        with open_product(settings.path) as raw:
            place = (raw.path, settings.variable)
            field = _flat(raw.field(settings.variable, box), settings.layer, place, ("lat", "lon"))
            units = raw.units(settings.variable) or settings.units or "1"
            source = str(raw.attributes().get("title", settings.path.name))
    require_known_codes(field, (settings.path, settings.variable or name))
    if settings.classes is not None:
        field, units = _shares_of(field, settings), "1"
    return field.rename(name).assign_attrs(units=units, source=source)


def looks_at_observations(
    settings: CfObservations, target: str, period: Period, box: Box
) -> Iterator[FileLooks]:
    """Looks at the files that exist: all days of a period, or its first where files are large."""
    whole = is_read_whole(paths_of(settings, period))
    parts = period.by_year() if len(paths_of(settings, period)) > 1 else [period]
    for part in parts:
        path = path_of(settings, part.start.year)
        if path.is_file():
            one = settings.model_copy(update={"path": path})
            days = part if whole else first_days(part)
            yield FileLooks(path, (partial(read_observations, one, target, days, box),))


def _shares_of(field: xr.DataArray, settings: CfAttribute) -> xr.DataArray:
    """1 where a map has one of the wanted classes, 0 elsewhere, NaN where it has no value."""
    known = field.values[np.isfinite(field.values)]
    if (known != np.round(known)).any():
        raise ProductError(
            f"the map has values such as {known[known != np.round(known)][0]:g}, which are no "
            "codes of classes", settings.path, settings.variable,
            cure="leave `classes` out, or name the variable of the classes",
        )  # fmt: skip
    shares = np.isin(field.values, settings.classes).astype("f4")
    return field.copy(data=np.where(np.isfinite(field.values), shares, np.nan))


def _daily(
    path: Path, settings: CfObservations, target: str, period: Period, box: Box
) -> xr.DataArray | None:
    """Daily values of one file in a period, None where it has no such day."""
    with open_product(path) as raw:
        names = [settings.variable] if settings.variable in raw.variables else settings.variables
        _require_times(raw, names[0])
        _require_total_runoff(raw, names, target)
        records = record_days(raw, names[0], target == "soil_moisture").within(period)
        if not records.index.size:
            return None
        parts = [_converted(raw, name, settings, target, records, box) for name in names]
        units = raw.units(names[0])
        method = time_method(raw.attributes(names[0]).get("cell_methods"))
    values, days = daily_means(sum(p.values for p in parts), records, method == "end")
    coords = {"time": days.astype("M8[ns]"), "lat": parts[0]["lat"], "lon": parts[0]["lon"]}
    dims = ("time", "lat", "lon")
    field = xr.DataArray(values, coords, dims, target, {"units": UNITS[target]})
    require_physical(field, path, units)
    require_plausible(field, path, units)
    return field


def _converted(
    raw: ProductFile,
    variable: str,
    settings: CfObservations,
    target: str,
    records: RecordDays,
    box: Box,
) -> xr.DataArray:
    """The records (time, lat, lon) of a variable as rates [mm d-1] or water contents [m3 m-3]."""
    first, last = int(records.index.min()), int(records.index.max())
    field = raw.field(variable, box, slice(first, last + 1), partial=True)
    if "time" not in field.dims:
        raise ProductError(
            f"observations need dimensions time, lat, lon, but these have {field.dims}",
            raw.path,
            variable,
            cure="name a variable on time, latitude and longitude",
        )
    field = field.isel(time=records.index - first)
    layer = settings.layer
    if layer is None and _VIC_LAYERS in field.dims and target == "soil_moisture":
        layer = 0
    field = _flat(field, layer, (raw.path, variable), ("time", "lat", "lon"))
    _require_daily_statistic(raw, variable)
    units = raw.units(variable)
    if target == "soil_moisture":
        return _volumetric(field, units, settings, layer or 0, (raw.path, variable))
    flux = water_flux(units, raw.path, variable)
    if flux.is_heat:
        _require_latent_heat(raw, variable, target)
        _LOG.info(
            "%s: %s becomes water by a latent heat of %g J kg-1", raw.path, variable, LATENT_HEAT
        )
    hours = records.hours.astype(field.dtype)[:, None, None]
    factor = field.dtype.type(flux.factor)
    return field * factor if flux.is_rate else field.copy(data=field.values * factor * 24 / hours)


def _volumetric(
    field: xr.DataArray,
    units: str | None,
    settings: CfObservations,
    layer: int,
    place: tuple[Path, str],
) -> xr.DataArray:
    """Water per volume of soil [m3 m-3], also of water per area in a layer of known thickness."""
    if is_kind_of(units, "g cm-3"):  # of water, which has 1 g cm-3
        return field.copy(data=convert(field.values, units, "g cm-3", *place))
    if not is_kind_of(units, "mm"):
        return field.copy(data=convert(field.values, units, "m3 m-3", *place))
    if settings.depth is None and settings.parameters is None:
        raise ProductError(
            f"the units are {units!r}, water per area; soil_moisture is water per volume [m3 m-3]",
            *place,
            cure="give the thickness of the soil layer: products.observations.soil_moisture.depth "
            "[m], or .parameters, the VIC parameter file whose `depth` it is",
        )
    water = convert(field.values, units, "mm", *place)
    depth = settings.depth
    if depth is None:
        depth = _layer_depth(settings.parameters, layer, field)
    return field.copy(data=water / (1000 * np.asarray(depth, field.dtype)))


def _layer_depth(path: Path, layer: int, field: xr.DataArray) -> np.ndarray:
    """Thickness [m] of a soil layer of a VIC parameter file, (lat, lon) on a field's grid."""
    with open_product(path) as raw:
        depth = _flat(raw.field("depth"), layer, (path, "depth"), ("lat", "lon"))
    lon = near(depth["lon"].values, float(field["lon"].mean()))
    depth = depth.assign_coords(lon=lon).sortby("lon")
    grid = {axis: field[axis].values for axis in ("lat", "lon")}
    on_grid = depth.reindex(grid, method="nearest", tolerance=1e-3).values
    if not (on_grid > 0).any():
        raise ProductError(
            "no cell of the observations has a soil layer in the parameter file", path, "depth",
            cure="give the parameter file of the run that wrote the observations",
        )  # fmt: skip
    return np.where(on_grid > 0, on_grid, np.nan)


def _flat(
    field: xr.DataArray, layer: int | None, place: tuple[Path, str], kept: tuple[str, ...]
) -> xr.DataArray:
    """A field without further axes: an index is taken of one, others may have only one."""
    extra = [dim for dim in field.dims if dim not in kept and field.sizes[dim] > 1]
    if (layer is None and extra) or len(extra) > 1:
        raise ProductError(
            f"the variable has further axes {', '.join(map(str, extra))}",
            *place,
            cure=f"choose one index with `layer`, or give a file with the axes {', '.join(kept)}",
        )
    if extra:
        size = field.sizes[extra[0]]
        if layer >= size:
            raise ProductError(
                f"layer {layer} is beyond the {size} of axis {extra[0]}",
                *place,
                cure=f"choose a layer from 0 to {size - 1}",
            )
        field = field.isel({extra[0]: layer})
    return field.squeeze([d for d in field.dims if d not in kept], drop=True).drop_vars(
        [c for c in field.coords if c not in kept], errors="ignore"
    )


def _require_times(raw: ProductFile, variable: str) -> None:
    raw.variable(variable)
    if raw.time is None:
        raise ProductError(
            "observations need dimensions time, lat, lon, but the file has no time axis with "
            "units of time",
            raw.path,
            variable,
            cure="write a time axis with units such as 'days since 2000-01-01'",
        )


def _require_total_runoff(raw: ProductFile, names: tuple[str, ...], target: str) -> None:
    """Refuse surface runoff alone, where the target is the sum with baseflow."""
    if target != "runoff" or len(names) > 1:
        return
    said = str(raw.attributes(names[0]).get("standard_name", ""))
    if names[0] in ("OUT_RUNOFF", "OUT_BASEFLOW") or said in _SURFACE_RUNOFF:
        raise ProductError(
            f"runoff is surface runoff plus baseflow, but {names[0]} is one of them",
            raw.path,
            names[0],
            cure="name both, joined by +, such as variable: OUT_RUNOFF+OUT_BASEFLOW",
        )


def _require_daily_statistic(raw: ProductFile, variable: str) -> None:
    said = raw.attributes(variable).get("cell_methods")
    if time_method(said) in _NOT_OF_THE_DAY:
        raise ProductError(
            f"cell_methods is {said!r}; observations are means or sums of their day",
            raw.path,
            variable,
            cure="name the variable of the mean or the sum",
        )


def _require_latent_heat(raw: ProductFile, variable: str, target: str) -> None:
    said = raw.attributes(variable)
    words = f"{said.get('standard_name', '')} {said.get('long_name', '')}".lower()
    named = variable.lower() in _LATENT_NAMES or "latent" in words or "latent" in variable.lower()
    if target != "et" or not named:
        raise ProductError(
            f"the units {said.get('units')!r} are those of energy, and nothing says that it is "
            "latent heat",
            raw.path,
            variable,
            cure="name the variable of latent heat (say so in its long_name), or give water",
        )


def _require_same_grid(part: xr.DataArray | None, first: xr.DataArray, path: Path) -> None:
    for axis in ("lat", "lon"):
        if part is not None and not np.array_equal(part[axis].values, first[axis].values):
            raise ProductError(
                "its grid differs from that of the other years", path, axis,
                cure="give all years on one grid",
            )  # fmt: skip


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
