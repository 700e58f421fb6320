"""The land of the plains in the files of NLDAS-2 and CONUS-SOIL, read back."""

import netCDF4
import numpy as np
import pytest

from paramscape.products.bounding_box import Box
from paramscape.products.land import read_elevation, read_land_cover
from paramscape.study import Elevation, Grid, LandCover, SettingsError
from paramscape.twin.conus_soil_files import FILES, conus_soil_region, write_conus_soil
from paramscape.twin.nldas_static_files import write_nldas_elevation, write_nldas_masks
from paramscape.twin.plains.cover import land_cover
from paramscape.twin.plains.soil import plains_soil, texture_class

SEED = 1979
GRID = Grid(west=-105.0, east=-104.0, south=38.0, north=38.5, resolution=0.125)
BOX = Box(GRID.west, GRID.south, GRID.east, GRID.north)
SHAPE = (11, 2984, 6936)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("land")
    write_conus_soil(folder, GRID, SEED)
    write_nldas_elevation(folder / "NLDAS_elevation.nc4", GRID, SEED)
    write_nldas_masks(folder / "NLDAS_masks-veg-soil.nc4", GRID, SEED)
    return folder


def flat(folder, name):
    """A file of CONUS-SOIL as other programs read it."""
    return np.memmap(folder / f"{name}.bsq", FILES[name], "r", shape=SHAPE)


def test_shares_of_sand_silt_and_clay_sum_to_100_in_a_flat_file(folder):
    cells = conus_soil_region(GRID)
    inside = (slice(None), cells.rows, cells.columns)
    sand, silt, clay = (flat(folder, n)[inside].astype(int) for n in ("sand", "silt", "clay"))
    density = flat(folder, "bd")[inside] / 100
    land = density > 0
    assert land[:3].mean() > 0.9
    assert (land[1:] <= land[:-1]).all() and 0.1 < land[-1].mean() < 0.9
    np.testing.assert_array_equal((sand + silt + clay)[land], 100)
    assert (sand + silt + clay)[~land].max(initial=0) == 0
    assert density[land].min() > 0.9 and density[land].max() < 1.9


def test_rows_of_a_flat_file_start_in_the_north(folder):
    """The pixel whose centre is 38.2541667 N, 104.5041667 W."""
    row, column = int((49.4 - 38.2541667) * 120), int((124.75 - 104.5041667) * 120)
    soil = plains_soil(SEED, np.array([38.2541667]), np.array([-104.5041667]))
    for name, values in (("sand", soil.sand), ("clay", soil.clay)):
        np.testing.assert_allclose(flat(folder, name)[:, row, column], values[:, 0, 0], atol=1.01)
    found = flat(folder, "bd")[:, row, column] / 100
    np.testing.assert_allclose(found, soil.bulk_density[:, 0, 0], atol=0.011)


def test_a_flat_file_has_the_products_size_and_needs_little_of_the_disk(folder):
    for name, kind in FILES.items():
        stat = (folder / f"{name}.bsq").stat()
        assert stat.st_size == np.dtype(kind).itemsize * np.prod(SHAPE)
        assert stat.st_blocks * 512 < 60_000_000
        assert flat(folder, name)[0, :100].max() == 0


def test_elevation_and_vegetation_are_read_as_any_map(folder):
    heights = read_elevation(
        Elevation(path=folder / "NLDAS_elevation.nc4", variable="NLDAS_elev"), BOX
    )
    assert 1300 < float(heights.min()) < float(heights.max()) < 4500
    masks = LandCover(path=folder / "NLDAS_masks-veg-soil.nc4", variable="NLDAS_veg")
    cover = read_land_cover(masks, BOX)
    expected = land_cover(SEED, cover.lat.values, cover.lon.values)
    np.testing.assert_array_equal(cover.transpose("lat", "lon"), expected)


def test_static_files_have_the_grid_and_fill_of_nldas(folder):
    for name, variables in {
        "NLDAS_elevation.nc4": ("NLDAS_elev", "NLDAS_elev_std", "NLDAS_slope"),
        "NLDAS_masks-veg-soil.nc4": ("CONUS_mask", "NLDAS_mask", "NLDAS_veg", "NLDAS_soil"),
    }.items():
        with netCDF4.Dataset(folder / name) as file:
            assert file["lat"][0] == 25.0625 and file["lon"][0] == -124.9375
            for variable in variables:
                assert file[variable].shape == (1, 224, 464)
                assert file[variable]._FillValue == -9999
                assert file[variable][0, 0].mask.all()


@pytest.mark.parametrize(
    ("shares", "code"),
    [
        ((92, 5, 3), 1), ((82, 12, 6), 2), ((58, 32, 10), 3), ((17, 70, 13), 4), ((10, 85, 5), 5),
        ((43, 39, 18), 6), ((58, 15, 27), 7), ((10, 56, 34), 8), ((32, 34, 34), 9),
        ((52, 6, 42), 10), ((6, 47, 47), 11), ((22, 20, 58), 12), ((0, 0, 0), 14),
    ],
)  # fmt: skip
def test_texture_classes_are_those_of_miller_and_white(shares, code):
    assert texture_class(*(np.array([s]) for s in shares)) == code


def test_the_same_seed_gives_the_same_bytes(folder, tmp_path):
    write_conus_soil(tmp_path, GRID, SEED)
    write_nldas_masks(tmp_path / "NLDAS_masks-veg-soil.nc4", GRID, SEED)
    for name in ("sand.bsq", "NLDAS_masks-veg-soil.nc4"):
        path = tmp_path / name
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_a_grid_outside_the_soil_map_is_refused(tmp_path):
    north = Grid(west=-105.0, east=-104.0, south=49.0, north=50.0, resolution=0.125)
    with pytest.raises(SettingsError, match="cannot reach latitudes"):
        write_conus_soil(tmp_path, north, SEED)
