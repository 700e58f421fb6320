"""Observed targets, whichever product they come from."""

import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.cf import read_cf_observations
from paramscape.products.gleam import read_gleam
from paramscape.products.plausible import warn_of_unusual
from paramscape.study import CfObservations, GleamObservations, Period


def read_observations(
    settings: GleamObservations | CfObservations, target: str, period: Period, box: Box
) -> xr.DataArray:
    """Daily values of a target on the product's own grid around a box.

    Returns:
        (time, lat, lon), every day of the period: et and runoff in mm d-1, soil_moisture in
        m3 m-3; NaN where nothing was observed.

    Raises:
        ProductError: naming file, variable, time and cell of what is wrong.
    """
    if isinstance(settings, GleamObservations):
        daily, source = read_gleam(settings, target, period, box), settings.folder
    else:
        daily, source = read_cf_observations(settings, target, period, box), settings.path
    warn_of_unusual(daily, source)
    return daily
