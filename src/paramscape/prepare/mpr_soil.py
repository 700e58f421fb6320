"""Soil and terrain for MPR's transfer functions from attribute files of the user's own."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from paramscape.files.notices import tell
from paramscape.grid.cell_size import cell_size
from paramscape.prepare.mpr_attributes import described, place_of, read_mpr_attributes
from paramscape.prepare.native_soil import OUTSIDE, cell_of_pixels, slope_of
from paramscape.prepare.regrid import conservative
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.land import read_elevation
from paramscape.study import TEXTURE, CfAttribute, Elevation, mpr_attributes

PARTICLE_DENSITY = 2650.0  # of mineral soil [kg m-3]
MINIMUM_SHARE = 0.5  # of a cell's area that must have a value, [1]
_SUM_TOLERANCE = 5.0  # of sand + silt + clay around 100 [%]
_FINER = 0.99  # a grid counts as finer below this share of the cells' size
_OF_TERRAIN = ("elevation", "slope")


@dataclass(frozen=True)
class MprSources:
    """Where MPR's soil and terrain come from.

    attributes: files by name, of which those that `mpr_attributes` knows are read. elevation:
    taken where `attributes` has none. parameters: VIC's own on the domain's grid (nlayer, lat,
    lon), for porosity and depth where no attribute gives them.
    """

    attributes: Mapping[str, CfAttribute]
    elevation: Elevation | None
    parameters: xr.Dataset


def prepare_mpr_soil(sources: MprSources, domain: xr.Dataset) -> xr.Dataset:
    """Soil and terrain of pixels, as transfer functions take them.

    Pixels are those of the finest file. Where no file is finer than the study's cells, pixels are
    the cells, and a notice says what is missing then. Silt is what sand and clay leave (and so
    for each of the three); porosity is 1 - bulk density / 2650 kg m-3, else that of VIC's
    parameters; the depth of the profile is otherwise that of VIC's layers; slope comes from an
    elevation that is finer than the cells.

    Returns:
        (lat, lon) of the pixels: sand, silt, clay [%], porosity [1], soil_depth [m]; slope
        [1, tangent] and elevation [m] where they are known at a finer scale or, for slope, given;
        `cell` int32, the pixel's position among the active cells, -1 outside them or where a
        value is missing.

    Raises:
        ProductError: naming file, variable and cell, if a unit is unknown, a value impossible, or
            an active cell has no pixel with all values.
    """
    fields = _read(sources, Box.of(domain))
    size = _cell_size(domain)
    finer = {name: field for name, field in fields.items() if _cell_size(field) < _FINER * size}
    if "elevation" in fields and "elevation" not in finer:
        del fields["elevation"]
    _warn_of_coarse_files(fields, finer)
    if "elevation" in fields and "slope" not in fields:
        heights = fields["elevation"]
        fields["slope"] = described(slope_of(heights), "slope", heights.attrs["source"])
    pixels = min(finer.values(), key=_cell_size) if finer else domain["mask"]
    on_pixels = {name: _on(pixels, field, domain, bool(finer)) for name, field in fields.items()}
    soil = _completed(xr.Dataset(on_pixels), sources.parameters, pixels)
    soil["cell"] = cell_of_pixels(soil, domain)
    _require_every_cell(soil, domain, sources)
    kept = {n: v.astype("f4") for n, v in soil.data_vars.items() if n != "cell"}
    return soil.assign(kept).transpose("lat", "lon")


def _read(sources: MprSources, box: Box) -> dict[str, xr.DataArray]:
    """Each quantity that a file gives, on its own grid."""
    fields = read_mpr_attributes(sources.attributes, box)
    if "elevation" not in fields and sources.elevation is not None:
        heights = read_elevation(sources.elevation, box)
        fields["elevation"] = described(heights, "elevation", sources.elevation.path.name)
    return fields


def _cell_size(field: xr.DataArray | xr.Dataset) -> float:
    """The larger size of a grid's cells [degrees]; infinite where an axis has one centre."""
    known = cell_size(field)
    if known is not None:
        return known
    steps = [np.median(np.diff(field[a].values)) for a in ("lat", "lon") if field[a].size > 1]
    return float(max(steps)) if steps else np.inf


def _warn_of_coarse_files(
    fields: Mapping[str, xr.DataArray], finer: Mapping[str, xr.DataArray]
) -> None:
    coarse = [name for name in fields if name not in finer and name not in _OF_TERRAIN]
    if coarse:
        tell(
            f"MPR: the files of {', '.join(coarse)} are no finer than the study's cells. Transfer "
            "functions work there on means of cells: the sub-grid upscaling of the papers "
            "(Samaniego et al. 2010) is missing, and MPR is a formula per cell",
            logging.WARNING,
        )
    if "elevation" not in finer:
        flat = "" if "slope" in fields else ", and one slope is taken everywhere"
        tell(
            "MPR: there is no elevation finer than the study's cells. Texture stands in for the "
            f"relief in the infiltration curve{flat}",
            logging.WARNING,
        )


def _on(
    pixels: xr.DataArray, field: xr.DataArray, domain: xr.Dataset, are_finer: bool
) -> xr.DataArray:
    """A field on the pixels: area means on the study's own grid, else the nearest value.

    Elevation and slope are interpolated linearly.
    """
    name = str(field.name)
    if not are_finer:
        means = conservative(field.to_dataset(name=name), domain, MINIMUM_SHARE)[name]
        return means.assign_attrs(field.attrs)
    if name not in _OF_TERRAIN or 1 in field.shape:
        return _nearest(field, pixels)
    linear = field.interp(lat=pixels.lat, lon=pixels.lon, kwargs={"fill_value": None})
    return linear.assign_attrs(field.attrs)


def _nearest(field: xr.DataArray, pixels: xr.DataArray) -> xr.DataArray:
    near = field.sel(lat=pixels.lat, lon=pixels.lon, method="nearest")
    return near.assign_coords(lat=pixels.lat, lon=pixels.lon)


def _completed(soil: xr.Dataset, parameters: xr.Dataset, pixels: xr.DataArray) -> xr.Dataset:
    """The soil with what other fields imply."""
    given = [name for name in TEXTURE if name in soil]
    if len(given) == 2:
        rest = next(name for name in TEXTURE if name not in soil)
        values = (100.0 - soil[given[0]] - soil[given[1]]).clip(min=0.0)
        soil[rest] = described(values, rest, soil[given[0]].attrs["source"])
    _require_whole(soil)
    if "porosity" not in soil:
        if "bulk_density" in soil:
            values = 1.0 - soil["bulk_density"] / PARTICLE_DENSITY
            soil["porosity"] = described(values, "porosity", soil["bulk_density"].attrs["source"])
        else:
            dense = 1.0 - parameters["bulk_density"] / parameters["soil_density"]
            weights = parameters["depth"].fillna(0)
            soil["porosity"] = _of_vic(dense.weighted(weights).mean("nlayer"), "porosity", pixels)
    if "soil_depth" not in soil:
        total = parameters["depth"].sum("nlayer", skipna=False)
        soil["soil_depth"] = _of_vic(total, "soil_depth", pixels)
    return soil.drop_vars("bulk_density", errors="ignore")


def _of_vic(field: xr.DataArray, name: str, pixels: xr.DataArray) -> xr.DataArray:
    near = _nearest(field, pixels).reset_coords(drop=True)
    return described(near, name, "VIC parameter file")


def _require_whole(soil: xr.Dataset) -> None:
    total = soil["sand"] + soil["silt"] + soil["clay"]
    bad = (np.abs(total - 100.0) > _SUM_TOLERANCE).transpose("lat", "lon").values
    if bad.any():
        raise ProductError(
            f"sand, silt and clay sum to {total.transpose('lat', 'lon').values[bad][0]:g} %, not "
            f"to 100 (within {_SUM_TOLERANCE:g})",
            soil["sand"].attrs.get("source", ""),
            "sand, silt, clay",
            place_of(total.transpose("lat", "lon"), bad),
            "look at units and missing values of the three, or leave one out: it is the rest",
        )


def _require_every_cell(soil: xr.Dataset, domain: xr.Dataset, sources: MprSources) -> None:
    active = np.argwhere(domain["mask"].transpose("lat", "lon").values > 0)
    found = np.unique(soil["cell"].values[soil["cell"].values != OUTSIDE])
    empty = np.setdiff1d(np.arange(len(active)), found)
    if empty.size:
        row, column = active[empty[0]]
        lat, lon = float(domain.lat[row]), float(domain.lon[column])
        here = soil.sel(lat=lat, lon=lon, method="nearest")
        absent = [str(n) for n in here.data_vars if n != "cell" and not np.isfinite(here[n])]
        given = mpr_attributes(sources.attributes)
        attribute = given[next((name for name in absent if name in given), next(iter(given)))]
        raise ProductError(
            f"{empty.size} of {len(active)} active cells have no pixel with all that MPR uses; in "
            f"the first {', '.join(absent) or 'a value'} is missing",
            attribute.path,
            attribute.variable,
            f"cell (lat {lat:.6g}, lon {lon:.6g})",
            "take a file that covers the domain, or take those cells out of the mask",
        )
