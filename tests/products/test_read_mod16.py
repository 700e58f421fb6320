"""MOD16: periods, tiles and pixels; averages over cells; what is refused."""

import subprocess
import sys
from datetime import date

import numpy as np
import pytest
import xarray as xr

from mod16_files import Tile
from paramscape.grid.sphere import cell_area
from paramscape.products import ProductError
from paramscape.products.listing import Listing
from paramscape.products.mod16.files import (
    canonical_path,
    check_files,
    eight_day_periods,
    tiles_of,
)
from paramscape.products.mod16.hdf4 import open_tile
from paramscape.products.mod16.read import read_check
from paramscape.products.mod16.sinusoidal import pixels_of
from paramscape.study import Grid, Mod16Checks, Period

FIRST = Period(start=date(2017, 1, 1), end=date(2017, 1, 8))


def domain_of(lat: list[float], lon: list[float], step: float = 0.125) -> xr.Dataset:
    """Active cells at all of these centres, each `step` degrees wide and high."""
    lat, lon = np.array(lat), np.array(lon)
    areas = [cell_area(np.array([y - step / 2, y + step / 2]), np.array([0, step])) for y in lat]
    area = np.repeat(np.array(areas).reshape(-1, 1), lon.size, axis=1)
    fields = {"mask": np.ones(area.shape, "i4"), "area": area}
    coords = {"lat": lat, "lon": lon}
    found = xr.Dataset({name: (("lat", "lon"), v) for name, v in fields.items()}, coords)
    return found.assign_attrs(resolution=step)


CELL = domain_of([37.9375], [-121.9375])


@pytest.fixture
def settings(tmp_path) -> Mod16Checks:
    """The product in an empty folder."""
    return Mod16Checks(product="mod16a2", folder=tmp_path)


def test_the_last_period_of_a_year_has_five_days_and_six_in_a_leap_year():
    years = Period(start=date(2015, 1, 1), end=date(2016, 12, 31))
    found = eight_day_periods(years)
    assert len(found) == 92 and sum(period.days for period in found) == years.days
    lengths = {period.start: period.days for period in found}
    assert lengths[date(2015, 12, 27)] == 5 and lengths[date(2016, 12, 26)] == 6
    assert {n for start, n in lengths.items() if start.month < 12} == {8}


def test_periods_that_are_cut_by_the_days_are_left_out():
    found = eight_day_periods(Period(start=date(2015, 4, 1), end=date(2015, 4, 29)))
    assert [p.start for p in found] == [date(2015, 4, 7), date(2015, 4, 15)]


@pytest.mark.parametrize(
    ("lat", "lon", "tile", "place"),
    [(37.9375, -121.9375, "h08v05", (495, 919)), (34.9375, -90.9375, "h10v05", (1215, 1308))],
)
def test_a_point_lies_in_the_pixel_that_the_projection_gives(lat, lon, tile, place):
    pixels = pixels_of(domain_of([lat], [lon], step=0.02))[tile]
    middle = (pixels.row.min() + pixels.row.max()) / 2, pixels.column.mean()
    assert middle == pytest.approx(place, abs=1.5)


def test_the_pixels_of_cells_have_their_area_and_belong_to_one_cell():
    domain = domain_of([39.9375, 40.0625], [-120.0625, -119.9375])
    pixels = pixels_of(domain)
    assert set(pixels) == {"h08v05", "h08v04"}
    places = [
        (tile, r, c) for tile, p in pixels.items() for r, c in zip(p.row, p.column, strict=True)
    ]
    assert len(set(places)) == len(places)
    counts = sum(np.bincount(p.cell, minlength=4) for p in pixels.values())
    np.testing.assert_allclose(counts * 463.3127165**2, domain["area"].values.ravel(), rtol=0.05)


def test_a_sampled_cell_is_as_large_as_one_alone():
    sampled = pixels_of(domain_of([36.9375, 37.9375], [-121.9375, -120.9375]))["h08v05"]
    alone = pixels_of(CELL)["h08v05"]
    assert (sampled.cell == 2).sum() == pytest.approx(alone.cell.size, abs=40)


def test_the_tiles_of_a_grid_are_those_that_its_cells_need():
    grid = Grid(west=-125, east=-67, south=25, north=53, resolution=0.125)
    lat, lon = (np.array(axis)[::8] for axis in (grid.latitudes, grid.longitudes))
    needed = set(pixels_of(domain_of(list(lat), list(lon))))
    assert needed <= set(tiles_of(grid))
    assert set(tiles_of(grid)) - needed <= {"h06v03", "h07v03", "h13v05", "h14v04", "h12v06"}


def test_the_total_of_a_cell_is_the_mean_of_its_pixels_in_mm(settings, tmp_path):
    halves = np.where(np.arange(2400) % 2 == 0, 100, 200)
    Tile(et=halves).write(tmp_path)
    found = read_check(settings, "et", FIRST, CELL)
    assert float(found["et"][0, 0, 0]) == pytest.approx(15.0, abs=0.6)
    assert found["et"].attrs["units"] == "mm"
    assert float(found["valid_share"][0, 0, 0]) == 1
    bounds = found["time_bnds"].values[0].astype("M8[D]")
    assert list(bounds) == [np.datetime64("2017-01-01"), np.datetime64("2017-01-09")]


def test_the_read_values_are_those_of_the_cells_pixels(settings, tmp_path):
    et = (np.arange(2400)[:, None] * 7 + np.arange(2400)) % 997
    quality = (np.arange(2400)[:, None] + np.arange(2400)) % 3 == 0
    Tile(et=et, quality=quality).write(tmp_path)
    row, column = np.indices((2400, 2400)) + 0.5
    lat = 40 - row / 240
    lon = (8 * 10 + column / 240 - 180) / np.cos(np.radians(lat))
    inside = (abs(lat - 37.9375) < 0.0625) & (abs(lon + 121.9375) < 0.0625)
    for chosen, used in (("any", inside), ("good", inside & ~quality)):
        one = settings.model_copy(update={"quality": chosen})
        found = float(read_check(one, "et", FIRST, CELL)["et"][0, 0, 0])
        assert found == pytest.approx(0.1 * et[used].mean(), rel=1e-5)


@pytest.mark.parametrize("code", range(32761, 32768))
def test_the_codes_above_32700_are_no_value(settings, tmp_path, code):
    columns = np.arange(2400)
    Tile(et=np.where(columns % 3 == 0, code, 80)).write(tmp_path)
    found = read_check(settings, "et", FIRST, CELL)
    assert float(found["et"][0, 0, 0]) == pytest.approx(8.0)
    assert float(found["valid_share"][0, 0, 0]) == pytest.approx(2 / 3, abs=0.05)
    Tile(et=np.where(columns % 3 == 0, 80, code)).write(tmp_path)
    assert np.isnan(read_check(settings, "et", FIRST, CELL)["et"].values).all()


def test_a_cell_on_the_edge_of_tiles_takes_pixels_of_both(settings, tmp_path):
    on_edge = domain_of([40.0], [-120.0])
    Tile(et=100).write(tmp_path)
    with pytest.raises(ProductError, match=r"lacks the tiles h08v04[\s\S]*h08v04\.\*\.hdf"):
        read_check(settings, "et", FIRST, on_edge)
    Tile(name="h08v04", et=300).write(tmp_path)
    assert float(read_check(settings, "et", FIRST, on_edge)["et"][0, 0, 0]) == pytest.approx(
        20.0, abs=0.5
    )


def test_two_productions_of_one_granule_are_refused(settings, tmp_path):
    Tile().write(tmp_path)
    Tile(production="061.2020001000000").write(tmp_path)
    with pytest.raises(ProductError, match=r"2 productions of one granule[\s\S]*keep the newest"):
        read_check(settings, "et", FIRST, CELL)


def test_another_grid_is_refused(settings, tmp_path):
    Tile(grid="MODIS_Grid_500m_2D").write(tmp_path)
    with pytest.raises(
        ProductError, match="its grids are MODIS_Grid_500m_2D, not MOD_Grid_MOD16A2"
    ):
        read_check(settings, "et", FIRST, CELL)


def test_a_tile_under_the_name_of_another_is_refused(settings, tmp_path):
    Tile(name="h09v05").write(tmp_path, like=Tile())
    with pytest.raises(ProductError, match=r"upper left corner[\s\S]*take the file of h08v05"):
        read_check(settings, "et", FIRST, CELL)


def test_a_period_under_the_name_of_another_is_refused(settings, tmp_path):
    Tile(start=date(2017, 1, 9)).write(tmp_path, like=Tile())
    with pytest.raises(ProductError, match="starts on 2017-01-09, not on 2017-01-01"):
        read_check(settings, "et", FIRST, CELL)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_a_truncated_file_is_refused(settings, tmp_path, share):
    noise = np.random.default_rng(0).integers(0, 500, (2400, 2400))
    path = Tile(et=noise, quality=noise % 2).write(tmp_path)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(ProductError, match=r"cannot be read as HDF4[\s\S]*fetch the file again"):
        read_check(settings, "et", FIRST, CELL)


def test_what_is_not_hdf4_is_refused(settings, tmp_path):
    path = Tile().write(tmp_path)
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(1000))
    with pytest.raises(ProductError, match="cannot be read as HDF4"):
        read_check(settings, "et", FIRST, CELL)


@pytest.mark.parametrize("wrong", [{"units": "kg/m^2/day"}, {"scale_factor": 1.0}])
def test_another_unit_or_scale_is_refused(settings, tmp_path, wrong):
    Tile(attributes=Tile().attributes | wrong).write(tmp_path)
    with pytest.raises(ProductError, match="the unit is"):
        read_check(settings, "et", FIRST, CELL)


def test_more_than_any_land_evaporates_is_refused(settings, tmp_path):
    Tile(et=3000).write(tmp_path)
    with pytest.raises(ProductError, match=r"et is 37\.5 mm d-1"):
        read_check(settings, "et", FIRST, CELL)


def test_days_without_a_whole_period_are_refused(settings):
    week = Period(start=date(2017, 1, 2), end=date(2017, 1, 9))
    with pytest.raises(ProductError, match="no period of 8 days lies wholly in"):
        read_check(settings, "et", week, CELL)


def test_without_pyhdf_the_extra_is_named(settings, tmp_path, monkeypatch):
    Tile().write(tmp_path)
    monkeypatch.setitem(sys.modules, "pyhdf.SD", None)
    with pytest.raises(ProductError, match=r"pyhdf, which is not installed[\s\S]*extra `conus`"):
        read_check(settings, "et", FIRST, CELL)


def test_pyhdf_is_imported_only_when_a_file_is_opened():
    code = "import sys, paramscape.products.mod16.read; print('pyhdf' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.stdout.strip() == "False"


def test_files_are_found_flat_or_in_folders_of_dates(settings, tmp_path):
    grid = Grid(west=-122, east=-121.5, south=37.5, north=38, resolution=0.125)
    for folder in (".", "2017/001", "2017.01.01"):
        path = Tile().write(tmp_path / folder)
        found = [f.path for f in check_files(settings, "et", FIRST, grid, Listing())]
        assert found == [path]
        path.unlink()
    missing = [f.path.name for f in check_files(settings, "et", FIRST, grid, Listing())]
    assert missing == ["MOD16A2GF.A2017001.h08v05.*.hdf"]


def test_the_twins_files_have_fixed_names(settings, tmp_path):
    grid = Grid(west=-121, east=-119, south=39, north=41, resolution=0.125)
    found = [f.path.name for f in check_files(settings, "et", FIRST, grid, Listing(True))]
    named = [canonical_path(settings, FIRST.start, tile).name for tile in tiles_of(grid)]
    assert found == named and "MOD16A2GF.A2017001.h08v04.061.2000001000000.hdf" in found


def test_a_real_tile_of_another_modis_product_is_placed_and_refused(shared):
    path = next((shared / "samples" / "modis_hdf4eos").glob("*.hdf"))
    with (
        pytest.raises(ProductError, match="its grids are MODIS_Grid_1km_2D, MODIS_Grid_500m_2D"),
        open_tile(path, "h14v17", date(2008, 10, 22)),
    ):
        pass
