"""Observed variables that are only scored, whichever product they come from."""

import xarray as xr

from paramscape.products.modules import reader_of
from paramscape.study import Period
from paramscape.study.check_products import CheckSettings


def read_check(
    settings: CheckSettings, variable: str, period: Period, domain: xr.Dataset
) -> xr.Dataset:
    """Totals of a variable over a product's own periods, on the study's grid.

    Args:
        settings: the product.
        variable: `et`.
        period: periods of the product that lie wholly in these days are read.
        domain: `mask` and `area` (lat, lon) of the study's grid.

    Returns:
        the variable (time, lat, lon) [mm], NaN where it is not observed; `time_bnds` (time, bnds),
        the first day of each period and the day after its last.

    Raises:
        ProductError: naming the file and what is wrong with it.
    """
    return reader_of(settings).read_check(settings, variable, period, domain)
