"""The domain file of a study."""

from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.prepare.own_parameters import own_parameters
from paramscape.prepare.regrid import conservative
from paramscape.prepare.roles import with_roles
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.domain import read_domain
from paramscape.products.land import read_elevation
from paramscape.study import Domain, Elevation, Space

MINIMUM_SHARE = 0.5  # of a cell's area that must have an elevation, [1]


def prepare_domain(
    settings: Domain,
    elevation: Elevation | None,
    parameters: Path | None,
    space: Space | None = None,
) -> xr.Dataset:
    """Mask, fraction, area and elevation of the study's cells: a VIC domain file.

    Args:
        settings: rectangle, mask file, VIC domain file, blocks or points.
        elevation: elevation on a finer or equal grid.
        parameters: the user's VIC parameter file, whose `elev` is used if there is no elevation.
        space: which cells are learned from; all without it, or the sampled cells of blocks.

    Returns:
        (lat, lon): mask int32, frac [1], area [m2], elev [m; NaN outside the domain], and `role`
        if some cells are only scored, see `with_roles`.

    Raises:
        ProductError: if a file is wrong, or an active cell has no elevation.
    """
    domain = with_roles(read_domain(settings), space or Space())
    inside = domain["mask"] > 0
    if elevation is not None:
        native = read_elevation(elevation, Box.of(domain)).to_dataset(name="elev")
        heights, path = conservative(native, domain, MINIMUM_SHARE)["elev"], elevation.path
    elif parameters is not None:
        heights, path = own_parameters(parameters, domain)["elev"], parameters
    else:
        raise ValueError("an elevation file or a VIC parameter file is needed for the elevation")
    missing = (heights.isnull() & inside).transpose("lat", "lon").values
    if missing.any():
        row, column = np.argwhere(missing)[0]
        raise ProductError(
            f"{int(missing.sum())} active cells have no elevation",
            path,
            "elev",
            f"cell at latitude {float(domain.lat[row]):g}, longitude {float(domain.lon[column]):g}",
            "take an elevation that covers the domain, or take the cells out of the mask",
        )
    attrs = {"units": "m", "long_name": "elevation of the land"}
    domain["elev"] = heights.where(inside).astype("f8").assign_attrs(attrs)
    return domain.transpose("lat", "lon")
