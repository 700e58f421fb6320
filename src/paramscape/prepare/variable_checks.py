"""Observed variables that are only scored, on the study's grid."""

import numpy as np
import xarray as xr

from paramscape.products import ProductError
from paramscape.products.variable_checks import read_check
from paramscape.study import Period
from paramscape.study.check_products import CheckSettings


def prepare_check(
    settings: CheckSettings, variable: str, days: Period, domain: xr.Dataset
) -> xr.Dataset:
    """Totals of a variable over the product's own periods; see `products.variable_checks`.

    Raises:
        ProductError: if a raw file is wrong, or no active cell is ever observed.
    """
    found = read_check(settings, variable, days, domain)
    if not np.isfinite(found[variable].values).any():
        raise ProductError(
            f"no active cell has a value of {variable} from {days.start} to {days.end}",
            "checks", variable, cure="look at the product's quality and share of pixels",
        )  # fmt: skip
    return found
