"""Soil and terrain at the resolution of the soil map, with the study's cell of each pixel."""

from __future__ import annotations

import numpy as np
import xarray as xr

from paramscape.grid.sphere import METRES_PER_DEGREE
from paramscape.prepare.regrid import cell_bounds
from paramscape.products.bounding_box import Box
from paramscape.products.land import read_elevation, read_soil
from paramscape.study import ChinaSoil, ConusSoil, Elevation

OUTSIDE = -1
_SOURCES = {
    "sand": ("SA", "%", "sand, share of weight"),
    "silt": ("SI", "%", "silt, share of weight"),
    "clay": ("CL", "%", "clay, share of weight"),
    "bulk_density": ("BD", "kg m-3", "bulk density"),
    "porosity": ("POR", "1", "porosity"),
    "saturation": ("THSCH", "1", "saturated water content"),
    "field_capacity": ("TH33", "1", "water content at 33 kPa"),
    "wilting_point": ("TH1500", "1", "water content at 1500 kPa"),
    "ksat": ("K_SCH", "mm d-1", "saturated hydraulic conductivity"),
    "lambda": ("LAMBDA", "1", "pore-size distribution index"),
    "psi_s": ("PSI_S", "cm", "saturated capillary potential, absolute value"),
}
_FACTORS = {"bulk_density": 1000.0, "ksat": 10.0}
HARMONIC = ("ksat",)


def prepare_native_soil(
    soil: ChinaSoil | ConusSoil, elevation: Elevation, domain: xr.Dataset
) -> xr.Dataset:
    """Vertical means of the soil in every pixel, with elevation and slope.

    Layers are weighted by thickness, missing ones are left out. The mean of `ksat` is harmonic,
    because water flows across layers.

    Args:
        soil: product of the soil.
        elevation: product of the elevation, which is interpolated to the pixels.
        domain: `mask` (lat, lon) of the study's grid.

    Returns:
        (lat, lon) of the pixels: sand, silt, clay [%], bulk_density [kg m-3], porosity,
        saturation, field_capacity, wilting_point, lambda [1], ksat [mm d-1], psi_s [cm],
        soil_depth, elevation [m], slope [1, tangent]; `cell` int32, the pixel's position among
        the domain's active cells (row-major), -1 outside them or where the soil is missing.

    Raises:
        ProductError: if a raw file is wrong or does not cover the domain.
    """
    box = Box.of(domain)
    layers = read_soil(soil, box)
    origin = layers.attrs["source"]
    thickness = np.diff(layers["depth"].values, prepend=0.0)
    fields = {}
    for name, (source, units, long_name) in _SOURCES.items():
        mean = vertical_mean(layers[source], thickness, harmonic=name in HARMONIC)
        mean = mean * _FACTORS.get(name, 1.0)
        fields[name] = mean.assign_attrs(units=units, long_name=long_name, source=origin)
    fields["soil_depth"] = (layers["PDEP"] / 100).assign_attrs(
        units="m", long_name="depth of the soil profile", source=origin
    )
    size = {"resolution": layers.attrs["resolution"]} if "resolution" in layers.attrs else {}
    native = xr.Dataset(fields, attrs=size).drop_vars("depth", errors="ignore")
    native = native.merge(_terrain(elevation, box, native))
    native["cell"] = cell_of_pixels(native, domain)
    kept = {n: v.astype("f4") for n, v in native.data_vars.items() if n != "cell"}
    return native.assign(kept).transpose("lat", "lon")


def vertical_mean(field: xr.DataArray, thickness: np.ndarray, harmonic: bool) -> xr.DataArray:
    """Thickness-weighted mean over `depth`; NaN only where all layers are missing."""
    weights = xr.DataArray(thickness, dims="depth")
    if harmonic:
        return 1 / (1 / field.clip(min=1e-6)).weighted(weights).mean("depth")
    return field.weighted(weights).mean("depth")


def upscale(native: xr.Dataset, field: xr.DataArray, cells: int, power: float) -> np.ndarray:
    """Power mean (sum w x^p / sum w)^(1/p) over the pixels of each cell; w is a pixel's area.

    Args:
        native: `cell` (lat, lon) of each pixel.
        field: (lat, lon), above 0 where the power is negative.
        cells: number of active cells.
        power: 1 is the arithmetic mean, -1 the harmonic.

    Returns:
        (cell,) means; NaN in a cell without pixels.
    """
    cell = native["cell"].values
    inside = cell >= 0
    area = np.broadcast_to(np.cos(np.radians(native["lat"].values))[:, None], cell.shape)[inside]
    values = field.transpose("lat", "lon").values[inside].astype("f8") ** power
    total = np.bincount(cell[inside], area * values, cells)
    weight = np.bincount(cell[inside], area, cells)
    mean = np.divide(total, weight, out=np.full(cells, np.nan), where=weight > 0)
    return mean ** (1 / power)


def slope_of(heights: xr.DataArray) -> xr.DataArray:
    """Tangent of the slope (lat, lon) [1] of elevations (lat, lon) [m] on their own grid."""
    north, east = np.gradient(heights.values, heights.lat.values, heights.lon.values)
    cosine = np.cos(np.radians(heights.lat.values))[:, None]
    return heights.copy(data=np.hypot(north, east / cosine) / METRES_PER_DEGREE)


def _terrain(elevation: Elevation, box: Box, like: xr.Dataset) -> xr.Dataset:
    heights = read_elevation(elevation, box)
    slope = slope_of(heights)
    pixels = {"lat": like.lat, "lon": like.lon, "method": "linear"}
    on_pixels = xr.Dataset({"elevation": heights, "slope": slope}).interp(
        **pixels, kwargs={"fill_value": None}
    )
    source = str(elevation.path.name)
    on_pixels["elevation"].attrs = {"units": "m", "long_name": "elevation", "source": source}
    on_pixels["slope"].attrs = {"units": "1", "long_name": "tangent of slope", "source": source}
    return on_pixels


def cell_of_pixels(native: xr.Dataset, domain: xr.Dataset) -> xr.DataArray:
    """Position (lat, lon) int32 of each pixel's cell among the domain's active cells.

    -1 is outside them, or where a field of `native` is missing.
    """
    inside = domain["mask"].transpose("lat", "lon").values > 0
    lat, lon = (
        [slice(*ends) for ends in np.searchsorted(native[axis].values, bounds, side="right")]
        for axis, bounds in zip(("lat", "lon"), cell_bounds(domain), strict=True)
    )
    position = np.full((native.sizes["lat"], native.sizes["lon"]), OUTSIDE)
    for number, (row, column) in enumerate(np.argwhere(inside)):
        position[lat[row], lon[column]] = number
    complete = native.to_dataarray().notnull().all("variable").transpose("lat", "lon").values
    cell = np.where(complete, position, OUTSIDE).astype("i4")
    attrs = {"units": "1", "long_name": "position among the domain's active cells, -1 is none"}
    return xr.DataArray(cell, {"lat": native.lat, "lon": native.lon}, ("lat", "lon"), attrs=attrs)
