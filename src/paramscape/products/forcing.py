"""Meteorological forcing, whichever product it comes from."""

import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.checks import FileOf
from paramscape.products.cmfd import cmfd_file, read_cmfd
from paramscape.products.nldas import nldas_file, read_nldas
from paramscape.products.vic_files import read_vic_forcing, vic_file
from paramscape.study import CmfdForcing, NldasForcing, Period, VicForcing

Forcing = CmfdForcing | NldasForcing | VicForcing


def read_forcing(
    settings: Forcing, period: Period, box: Box, *, ends_record: bool = True
) -> xr.Dataset:
    """Means and totals of a product's own steps on its own grid around a box.

    Args:
        settings: which product, and where.
        period: days to read; call it once a year to bound memory.
        box: the domain's edges; one native cell more is read on every side.
        ends_record: whether the data may end with the period, see the products.

    Returns:
        (time, lat, lon) float32: tas [C], prcp [mm per step], pres [kPa], dswrf and dlwrf [W m-2],
        vp [kPa], wind [m s-1]; time is the start of a step, `step_hours` its length; NaN outside
        the product.

    Raises:
        ProductError: naming file, variable, time and cell of what is wrong.
    """
    if isinstance(settings, CmfdForcing):
        return read_cmfd(settings, period, box, ends_record)
    if isinstance(settings, NldasForcing):
        return read_nldas(settings, period, box, ends_record)
    return read_vic_forcing(settings, period, box)


def forcing_file(settings: Forcing) -> FileOf:
    """A function that gives the raw file of one of our variables at a time, for messages."""
    if isinstance(settings, CmfdForcing):
        return cmfd_file(settings)
    if isinstance(settings, NldasForcing):
        return nldas_file(settings)
    return vic_file(settings)
