"""Maps of the land, whichever product they come from."""

import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.modules import reader_of
from paramscape.study._base import Settings


def read_elevation(settings: Settings, box: Box) -> xr.DataArray:
    """Elevation (lat, lon) [m] on the product's grid around a box; NaN where there is none.

    Raises:
        ProductError: naming file, variable and cell of what is wrong.
    """
    return reader_of(settings).read_elevation(settings, box)


def read_land_cover(settings: Settings, box: Box) -> xr.DataArray:
    """Class codes (lat, lon) int16 on the product's grid around a box; -1 where there is none.

    Raises:
        ProductError: naming file, variable and cell of what is wrong.
    """
    return reader_of(settings).read_land_cover(settings, box)


def read_soil(settings: Settings, box: Box) -> xr.Dataset:
    """Soil in layers (depth, lat, lon) on the product's grid around a box; NaN outside the land.

    `depth` has the bottoms of the layers [cm]. The variables are THSCH, TH33, TH1500, POR [m3 m-3],
    PSI_S [cm, absolute value], LAMBDA [1], K_SCH [cm d-1], SA, SI, CL [% of weight], BD [g cm-3],
    and PDEP (lat, lon) [cm], the depth of the profile. The attribute `source` names the data.

    Raises:
        ProductError: naming file, variable and cell of what is wrong.
    """
    return reader_of(settings).read_soil(settings, box)


def read_attribute(settings: Settings, name: str, box: Box) -> xr.DataArray:
    """A static attribute (lat, lon) on the product's grid around a box, NaN where there is none.

    Its attribute `units` has the file's unit, `source` where it came from.

    Raises:
        ProductError: naming file, variable and cell of what is wrong.
    """
    return reader_of(settings).read_attribute(settings, name, box)
