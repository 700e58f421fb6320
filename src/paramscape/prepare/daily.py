"""Daily forcing for networks, from the steps that VIC reads."""

from collections.abc import Iterable

import numpy as np
import xarray as xr

from paramscape.study.quantities import FORCINGS, LONG_NAMES, UNITS


def prepare_daily_forcing(years: Iterable[xr.Dataset]) -> xr.Dataset:
    """Daily means, and daily totals of `prcp`, of consecutive years of VIC forcing.

    Args:
        years: VIC forcing (time, lat, lon) in order, whole days each.

    Returns:
        (time, lat, lon) float32 in the same units, prcp [mm d-1 as mm in the day]; time is the
        start of the day (UTC); NaN where any step is missing.

    Raises:
        ValueError: if a day lacks steps, or the years do not follow each other.
    """
    days = xr.concat([_days(year) for year in years], "time", join="exact")
    gaps = days["time"].to_index().to_series().diff().dropna()
    if (gaps != gaps.dtype.type(1, "D")).any():
        first = gaps.index[gaps != gaps.dtype.type(1, "D")][0]
        raise ValueError(
            f"daily forcing must be continuous, but there is a gap before {first:%Y-%m-%d}"
        )
    return days


def _days(steps: xr.Dataset) -> xr.Dataset:
    counts = steps["time"].resample(time="1D").count()
    count = int(counts.max())
    if (counts != count).any():
        short = counts["time"].values[(counts != count).values][0]
        raise ValueError(
            f"{short!s:.10} has fewer steps of forcing than the {count} of other days; daily "
            "forcing needs whole days"
        )
    days = {}
    for name in FORCINGS:  # one at a time: the steps of a year in 64 bits fill the memory
        grouped = steps[name].astype("f8").coarsen(time=count, coord_func="min")
        day = grouped.reduce(np.sum if name == "prcp" else np.mean).astype("f4")
        days[name] = day.assign_attrs(units=UNITS[name], long_name=LONG_NAMES[name])
    return xr.Dataset(days, attrs=steps.attrs)
