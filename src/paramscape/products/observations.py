"""Observed targets, whichever product they come from."""

from collections.abc import Iterator
from functools import partial

import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.listing import Listing
from paramscape.products.looks import FileLooks, first_days
from paramscape.products.modules import files_of, reader_of
from paramscape.study import Period
from paramscape.study.observation_products import ObservationSettings


def read_observations(
    settings: ObservationSettings, target: str, period: Period, box: Box
) -> xr.DataArray:
    """Daily values of a target on the product's own grid around a box.

    Args:
        settings: a product of the form `grid`.
        target: `et`, `runoff` or `soil_moisture`.
        period: days to return.
        box: the domain's edges.

    Returns:
        (time, lat, lon), every day of the period: et and runoff in mm d-1, soil_moisture in
        m3 m-3; NaN where nothing was observed.

    Raises:
        ProductError: naming file, variable, time and cell of what is wrong.
    """
    return reader_of(settings).read_observations(settings, target, period, box)


def read_on_cells(
    settings: ObservationSettings, target: str, period: Period, domain: xr.Dataset
) -> xr.DataArray:
    """Daily values of a target on the cells of a domain.

    Args:
        settings: a product of the form `pixels`.
        target: `et`, `runoff` or `soil_moisture`.
        period: days to return.
        domain: `mask` (lat, lon).

    Returns:
        (time, lat, lon), every day of the period, as `read_observations`.

    Raises:
        ProductError: naming file, variable, time and cell of what is wrong.
    """
    return reader_of(settings).read_on_cells(settings, target, period, domain)


def looks_at_observations(
    settings: ObservationSettings, target: str, period: Period, box: Box
) -> Iterator[FileLooks]:
    """Looks at those files of a period that exist, by default at the first days of each year."""
    own = getattr(reader_of(settings), "looks_at_observations", None)
    if own is not None:
        yield from own(settings, target, period, box)
        return
    for part in period.by_year():
        files = list(files_of(settings).observation_files(settings, target, part, Listing()))
        if all(file.path.is_file() for file in files):
            look = partial(read_observations, settings, target, first_days(part), box)
            yield FileLooks(files[0].path, (look,))
