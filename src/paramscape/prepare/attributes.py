"""Static attributes of the study's cells."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from paramscape.prepare.regrid import conservative
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.land import read_attribute
from paramscape.study import CfAttribute

MINIMUM_SHARE = 1e-4  # of a cell's area that must have a value, [1]
OF_SOIL = ("porosity", "bulk_density", "soil_depth", "sand", "silt", "clay")
_FILE = "VIC parameter file"
_OF_PARAMETERS = {
    "bulk_density": ("kg m-3", "bulk density", _FILE),
    "ksat": ("mm d-1", "saturated hydraulic conductivity", _FILE),
    "quartz": ("1", "quartz content", _FILE),
    "porosity": ("1", "porosity", _FILE),
    "elevation": ("m", "elevation of the land", _FILE),
    "lai": ("m2 m-2", "yearly mean leaf area index", _FILE),
    "annual_prec": ("mm", "yearly precipitation", "forcing"),
}


def soil_attributes(native: xr.Dataset, domain: xr.Dataset) -> xr.Dataset:
    """The attributes of the GAN-PO paper, and elevation.

    Args:
        native: soil of the pixels, see `prepare_native_soil`.
        domain: mask and elevation (lat, lon).

    Returns:
        (lat, lon) area means: porosity [1], bulk_density [kg m-3], soil_depth [m], sand, silt,
        clay [%], elevation [m]; each with `units`, `long_name` and `source`; NaN outside.
    """
    known = native[list(OF_SOIL)].where(native["cell"] >= 0)
    found = conservative(known, domain, MINIMUM_SHARE)
    for name in OF_SOIL:
        found[name].attrs = dict(native[name].attrs)
    found["elevation"] = domain["elev"].assign_attrs(
        units="m", long_name="elevation of the land", source=native["elevation"].attrs["source"]
    )
    return found.where(domain["mask"] > 0)


def parameter_attributes(params: xr.Dataset, domain: xr.Dataset, climate: xr.Dataset) -> xr.Dataset:
    """Attributes derived from a VIC parameter file, if no soil data are given.

    Args:
        params: VIC's parameters (…, lat, lon).
        domain: mask (lat, lon).
        climate: `mean_climate` of the forcing.

    Returns:
        (lat, lon): depth-weighted means of bulk_density [kg m-3], ksat [mm d-1], quartz and
        porosity [1]; elevation [m]; yearly mean lai [m2 m-2] over the tiles; annual_prec [mm];
        NaN outside.
    """
    weights = params["depth"].fillna(0)
    porosity = 1 - params["bulk_density"] / params["soil_density"]
    cover = params["Cv"].fillna(0)
    lai = (params["LAI"].mean("month").fillna(0) * cover).sum("veg_class")
    fields = {
        "bulk_density": params["bulk_density"].weighted(weights).mean("nlayer"),
        "ksat": params["Ksat"].weighted(weights).mean("nlayer"),
        "quartz": params["quartz"].weighted(weights).mean("nlayer"),
        "porosity": porosity.weighted(weights).mean("nlayer"),
        "elevation": params["elev"],
        "lai": lai / cover.sum("veg_class").clip(min=1e-6),
        "annual_prec": climate["annual_prec"],
    }
    inside = domain["mask"] > 0
    result = {}
    for name, (units, long_name, source) in _OF_PARAMETERS.items():
        attrs = {"units": units, "long_name": long_name, "source": source}
        kept = fields[name].astype("f8").where(inside).transpose("lat", "lon")
        result[name] = kept.reset_coords(drop=True).assign_attrs(attrs)
    return xr.Dataset(result)


def further_attributes(settings: Mapping[str, CfAttribute], domain: xr.Dataset) -> xr.Dataset:
    """Attributes from the user's files, as area means over the cells.

    Returns:
        (lat, lon) by the names in the settings, in the files' units; NaN outside.

    Raises:
        ProductError: if a file is wrong, or an active cell has no value.
    """
    inside = domain["mask"] > 0
    fields = {}
    for name, attribute in settings.items():
        native = read_attribute(attribute, name, Box.of(domain))
        field = conservative(native.to_dataset(name=name), domain, MINIMUM_SHARE)[name]
        missing = (field.isnull() & inside).transpose("lat", "lon").values
        if missing.any():
            row, column = np.argwhere(missing)[0]
            raise ProductError(
                f"attribute {name} is missing in {int(missing.sum())} active cells",
                attribute.path,
                attribute.variable,
                f"cell at latitude {float(domain.lat[row]):g}, "
                f"longitude {float(domain.lon[column]):g}",
                "take a file that covers the domain, or leave the attribute out",
            )
        fields[name] = field.where(inside).assign_attrs(
            units=native.attrs.get("units", "1"),
            long_name=name,
            source=native.attrs.get("source", attribute.path.name),
        )
    return xr.Dataset(fields)
