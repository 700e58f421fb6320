"""Land elevation."""

import numpy as np
import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.errors import ProductError
from paramscape.products.netcdf_reader import open_product
from paramscape.products.units import convert
from paramscape.study import Elevation


def read_elevation(settings: Elevation, box: Box) -> xr.DataArray:
    """Elevation (lat, lon) [m] on the file's grid around a box; NaN where there is none.

    Raises:
        ProductError: if the file is damaged, its unit unknown, or a value is beyond -500 to 9000 m.
    """
    with open_product(settings.path) as raw:
        field = raw.field(settings.variable, box)
        units = raw.units(settings.variable)
    field = field.squeeze([d for d in field.dims if d not in ("lat", "lon")], drop=True)
    values = convert(field.values, units, "m", settings.path, settings.variable)
    bad = (values < -500) | (values > 9000)
    if bad.any():
        row, column = np.unravel_index(int(bad.argmax()), bad.shape)
        raise ProductError(
            f"elevation is {values[row, column]:g} m, beyond -500 to 9000",
            settings.path,
            settings.variable,
            f"cell (lat {float(field.lat[row]):.6g}, lon {float(field.lon[column]):.6g})",
            f"look at the units attribute ({units!r}) and at the missing values",
        )
    return field.copy(data=values).rename("elev").assign_attrs(units="m", long_name="elevation")
