"""Land cover: a map of vegetation class codes."""

import numpy as np
import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.errors import ProductError
from paramscape.products.netcdf_reader import open_product
from paramscape.study import LandCover

MISSING = -1
_LAST_CODE = {"umd": 14, "igbp": 17}


def read_land_cover(settings: LandCover, box: Box) -> xr.DataArray:
    """Class codes (lat, lon) int16 on the file's grid around a box; -1 where there is none.

    UMD codes run from 0 (water) to 14, IGBP codes from 0 to 17; their meaning is the scheme's.

    Raises:
        ProductError: if the file is damaged, or holds a code that the scheme does not have.
    """
    with open_product(settings.path) as raw:
        field = raw.field(settings.variable, box)
    field = field.squeeze([d for d in field.dims if d not in ("lat", "lon")], drop=True)
    codes = np.nan_to_num(field.values, nan=MISSING)
    bad = (codes != np.round(codes)) | (codes < MISSING) | (codes > _LAST_CODE[settings.scheme])
    if bad.any():
        row, column = np.unravel_index(int(bad.argmax()), bad.shape)
        raise ProductError(
            f"{codes[row, column]:g} is no class of the scheme {settings.scheme!r} "
            f"(0 to {_LAST_CODE[settings.scheme]})",
            settings.path,
            settings.variable,
            f"cell (lat {float(field.lat[row]):.6g}, lon {float(field.lon[column]):.6g})",
            "choose the scheme of the map, or mark missing cells with _FillValue",
        )
    return (
        field.copy(data=codes.astype(np.int16))
        .rename("land_cover")
        .assign_attrs(long_name=f"land cover class ({settings.scheme})", units="1")
    )
