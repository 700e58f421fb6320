"""Last step of every reader of gridded observations."""

from pathlib import Path

import xarray as xr

from paramscape.grid.coordinates import with_described_coordinates
from paramscape.products.plausible import warn_of_unusual
from paramscape.study.quantities import LONG_NAMES, UNITS


def finished_days(daily: xr.DataArray, target: str, source: Path) -> xr.DataArray:
    """Daily observations with the target's name, unit and axes; unusual values are logged.

    Args:
        daily: (time, lat, lon) in the target's unit.
        target: its name.
        source: file or folder that they came from, for the log.
    """
    daily = daily.rename(target)
    daily.attrs = {"units": UNITS[target], "long_name": LONG_NAMES[target]}
    daily = with_described_coordinates(daily)
    warn_of_unusual(daily, source)
    return daily
