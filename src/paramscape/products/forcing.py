"""Meteorological forcing, whichever product it comes from."""

from collections.abc import Iterator
from functools import partial

import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.checks import FileOf
from paramscape.products.listing import Listing
from paramscape.products.looks import FileLooks
from paramscape.products.modules import files_of, reader_of
from paramscape.study import Period
from paramscape.study.forcing_products import ForcingSettings


def read_forcing(
    settings: ForcingSettings, period: Period, box: Box, *, ends_record: bool = True
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
    return reader_of(settings).read_forcing(settings, period, box, ends_record)


def forcing_file(settings: ForcingSettings) -> FileOf:
    """A function that gives the raw file of one of our variables at a time, for messages."""
    return reader_of(settings).forcing_file(settings)


def looks_at_forcing(settings: ForcingSettings, period: Period, box: Box) -> Iterator[FileLooks]:
    """Looks at those files of a period that exist, by default at the first day of each year."""
    own = getattr(reader_of(settings), "looks_at_forcing", None)
    if own is not None:
        yield from own(settings, period, box)
        return
    for days in period.by_year():
        day = Period(start=days.start, end=days.start)
        listed = files_of(settings).forcing_files(settings, day, Listing())
        files = [file for file in listed if not file.closes_record]
        if all(file.path.is_file() for file in files):
            yield FileLooks(files[0].path, (partial(read_forcing, settings, day, box),))
