"""Domains: rectangles, masks of coasts and basins, VIC's own files."""

import numpy as np
import pytest
import xarray as xr

from paramscape.grid.sphere import cell_area
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.domain import read_domain
from paramscape.study import Grid, MaskDomain, RectangleDomain, VicDomain

GRID = Grid(west=113.0, east=114.0, south=31.5, north=32.0, resolution=0.25)


def test_every_cell_of_a_rectangle_is_active():
    domain = read_domain(RectangleDomain(grid=GRID))
    assert domain.mask.dtype == np.int32 and domain.mask.shape == (2, 4)
    assert (domain.mask == 1).all() and (domain.frac == 1).all()
    np.testing.assert_allclose(domain.lon, [113.125, 113.375, 113.625, 113.875])
    assert Box.of(domain) == Box(113.0, 31.5, 114.0, 32.0)


@pytest.fixture
def mask(write_cf, tmp_path):
    """A writer of a mask at 0.05 degree around the grid, and the domain's settings."""

    def write(inside, minimum=0.5, variable="mask") -> MaskDomain:
        lat, lon = 32.475 - 0.05 * np.arange(30), 112.525 + 0.05 * np.arange(40)
        values = inside(*np.meshgrid(lat, lon, indexing="ij")).astype("i2")
        axes = {"lat": (lat, "degrees_north"), "lon": (lon, "degrees_east")}
        write_cf("basin.nc", axes, mask=(("lat", "lon"), values, {}))
        path = tmp_path / "basin.nc"
        return MaskDomain(
            kind="mask", grid=GRID, path=path, variable=variable, minimum_fraction=minimum
        )

    return write


def test_a_cell_is_active_where_enough_of_it_lies_inside(mask):
    def west_of(lat, lon):
        return lon < 113.6

    half = read_domain(mask(west_of))
    np.testing.assert_array_equal(half.mask, [[1, 1, 0, 0]] * 2)
    np.testing.assert_allclose(half.frac, [[1, 1, 0, 0]] * 2, atol=1e-9)
    some = read_domain(mask(west_of, minimum=0.3))
    np.testing.assert_array_equal(some.mask, [[1, 1, 1, 0]] * 2)
    np.testing.assert_allclose(some.frac[:, 2], 0.4, atol=1e-6)


def test_the_box_is_that_of_the_active_cells(mask):
    domain = read_domain(mask(lambda lat, lon: (lon > 113.5) & (lat > 31.75)))
    assert Box.of(domain) == Box(113.5, 31.75, 114.0, 32.0)


def test_basin_numbers_count_as_inside(mask):
    domain = read_domain(mask(lambda lat, lon: 40 * (lat < 31.75)))
    np.testing.assert_array_equal(domain.mask, [[1] * 4, [0] * 4])


def test_a_domain_without_cells_is_refused(mask):
    with pytest.raises(ProductError, match=r"no cell[\s\S]*basin\.nc[\s\S]*minimum_fraction"):
        read_domain(mask(lambda lat, lon: lat > 40))


def test_a_mask_that_does_not_cover_the_grid_is_refused(mask, write_cf):
    settings = mask(lambda lat, lon: lat > 0)
    axes = {
        "lat": (np.arange(31.0, 33, 0.1), "degrees_north"),
        "lon": (np.arange(113.5, 116, 0.1), ""),
    }
    write_cf("basin.nc", axes, mask=(("lat", "lon"), np.ones((20, 25)), {}))
    with pytest.raises(ProductError, match=r"covers lon 113\.45[\s\S]*lon 113\b"):
        read_domain(settings)


def test_the_coast_of_the_products_own_mask_is_a_domain(shared):
    grid = Grid(west=119.0, east=123.0, south=36.0, north=38.0, resolution=0.5)
    path = shared / "samples" / "cmfd_mask" / "mask.nc"
    domain = read_domain(MaskDomain(kind="mask", grid=grid, path=path, variable="mask"))
    with xr.open_dataset(path) as raw:
        native = raw["mask"].isel(time=0)
        for lat, lon in ((0, 0), (1, 3), (2, 5), (3, 7)):
            south, west = 36 + lat / 2, 119 + lon / 2
            part = native.sel(lat=slice(south, south + 0.5), lon=slice(west, west + 0.5))
            weights = np.cos(np.radians(part.lat))
            share = float(part.weighted(weights).mean())
            assert (domain.mask[lat, lon] == 1) == (share >= 0.5)
            if share >= 0.5:
                assert float(domain.frac[lat, lon]) == pytest.approx(share, abs=1e-4)
    assert 0 < int(domain.mask.sum()) < domain.mask.size


def test_vics_domain_keeps_its_own_areas(shared):
    path = shared / "vic-reference" / "walnut-gulch-3hourly" / "domain.nc"
    domain = read_domain(VicDomain(kind="vic", path=path))
    assert domain.mask.dtype == np.int32 and int(domain.mask.sum()) == 15
    with xr.open_dataset(path) as raw:
        np.testing.assert_allclose(domain.area, raw["area"])
    edges = np.linspace(31.625, 31.8125, 4), np.linspace(-110.1875, -109.875, 6)
    np.testing.assert_allclose(domain.area, cell_area(*edges), rtol=2e-3)


def test_a_domain_of_one_cell_has_a_square_box(shared):
    path = shared / "vic-reference" / "findley-lake-3hourly" / "domain.nc"
    box = Box.of(read_domain(VicDomain(kind="vic", path=path)))
    assert box.north - box.south == pytest.approx(box.east - box.west)
    assert 0.001 < box.north - box.south < 1


def test_a_vic_domain_without_active_cells_is_refused(tmp_path):
    fields = {"mask": (("lat", "lon"), np.zeros((2, 2), "i4"))}
    coords = {"lat": [31.0, 32.0], "lon": [113.0, 114.0]}
    xr.Dataset(fields, coords=coords).to_netcdf(tmp_path / "domain.nc")
    with pytest.raises(ProductError, match=r"no cell is active[\s\S]*domain\.nc"):
        read_domain(VicDomain(kind="vic", path=tmp_path / "domain.nc"))


def test_a_grid_with_longitudes_to_360_is_the_same_grid():
    turned = Grid(west=249.0, east=250.0, south=31.5, north=32.0, resolution=0.25)
    own = Grid(west=-111.0, east=-110.0, south=31.5, north=32.0, resolution=0.25)
    there, here = (read_domain(RectangleDomain(grid=grid)) for grid in (turned, own))
    xr.testing.assert_allclose(there, here)


def test_a_mask_to_180_degrees_marks_the_cells_of_a_grid_across_180(tmp_path):
    grid = Grid(west=179.0, east=181.0, south=0.0, north=1.0, resolution=0.5)
    lon, lat = np.arange(-179.75, 180, 0.5), np.arange(-1.75, 2, 0.5)
    inside = np.tile(np.where(np.abs(lon) > 179.5, 100.0, 0.0), (lat.size, 1))
    field = xr.DataArray(inside, {"lat": lat, "lon": lon}, ("lat", "lon"), "share", {"units": "%"})
    field.to_dataset().to_netcdf(tmp_path / "mask.nc")
    settings = MaskDomain(kind="mask", grid=grid, path=tmp_path / "mask.nc", variable="share")
    domain = read_domain(settings)
    np.testing.assert_array_equal(domain.lon, [179.25, 179.75, 180.25, 180.75])
    np.testing.assert_array_equal(domain.mask, [[0, 1, 1, 0], [0, 1, 1, 0]])
