"""VIC image-driver files of the user's own: forcing, domain and parameters."""

import re
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products import paths
from paramscape.products.bounding_box import EARTH_RADIUS, Box
from paramscape.products.checks import FileOf, require_times
from paramscape.products.errors import ProductError
from paramscape.products.netcdf_reader import ProductFile, open_product
from paramscape.products.time_steps import check_points, day_after, finished
from paramscape.products.units import conversion, convert, is_kind_of
from paramscape.study import Period, VicForcing
from paramscape.study.quantities import FORCINGS, UNITS

_SQUARE_RADIANS = ("radian2", "radians2", "rad2", "steradian", "steradians", "sr")
_WIND_LABELS = ("mm s-1", "mm/s")
_PARAMETERS = (
    "run_cell", "infilt", "Ds", "Dsmax", "Ws", "c", "expt", "Ksat", "depth", "elev", "Nveg", "Cv",
    "LAI", "root_depth", "root_fract",
)  # fmt: skip


def read_vic_forcing(settings: VicForcing, period: Period, box: Box) -> xr.Dataset:
    """Steps of VIC forcing files, at the files' own step, in the cells of a box.

    A file without `units` attribute is taken to hold VIC's units; one that says kelvin or pascal
    is converted. VIC's own preprocessors label wind in m s-1 as `mm s-1`, which is read as m s-1.

    Args:
        settings: path prefix of the yearly files, and names of variables that differ from ours.
        period: days to read.
        box: the domain's edges.

    Returns:
        tas, prcp, pres, dswrf, dlwrf, vp, wind (time, lat, lon), latitude ascending; NaN in
        inactive cells; time is the start of a step.

    Raises:
        ProductError: if a file is missing, damaged, has gaps in time or unphysical values.
    """
    years = range(period.start.year, period.end.year + 1)
    parts, units = [], {}
    for year in years:
        part, units = _year(settings, year, period, box)
        parts.append(part)
    steps = xr.concat(parts, "time", join="exact") if len(parts) > 1 else parts[0]
    times = steps["time"].values
    hours = _step_hours(times, paths.vic_forcing_path(settings.prefix, years[0]))
    points = {name: steps[name].assign_attrs(units=UNITS[name]) for name in FORCINGS}
    check_points(points, hours, settings.supersaturation, vic_file(settings), units)
    return finished(steps, hours)


def vic_file(settings: VicForcing) -> FileOf:
    """The file of the year of a time."""

    def file(name: str, time: np.datetime64 | None) -> Path:
        year = "YYYY" if time is None else f"{np.datetime64(time, 'Y')}"
        return Path(f"{settings.prefix}{year}.nc")

    return file


def read_vic_domain(path: Path) -> xr.Dataset:
    """`mask` (int32), `frac` and `area` [m2] of a VIC domain file, (lat, lon), latitude ascending.

    Coordinates may be maps, as RVIC's xc and yc, where these make a regular grid; an area in square
    radians becomes m2.

    Raises:
        ProductError: if the file is damaged or has no `mask`, no cell is active, or `frac` is no
            share in an active cell.
    """
    with open_product(path) as raw:
        raw.variable("mask")
        names = [name for name in ("mask", "frac", "area") if name in raw.variables]
        fields = {name: _map(raw, name) for name in names}
        if "area" in fields:
            fields["area"] = fields["area"] * _square_metres(raw)
    active = fields["mask"].fillna(0) > 0
    fields["mask"] = active.astype(np.int32)
    if not active.any():
        raise ProductError("no cell is active", path, "mask", cure="give a mask with cells above 0")
    if "frac" in fields:
        fields["frac"] = fields["frac"].where(active, 0)
        _require_shares(fields["frac"], path)
    return xr.Dataset(fields)


def require_parameters(path: Path) -> None:
    """Refuse a file that is no VIC parameter file.

    Raises:
        ProductError: naming the first variable that is missing.
    """
    with open_product(path) as raw:
        for name in _PARAMETERS:
            raw.variable(name)


def _year(
    settings: VicForcing, year: int, period: Period, box: Box
) -> tuple[xr.Dataset, dict[str, str | None]]:
    path = paths.vic_forcing_path(settings.prefix, year)
    with open_product(path) as raw:
        inside = records_of_year(raw, year, period)
        fields, units = {}, {}
        for name in FORCINGS:
            fields[name] = vic_field(raw, settings, name, box, inside)
            units[name] = raw.units(settings.names.get(name, name))
    return xr.Dataset(fields), units


def vic_field(
    raw: ProductFile, settings: VicForcing, name: str, box: Box, records: slice
) -> xr.DataArray:
    """Some records of one of our variables in an open file, (time, lat, lon) in our unit.

    Raises:
        ProductError: if the variable is missing or damaged, or its unit unknown.
    """
    variable = settings.names.get(name, name)
    if variable not in raw.variables:
        raise ProductError(
            f"the file has no variable {variable!r} for {name}", raw.path, variable,
            cure=f"give its name in the files as products.forcing.names.{name}; they have "
            f"{', '.join(raw.variables)}",
        )  # fmt: skip
    field = raw.field(variable, box, records, margin=0)
    units = raw.units(variable)
    said = UNITS[name] if _is_vics(name, units) else units
    hours = _step_hours(raw.time, raw.path)
    values = _in_vics_units(field.values, name, said, hours, (raw.path, variable))
    return field.rename(name).copy(data=values)


def _in_vics_units(
    values: np.ndarray, name: str, units: str | None, hours: int, place: tuple[Path, str]
) -> np.ndarray:
    """Values of one of our variables in VIC's unit; rain may be a rate."""
    if name == "prcp" and is_kind_of(units, "mm h-1"):
        return convert(values, units, "mm h-1", *place) * values.dtype.type(hours)
    return convert(values, units, UNITS[name], *place)


def records_of_year(raw: ProductFile, year: int, period: Period) -> slice:
    """The records of a year that lie in the period, after checking that none is missing.

    Raises:
        ProductError: naming the first record that is missing, repeated or out of order.
    """
    if raw.time is None or raw.time.size < 2:
        raise ProductError(
            "a VIC forcing file needs a time axis of at least two records", raw.path, "time",
            cure="write `time` with units such as 'hours since 2009-01-01' and a calendar",
        )  # fmt: skip
    start = max(np.datetime64(period.start), np.datetime64(f"{year}-01-01"))
    end = min(np.datetime64(day_after(period)), np.datetime64(f"{year + 1}-01-01"))
    _step_hours(raw.time, raw.path)
    step = np.median(np.diff(raw.time))
    expected = np.arange(start.astype("datetime64[ns]"), end.astype("datetime64[ns]"), step)
    found = np.flatnonzero((raw.time >= expected[0]) & (raw.time < end))
    require_times(raw.time[found], expected, raw.path)
    return slice(int(found[0]), int(found[-1]) + 1)


def _step_hours(times: np.ndarray, path: Path) -> int:
    hours = np.median(np.diff(times)) / np.timedelta64(1, "h")
    if hours < 1 or hours > 24 or 24 % hours:
        raise ProductError(
            f"the step is {hours:g} hours, which does not divide the day into whole hours",
            path, "time", cure="give forcing with 1 to 24 steps a day",
        )  # fmt: skip
    return int(hours)


def _is_vics(name: str, units: str | None) -> bool:
    return units is None or (name == "wind" and units.strip().lower() in _WIND_LABELS)


def _map(raw: ProductFile, name: str) -> xr.DataArray:
    field = raw.field(name)
    for axis in ("lat", "lon"):
        if field.sizes[axis] > 1 and np.diff(field[axis].values).min() < 1e-9:
            raise ProductError(
                f"{axis} {field[axis].values[np.diff(field[axis].values).argmin()]:g} comes twice",
                raw.path, axis, cure="give each row and column of the grid once",
            )  # fmt: skip
    extra = [dim for dim in field.dims if dim not in ("lat", "lon")]
    if any(field.sizes[dim] > 1 for dim in extra):
        raise ProductError(
            f"the variable has further axes {', '.join(map(str, extra))}", raw.path, name,
            cure="give it on latitude and longitude alone",
        )  # fmt: skip
    return field.squeeze(extra, drop=True).reset_coords(drop=True)


def _square_metres(raw: ProductFile) -> float:
    """Factor from the unit of a domain's `area` to m2; one that is unknown counts as m2."""
    units = raw.units("area")
    plain = re.sub(r"[^a-z0-9]", "", (units or "").lower())
    if plain in _SQUARE_RADIANS:
        return EARTH_RADIUS**2
    if is_kind_of(units, "m2"):
        return conversion(units, "m2", raw.path, "area")[0]
    return 1.0


def _require_shares(share: xr.DataArray, path: Path) -> None:
    wrong = ~((share >= 0) & (share <= 1 + 1e-6)).values
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ProductError(
            f"frac is {float(share[row, column]):g} in an active cell, not a share from 0 to 1",
            path,
            "frac",
            f"cell (lat {float(share.lat[row]):g}, lon {float(share.lon[column]):g})",
            "give the share of the cell inside the domain, or mask the cell out",
        )
