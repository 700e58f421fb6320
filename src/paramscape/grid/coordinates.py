"""CF attributes of latitude and longitude."""

from typing import TypeVar

import xarray as xr

ATTRIBUTES = {
    "lat": {"units": "degrees_north", "standard_name": "latitude"},
    "lon": {"units": "degrees_east", "standard_name": "longitude"},
}

Field = TypeVar("Field", xr.Dataset, xr.DataArray)


def with_described_coordinates(field: Field) -> Field:
    """The field itself, its coordinates `lat` and `lon` with units and standard names."""
    for axis, attributes in ATTRIBUTES.items():
        field[axis].attrs = dict(attributes)
    return field
