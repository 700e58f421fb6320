from dataclasses import replace
from datetime import date

import netCDF4
import numpy as np
import pytest
import xarray as xr

from paramscape import twin
from paramscape.products.bounding_box import Box
from paramscape.products.cmfd.files import VARIABLES, canonical_path
from paramscape.products.domain import read_domain
from paramscape.products.forcing import read_forcing
from paramscape.products.land import read_elevation, read_land_cover, read_soil
from paramscape.products.observations import read_observations
from paramscape.study import Grid, Period, SettingsError
from paramscape.twin.climate import Climate
from paramscape.twin.cmfd_files import PACKING, pack
from paramscape.twin.grids import cmfd_region
from paramscape.twin.soil import BOTTOMS, soil_fields
from paramscape.twin.terrain import elevation

JANUARY = date(2009, 1, 1)


@pytest.fixture(scope="module")
def domain(small):
    return read_domain(small.domain)


def january_file(settings, name):
    """CMFD's file of a variable in January."""
    variable = next(v for v in VARIABLES.values() if v.name == name)
    return canonical_path(settings, variable, JANUARY)


@pytest.fixture(scope="module")
def weather(small):
    cells = cmfd_region(small.domain.grid)
    return Climate(small.seed, cells.region_lat, cells.region_lon).weather(JANUARY, 31)


@pytest.mark.parametrize("name", PACKING)
def test_a_file_gives_the_weather_back_within_its_packing(small, weather, name):
    path = january_file(small.products.forcing, name)
    with xr.open_dataset(path) as file:
        assert file[name].shape == (248, 400, 700)
        assert file[name].attrs["units"] == PACKING[name][0]
        values = file[name].sel(lat=slice(31.5, 33.27), lon=slice(113.5, 115.5)).values
    expected = getattr(weather, name)
    step = PACKING[name][2]
    rounding = 1e-6 * np.abs(values).max()  # of the 32-bit numbers into which it is unpacked
    assert np.abs(values - expected).max() <= 0.51 * step + rounding


def test_cmfd_files_have_the_products_own_layout(small):
    path = january_file(small.products.forcing, "prec")
    with netCDF4.Dataset(path) as file:
        prec, time = file["prec"], file["time"]
        assert prec.dimensions == ("time", "lat", "lon") and prec.dtype == np.int16
        assert prec._FillValue == -32767 and prec.missing_value == -32767
        assert time.units == "hours since 1900-01-01 00:00:0.0"
        assert "calendar" not in time.ncattrs()
        prec.set_auto_maskandscale(False)
        assert (prec[0, :100, :] == -32767).all()
    assert path.stat().st_size < 1_000_000


def test_steps_of_forcing_are_means_and_totals_of_the_weather(small, domain, weather):
    days = Period(start=JANUARY, end=date(2009, 1, 2))
    forcing = read_forcing(small.products.forcing, days, Box.of(domain), ends_record=False)
    cells = cmfd_region(small.domain.grid)
    rows = np.searchsorted(cells.region_lat, forcing.lat.values - 0.01)
    columns = np.searchsorted(cells.region_lon, forcing.lon.values - 0.01)
    pick = np.ix_(np.arange(17), rows, columns)
    rain = 3 * weather.prec[pick][1:]
    np.testing.assert_allclose(forcing.prcp, rain, atol=3 * 0.0013)
    warmth = weather.temp[pick] - 273.15
    np.testing.assert_allclose(forcing.tas, (warmth[1:] + warmth[:-1]) / 2, atol=0.006)


def test_the_same_seed_gives_the_same_bytes_in_whatever_order(small, tmp_path):
    settings = small.products.forcing.model_copy(update={"folder": tmp_path})
    twin.write_climate(settings, Period(start=JANUARY, end=JANUARY), small.domain.grid, small.seed)
    for name in ("temp", "prec"):
        path = january_file(settings, name)
        first = january_file(small.products.forcing, name)
        assert path.read_bytes() == first.read_bytes()


def test_another_seed_gives_another_climate(small):
    lat, lon = np.array([32.05]), np.array([114.05])
    first = Climate(small.seed, lat, lon).weather(JANUARY, 5).temp
    assert np.abs(first - Climate(small.seed + 1, lat, lon).weather(JANUARY, 5).temp).max() > 1


def test_values_beyond_16_bits_are_refused():
    with pytest.raises(ValueError, match="temp of 600 to 600 does not fit"):
        pack(np.array([600.0]), "temp")


def test_soil_files_give_the_soil_back(small, domain):
    soil = read_soil(small.products.soil, Box.of(domain))
    assert soil.depth.values.tolist() == BOTTOMS[:7].tolist()
    fields = soil_fields(small.seed, soil.lat.values, soil.lon.values)
    np.testing.assert_allclose(soil.THSCH, fields["THSCH"][:7], atol=6e-4)
    np.testing.assert_allclose(soil.SA, fields["SA"][:7], atol=0.06)
    np.testing.assert_allclose(soil.PSI_S, np.abs(fields["PSI_S"][:7]), atol=0.06)
    np.testing.assert_allclose(soil.SA + soil.SI + soil.CL, 100, atol=0.2)
    assert (soil.TH1500 < soil.TH33).all() and (soil.TH33 < soil.THSCH).all()


def test_elevation_file_gives_the_terrain_back(small, domain):
    heights = read_elevation(small.products.elevation, Box.of(domain))
    expected = elevation(small.seed, heights.lat.values, heights.lon.values)
    np.testing.assert_allclose(heights, expected, atol=0.2)


def test_land_cover_has_crops_and_only_umd_classes(small, domain):
    cover = read_land_cover(small.products.land_cover, Box.of(domain))
    codes, counts = np.unique(cover, return_counts=True)
    assert set(codes) <= set(range(14))
    assert counts[codes == 11] > 0.2 * counts.sum()


def test_the_basin_is_neither_empty_nor_the_whole_grid(small, domain):
    assert 0 < int(domain.mask.sum()) < domain.mask.size


def test_gleam_files_give_observations_back(small, domain, tmp_path):
    days = np.arange("2008-12-30", "2009-01-03", dtype="datetime64[D]").astype("datetime64[ns]")
    values = np.random.default_rng(1).uniform(-0.2, 4, (4, *domain.mask.shape))
    values[1, 0, 0] = np.nan
    axes = {"time": days, "lat": domain.lat, "lon": domain.lon}
    observed = xr.DataArray(values, axes, ("time", "lat", "lon"), "et", {"units": "mm d-1"})
    settings = small.products.observations["et"].model_copy(update={"folder": tmp_path})
    paths = twin.write_gleam(observed, tmp_path, settings.version, "E")
    assert [p.relative_to(tmp_path).as_posix() for p in paths] == [
        "daily/2008/E_2008_GLEAM_v3.7a.nc",
        "daily/2009/E_2009_GLEAM_v3.7a.nc",
    ]
    with netCDF4.Dataset(paths[0]) as file:
        assert file["E"].shape == (366, 720, 1440)
        assert file["lat"][0] > file["lat"][-1] and file["E"]._FillValue == -999
    found = read_observations(settings, "et", small.days, Box.of(domain))
    found = found.sel(lat=domain.lat, lon=domain.lon)
    np.testing.assert_allclose(found, values, atol=1e-6)


def test_gleam_files_refuse_other_units(domain, tmp_path):
    wrong = xr.DataArray(np.zeros((1, 1, 1)), dims=("time", "lat", "lon"), attrs={"units": "m"})
    with pytest.raises(ValueError, match="'m'"):
        twin.write_gleam(wrong, tmp_path, "v3.7a", "E")


def test_a_climate_outside_cmfd_is_refused(small, tmp_path):
    grid = Grid(west=10, east=11, south=50, north=51, resolution=0.25)
    settings = small.products.forcing.model_copy(update={"folder": tmp_path})
    with pytest.raises(SettingsError, match="longitudes"):
        twin.write_climate(settings, small.days, grid, 1)
    assert not list(tmp_path.iterdir())


def test_land_cover_of_another_scheme_is_refused(small, tmp_path):
    cover = small.products.land_cover.model_copy(update={"scheme": "igbp"})
    wrong = replace(small, products=small.products.model_copy(update={"land_cover": cover}))
    with pytest.raises(SettingsError, match="umd"):
        twin.write_static(wrong.products, wrong.domain, wrong.seed)


def test_values_of_sampled_cells_lie_in_their_own_gleam_cells(tmp_path):
    days = np.arange("2009-01-01", "2009-01-04", dtype="datetime64[D]").astype("datetime64[ns]")
    axes = {"time": days, "lat": [31.625, 31.875, 33.125], "lon": [113.625, 114.375, 114.625]}
    values = 1.0 + np.arange(27.0).reshape(3, 3, 3) / 9
    observed = xr.DataArray(values, axes, ("time", "lat", "lon"), attrs={"units": "mm d-1"})
    (path,) = twin.write_gleam(observed, tmp_path, "v3.7a", "E")
    with xr.open_dataset(path) as file:
        written = file["E"].transpose("time", "lat", "lon").sel(time=days).sortby("lat").load()
    np.testing.assert_allclose(written.sel(lat=axes["lat"], lon=axes["lon"]), values, rtol=1e-6)
    assert int((written > 0).sum()) == 27
