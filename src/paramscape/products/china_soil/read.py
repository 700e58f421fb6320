"""Soil of China at 30 arc-seconds: Dai et al. (2013) and Shangguan et al. (2013)."""

from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.china_soil.files import (
    HYDRAULIC,
    HYDRAULIC_SOURCE,
    PROPERTIES,
    PROPERTIES_SOURCE,
    path_of,
)
from paramscape.products.errors import ProductError
from paramscape.products.listing import Listing
from paramscape.products.netcdf_reader import ProductFile, open_product
from paramscape.products.sources import Source
from paramscape.products.units import convert
from paramscape.study import ChinaSoil

_MISSING = -999.0
_SOURCE = "Dai et al. (2013), Shangguan et al. (2013)"
# Unit, smallest and largest value, long name.
_VARIABLES: dict[str, tuple[str, float, float, str]] = {
    "THSCH": ("m3 m-3", 0.0, 1.0, "saturated water content"),
    "PSI_S": ("cm", 0.0, 1e4, "saturated capillary potential, absolute value"),
    "LAMBDA": ("1", 0.0, 10.0, "pore-size distribution index"),
    "K_SCH": ("cm d-1", 0.0, 1e5, "saturated hydraulic conductivity"),
    "TH33": ("m3 m-3", 0.0, 1.0, "water content at field capacity"),
    "TH1500": ("m3 m-3", 0.0, 1.0, "water content at wilting point"),
    "SA": ("%", 0.0, 100.0, "sand, share of weight"),
    "SI": ("%", 0.0, 100.0, "silt, share of weight"),
    "CL": ("%", 0.0, 100.0, "clay, share of weight"),
    "BD": ("g cm-3", 0.01, 2.7, "bulk density"),
    "POR": ("m3 m-3", 0.0, 1.0, "porosity"),
    "PDEP": ("cm", 0.0, 1e4, "depth of the soil profile"),
}


def read_hydraulic(settings: ChinaSoil, box: Box) -> xr.Dataset:
    """Hydraulic parameters (Dai et al. 2013) around a box.

    Returns:
        (depth, lat, lon), depth the bottoms of 7 layers [cm]: THSCH, TH33, TH1500 [m3 m-3],
        PSI_S [cm, absolute value], LAMBDA [1], K_SCH [cm d-1]; NaN outside the land.

    Raises:
        ProductError: if a file is missing, damaged, or its scale was not applied.
    """
    return _read(_paths(settings.hydraulic_folder, HYDRAULIC, HYDRAULIC_SOURCE), box)


def read_properties(settings: ChinaSoil, box: Box) -> xr.Dataset:
    """Physical properties (Shangguan et al. 2013) around a box.

    Returns:
        (depth, lat, lon), depth the bottoms of 8 layers [cm]: SA, SI, CL [% of weight],
        BD [g cm-3], POR [m3 m-3]; PDEP (lat, lon) [cm]; NaN outside the land.

    Raises:
        ProductError: if a file is missing or damaged, or has impossible values.
    """
    return _read(_paths(settings.properties_folder, PROPERTIES, PROPERTIES_SOURCE), box)


def read_soil(settings: ChinaSoil, box: Box) -> xr.Dataset:
    """Both data sets on the layers that they share, see `read_hydraulic` and `read_properties`.

    Raises:
        ProductError: also if the two lie on different grids or share no layer.
    """
    hydraulic, properties = read_hydraulic(settings, box), read_properties(settings, box)
    _require_same_grid(hydraulic, properties, settings.properties_folder)
    ours, theirs = hydraulic["depth"].values, properties["depth"].values
    shared = [(i, j) for i, d in enumerate(ours) for j, e in enumerate(theirs) if abs(d - e) < 0.2]
    if not shared:
        raise ProductError(
            f"its layers end at {theirs.tolist()} cm, those of the hydraulic parameters at "
            f"{ours.tolist()} cm",
            settings.properties_folder,
            "depth",
            cure="give both data sets in their own layers",
        )
    first, second = zip(*shared, strict=True)
    hydraulic = hydraulic.isel(depth=list(first))
    properties = properties.isel(depth=list(second))
    same = {axis: hydraulic[axis] for axis in ("depth", "lat", "lon")}
    merged = xr.merge(
        [hydraulic, properties.assign_coords(same)], join="exact", compat="no_conflicts"
    )
    return merged.assign_attrs(source=_SOURCE)


def _paths(folder: Path, variables: tuple[str, ...], source: Source) -> dict[str, Path]:
    listing = Listing()
    return {name: path_of(folder, name, listing, source) for name in variables}


def _read(paths: dict[str, Path], box: Box) -> xr.Dataset:
    fields: dict[str, xr.DataArray] = {}
    for name, path in paths.items():
        with open_product(path) as raw:
            field = _field(raw, name, box)
        if fields:
            _require_same_grid(next(iter(fields.values())), field, path)
        fields[name] = field
    dataset = xr.Dataset(fields)
    if "depth" in dataset.coords:
        dataset["depth"].attrs = {"units": "cm", "long_name": "bottom of the layer"}
    return dataset


def _field(raw: ProductFile, name: str, box: Box) -> xr.DataArray:
    units, low, high, long_name = _VARIABLES[name]
    field = raw.field(_spelling(raw, name), box)
    field = field.where(field != _MISSING)
    values = convert(field.values, _units(raw, name, units), units, raw.path, name)
    field = field.copy(data=np.abs(values) if name == "PSI_S" else values).rename(name)
    _require_range(field, low, high, raw.path)
    extra = [d for d in field.dims if d not in ("lat", "lon")]
    if extra and name == "PDEP":
        field = field.isel({d: 0 for d in extra}, drop=True)
    elif extra:
        field = field.rename({extra[0]: "depth"}).assign_coords(depth=_bottoms(raw, extra[0]))
    return field.assign_attrs(units=units, long_name=long_name)


def _spelling(raw: ProductFile, name: str) -> str:
    """The variable's name in the file, whatever its case."""
    return next((v for v in raw.variables if v.lower() == name.lower()), name)


def _units(raw: ProductFile, name: str, units: str) -> str:
    """The file's unit; the data set's own documentation where the attribute is absent."""
    return raw.units(_spelling(raw, name)) or units


def _bottoms(raw: ProductFile, dim: str) -> np.ndarray:
    if dim not in raw.variables:
        raise ProductError(
            f"dimension {dim} has no coordinate", raw.path, dim,
            cure="give layer bottoms in cm as the variable `depth`",
        )  # fmt: skip
    bottoms = convert(raw.raw(dim).astype("f8"), raw.units(dim) or "cm", "cm", raw.path, dim)
    if (np.diff(bottoms) <= 0).any():
        raise ProductError(
            f"layer bottoms must increase, got {bottoms.tolist()}", raw.path, dim,
            cure="sort the layers from the surface down",
        )  # fmt: skip
    return bottoms.round(3)


def _require_range(field: xr.DataArray, low: float, high: float, path: Path) -> None:
    values = field.values
    bad = (values < low) | (values > high)
    if not bad.any():
        return
    index = np.unravel_index(int(bad.argmax()), values.shape)
    worst = float(values[index])
    scaled = field.name in ("THSCH", "TH33", "TH1500", "LAMBDA", "POR") and worst > high
    hint = "; its scale (such as 0.001) was not applied" if scaled else ""
    lat, lon = (
        float(field[axis].values[i]) for axis, i in zip(("lat", "lon"), index[-2:], strict=True)
    )
    layer = f"layer {index[0]}, " if len(index) == 3 else ""
    raise ProductError(
        f"{field.name} is {worst:g}, outside {low:g} to {high:g}{hint}",
        path,
        str(field.name),
        f"{layer}cell (lat {lat:.6g}, lon {lon:.6g})",
        "take the file as published, or give it the scale_factor and units that it has",
    )


def _require_same_grid(
    ours: xr.Dataset | xr.DataArray, theirs: xr.Dataset | xr.DataArray, path: Path
) -> None:
    for axis in ("lat", "lon"):
        a, b = ours[axis].values, theirs[axis].values
        if a.shape != b.shape or not np.allclose(a, b, atol=1e-3, rtol=0):
            raise ProductError(
                f"its {axis} axis ({b.size} from {b[0]:g}) differs from that of the other soil "
                f"files ({a.size} from {a[0]:g})",
                path,
                axis,
                cure="take all soil files on one grid",
            )
