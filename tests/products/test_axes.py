"""Latitudes, longitudes and times are found by what they say, whatever their names and order."""

import netCDF4
import numpy as np
import pytest

from paramscape.products import ProductError
from paramscape.products.bounding_box import Box, contiguous
from paramscape.products.netcdf_reader import open_product

LAT, LON = np.array([31.5, 31.75, 32.0]), np.array([-110.5, -110.25, -110.0, -109.75])
VALUES = np.arange(12.0).reshape(3, 4)
BOX = Box(-110.375, 31.375, -109.875, 32.125)  # all rows, the two middle columns


@pytest.fixture
def grid(tmp_path):
    """A writer of a map and its axes: (name, dims, values, attributes) each."""

    def write(*variables):
        path = tmp_path / "map.nc"
        with netCDF4.Dataset(path, "w") as file:
            for name, dims, values, attributes in variables:
                values = np.asarray(values)
                for dim, size in zip(dims, values.shape, strict=True):
                    if dim not in file.dimensions:
                        file.createDimension(dim, size)
                out = file.createVariable(name, values.dtype, dims)
                out[...] = values
                out.setncatts(attributes)
        return path

    return write


def read(path, box=BOX, **options):
    with open_product(path) as raw:
        return raw.field("v", box, margin=0, **options)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        (("lat", {}), ("lon", {})),
        (("latitude", {}), ("longitude", {})),
        (("LAT", {}), ("LON", {})),
        (("nav_lat", {}), ("nav_lon", {})),
        (("y", {"units": "degrees_north"}), ("x", {"units": "degrees_east"})),
        (("y", {"units": "degree_N"}), ("x", {"units": "degreeE"})),
        (("rows", {"standard_name": "latitude"}), ("cols", {"standard_name": "longitude"})),
        (
            ("j", {"axis": "Y", "units": "degrees north"}),
            ("i", {"axis": "X", "units": "degrees East"}),
        ),
    ],
)
def test_axes_have_many_names(grid, lat, lon):
    path = grid(
        (lat[0], (lat[0],), LAT, lat[1]),
        (lon[0], (lon[0],), LON, lon[1]),
        ("v", (lat[0], lon[0]), VALUES, {}),
    )
    np.testing.assert_array_equal(read(path), VALUES[:, 1:3])


@pytest.mark.parametrize("turn", [0.0, 360.0])
@pytest.mark.parametrize("dims", [("lat", "lon"), ("lon", "lat")])
@pytest.mark.parametrize("flip", [1, -1])
def test_order_and_turn_of_axes_do_not_matter(grid, turn, dims, flip):
    values = VALUES[::flip] if dims[0] == "lat" else VALUES[::flip].T
    path = grid(
        ("lat", ("lat",), LAT[::flip], {}),
        ("lon", ("lon",), LON + turn, {}),
        ("v", dims, values, {}),
    )
    field = read(path)
    assert field.dims == ("lat", "lon")
    np.testing.assert_array_equal(field, VALUES[:, 1:3])
    np.testing.assert_array_equal(field.lon, LON[1:3])


def test_a_box_with_longitudes_to_360_finds_the_same_cells(grid):
    path = grid(
        ("lat", ("lat",), LAT, {}), ("lon", ("lon",), LON, {}), ("v", ("lat", "lon"), VALUES, {})
    )
    field = read(path, Box(BOX.west + 360, BOX.south, BOX.east + 360, BOX.north))
    np.testing.assert_array_equal(field, VALUES[:, 1:3])
    np.testing.assert_array_equal(field.lon, LON[1:3] + 360)


@pytest.mark.parametrize("first", [0.5, -179.5])
@pytest.mark.parametrize(
    ("west", "east"), [(178.0, 182.0), (-182.0, -178.0), (-2.0, 2.0), (358.0, 362.0)]
)
def test_boxes_across_180_and_0_are_whole(grid, first, west, east):
    lon = first + np.arange(360.0)
    meridian = np.round((lon + 360) % 360, 6)
    path = grid(
        ("lat", ("lat",), LAT, {}),
        ("lon", ("lon",), lon, {}),
        ("v", ("lat", "lon"), np.tile(meridian, (3, 1)), {}),
    )
    field = read(path, Box(west, 31.375, east, 32.125))
    expected = west + 0.5 + np.arange(4)
    np.testing.assert_array_equal(field.lon, expected)
    np.testing.assert_array_equal(field[0], expected % 360)


def test_a_grid_across_180_stays_in_one_piece():
    np.testing.assert_array_equal(contiguous(np.array([179.5, -179.5])), [179.5, 180.5])
    np.testing.assert_array_equal(contiguous(np.array([249.5, 250.5])), [-110.5, -109.5])
    np.testing.assert_array_equal(contiguous(np.array([359.5, 0.5])), [-0.5, 0.5])


def test_maps_of_coordinates_of_a_regular_grid_are_axes(grid):
    lon, lat = np.meshgrid(LON + 360, LAT)
    path = grid(
        ("xc", ("nj", "ni"), lon, {"units": "degrees_east"}),
        ("yc", ("nj", "ni"), lat, {"units": "degrees_north"}),
        ("v", ("nj", "ni"), VALUES, {}),
    )
    np.testing.assert_array_equal(read(path), VALUES[:, 1:3])


def test_a_rotated_grid_is_refused_by_the_names_of_its_maps(grid):
    lon, lat = np.meshgrid(LON, LAT)
    path = grid(
        (
            "rlon",
            ("rlon",),
            LON,
            {"standard_name": "grid_longitude", "units": "degrees", "axis": "X"},
        ),
        (
            "rlat",
            ("rlat",),
            LAT,
            {"standard_name": "grid_latitude", "units": "degrees", "axis": "Y"},
        ),
        ("lon", ("rlat", "rlon"), lon + 0.1 * lat, {"units": "degrees_east"}),
        ("lat", ("rlat", "rlon"), lat + 0.1 * lon, {"units": "degrees_north"}),
        ("v", ("rlat", "rlon"), VALUES, {}),
    )
    with pytest.raises(
        ProductError, match=r"no lat axis[\s\S]*lat\('rlat', 'rlon'\)[\s\S]*map\.nc"
    ):
        read(path)


def test_coordinates_in_metres_are_no_latitudes(grid):
    path = grid(
        ("yc", ("yc",), LAT * 1e5, {"units": "m"}),
        ("xc", ("xc",), LON * 1e5, {"units": "m"}),
        ("v", ("yc", "xc"), VALUES, {}),
    )
    with pytest.raises(ProductError, match="no lat axis"):
        read(path)


def test_latitudes_beyond_the_poles_are_refused(grid):
    path = grid(
        ("lat", ("lat",), LAT * 100, {}),
        ("lon", ("lon",), LON, {}),
        ("v", ("lat", "lon"), VALUES, {}),
    )
    with pytest.raises(ProductError, match=r"beyond -90 to 90[\s\S]*variable: lat"):
        read(path)


def test_the_valid_time_of_a_forecast_is_its_time(grid):
    path = grid(
        ("lat", ("lat",), LAT, {}),
        ("lon", ("lon",), LON, {}),
        (
            "time",
            (),
            0,
            {"standard_name": "forecast_reference_time", "units": "days since 2008-06-01"},
        ),
        (
            "valid_time",
            ("valid_time",),
            [10],
            {"standard_name": "time", "units": "days since 2008-06-01"},
        ),
        ("v", ("valid_time", "lat", "lon"), VALUES[None], {}),
    )
    field = read(path)
    assert field.dims == ("time", "lat", "lon")
    assert str(field.time.values[0])[:10] == "2008-06-11"


def test_a_grid_that_ends_inside_the_box_is_read_where_a_part_is_enough(grid):
    path = grid(
        ("lat", ("lat",), LAT, {}), ("lon", ("lon",), LON, {}), ("v", ("lat", "lon"), VALUES, {})
    )
    wide = Box(-110.375, 31.375, -109.0, 32.125)
    with pytest.raises(ProductError, match="the domain reaches from"):
        read(path, wide)
    assert read(path, wide, partial=True).shape == (3, 3)
    with pytest.raises(ProductError, match="the domain reaches from"):
        read(path, Box(-100, 31.375, -99, 32.125), partial=True)
