"""Means and totals of time steps from the records of a forcing product."""

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import xarray as xr

from paramscape.grid.coordinates import with_described_coordinates
from paramscape.products.checks import (
    FileOf,
    require_physical,
    require_rain_rate,
    require_steady_cover,
    require_unsaturated,
    without_rounding,
)
from paramscape.study import Period
from paramscape.study.quantities import FORCINGS, LONG_NAMES, UNITS


def record_times(period: Period, hours: int) -> np.ndarray:
    """Times of the records from the start of a period to 00:00 of the day after, both included."""
    start = np.datetime64(period.start, "h")
    end = np.datetime64(day_after(period), "h")
    step = np.timedelta64(hours, "h")
    return np.arange(start, end + step, step).astype("datetime64[ns]")


def day_after(period: Period) -> date:
    """The day after a period."""
    return period.end + timedelta(days=1)


def check_points(
    points: Mapping[str, xr.DataArray],
    hours: int,
    supersaturation: float,
    file: FileOf,
    units: Mapping[str, str | None],
) -> None:
    """Refuse records that are unphysical, incomplete or supersaturated.

    Args:
        points: our variables (time, lat, lon) in our units, prcp in mm per step.
        hours: length of the step.
        supersaturation: share by which vapour pressure may exceed saturation [1].
        file: where a variable of a time came from.
        units: what the files' `units` attributes say, by our names.

    Raises:
        ProductError: naming file, variable, time and cell.
    """
    for name, field in points.items():
        require_physical(field, file, units.get(name))
        require_steady_cover(field, file)
    require_rain_rate(points["prcp"], hours, file, units.get("prcp"))
    require_unsaturated(points["vp"], points["tas"], supersaturation, file)


def steps_between(points: Mapping[str, xr.DataArray], hours: int) -> xr.Dataset:
    """Steps from n + 1 records: step k covers the time from record k to record k + 1.

    Precipitation is a total that ends at its record, so step k takes record k + 1. Everything
    else is a value at, or a mean around, its record, so step k takes the mean of both.

    Args:
        points: our variables (time, lat, lon) of n + 1 equally spaced records.
        hours: length of a step.

    Returns:
        (time, lat, lon) of n steps; time is the start of a step.
    """
    steps = {}
    for name in FORCINGS:
        values = points[name].values
        inside = values[1:] if name == "prcp" else (values[:-1] + values[1:]) * np.float32(0.5)
        steps[name] = points[name].isel(time=slice(None, -1)).copy(data=inside)
    return finished(xr.Dataset(steps), hours)


def joined_steps(steps: xr.Dataset, count: int) -> xr.Dataset:
    """Means, and totals of `prcp`, over each `count` steps; time is the start of the first."""
    if count == 1:
        return steps
    joined = steps.coarsen(time=count, coord_func="min")
    result = joined.reduce(np.mean)
    result["prcp"] = joined.reduce(np.sum)["prcp"]
    return result


def finished(steps: xr.Dataset, hours: int) -> xr.Dataset:
    """Steps with names, units and coordinates described, and tiny negative values set to zero."""
    for name in FORCINGS:
        steps[name] = without_rounding(steps[name])
        steps[name].attrs = {"units": UNITS[name], "long_name": LONG_NAMES[name]}
    steps = with_described_coordinates(steps)
    steps["time"].attrs = {"standard_name": "time", "long_name": "start of the step"}
    return steps.assign_attrs(step_hours=hours)
