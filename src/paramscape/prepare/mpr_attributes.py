"""The attributes that MPR reads from files of the user's own, in the units of its formulas."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.land import read_attribute
from paramscape.products.units import conversion
from paramscape.study import TEXTURE, CfAttribute, mpr_attributes

_TANGENTS = ("m m-1", "m/m")
_DEGREES = ("degree", "degrees", "deg", "arc_degree", "arc_degrees", "\N{DEGREE SIGN}")
_LARGEST_FRACTION = 1.5  # [%]; textures that stay below it are fractions labelled as percent


@dataclass(frozen=True)
class Quantity:
    """A quantity that MPR uses.

    unit: of the formulas. low, high: possible values in it. long_name: for files. known: units of
    the table that a file's unit may be converted to. factor: from the last of them to `unit`.
    """

    unit: str
    low: float
    high: float
    long_name: str
    known: tuple[str, ...]
    factor: float = 1.0


_SHARE = ("kg kg-1", "1")
QUANTITIES = {
    "sand": Quantity("%", 0, 100, "sand, share of the fine earth", _SHARE, 100),
    "silt": Quantity("%", 0, 100, "silt, share of the fine earth", _SHARE, 100),
    "clay": Quantity("%", 0, 100, "clay, share of the fine earth", _SHARE, 100),
    "bulk_density": Quantity("kg m-3", 10, 2640, "bulk density", ("g cm-3",), 1000),
    "porosity": Quantity("1", 0.01, 0.99, "porosity", ("m3 m-3",)),
    "soil_depth": Quantity("m", 0.01, 200, "depth of the soil profile", ("cm",), 0.01),
    "slope": Quantity("1", 0, 10, "tangent of slope", ("1",)),
    "elevation": Quantity("m", -500, 9000, "elevation", ("m",)),
}


def read_mpr_attributes(attributes: Mapping[str, CfAttribute], box: Box) -> dict[str, xr.DataArray]:
    """Each attribute that MPR knows around a box, (lat, lon) on its own grid, by name.

    Texture is converted to %, bulk density to kg m-3, porosity to 1, depth and elevation to m,
    slope (degrees, percent or m m-1) to its tangent. NaN where a file has no value.

    Raises:
        ProductError: naming file, variable and cell, if a unit is unknown or a value impossible.
    """
    given = mpr_attributes(attributes)
    fields = {
        name: _converted(read_attribute(attribute, name, box), attribute)
        for name, attribute in given.items()
    }
    _require_percent(fields, given)
    return fields


def described(field: xr.DataArray, name: str, source: str) -> xr.DataArray:
    """The field under a quantity's name, with its unit."""
    quantity = QUANTITIES[name]
    attrs = {"units": quantity.unit, "long_name": quantity.long_name, "source": source}
    return field.rename(name).assign_attrs(attrs)


def place_of(field: xr.DataArray, bad: np.ndarray) -> str:
    """The first cell (lat, lon) of a field where `bad` holds, as messages name it."""
    row, column = np.argwhere(bad)[0]
    return f"cell (lat {float(field.lat[row]):.6g}, lon {float(field.lon[column]):.6g})"


def _converted(field: xr.DataArray, attribute: CfAttribute) -> xr.DataArray:
    name, units = str(field.name), str(field.attrs["units"])
    plain = units.strip().lower()
    if name == "slope" and plain in _DEGREES:
        values = np.tan(np.radians(field.values))
    elif name == "slope" and plain in _TANGENTS:
        values = field.values
    else:
        values = field.values * _factor(units, QUANTITIES[name], attribute)
    source = str(field.attrs.get("source", attribute.path.name))
    converted = described(field.copy(data=values.astype("f8")), name, source)
    _require_range(converted, units, attribute)
    return converted


def _factor(units: str, quantity: Quantity, attribute: CfAttribute) -> float:
    *others, last = quantity.known
    for other in others:
        try:
            return conversion(units, other, attribute.path, attribute.variable)[0] * quantity.factor
        except ProductError:
            continue
    return conversion(units, last, attribute.path, attribute.variable)[0] * quantity.factor


def _require_range(field: xr.DataArray, units: str, attribute: CfAttribute) -> None:
    quantity = QUANTITIES[str(field.name)]
    low, high = quantity.low, quantity.high
    slack = 1e-4 * (high - low)
    bad = (field.values < low - slack) | (field.values > high + slack)
    if bad.any():
        raise ProductError(
            f"{field.name} is {field.values[bad][0]:g} {quantity.unit}, outside {low:g} to "
            f"{high:g}; the units attribute says {units!r}",
            attribute.path,
            attribute.variable,
            place_of(field, bad),
            "correct the units attribute, or mark missing values with _FillValue",
        )


def _require_percent(
    fields: Mapping[str, xr.DataArray], attributes: Mapping[str, CfAttribute]
) -> None:
    """Refuse fractions that are labelled as percent: no soil is nearly all of what is not given."""
    given = [name for name in TEXTURE if name in fields]
    if len(given) >= 2 and all(float(fields[name].max()) <= _LARGEST_FRACTION for name in given):
        first = attributes[given[0]]
        raise ProductError(
            f"{', '.join(given)} reach only {float(fields[given[0]].max()):g} % at most, which "
            "looks like fractions that are labelled as percent",
            first.path,
            first.variable,
            cure="set the units attribute to '1'",
        )
