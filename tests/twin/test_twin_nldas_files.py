"""The twin's weather in NLDAS-2's format, read back by the product's reader."""

from datetime import date, datetime, timedelta

import netCDF4
import numpy as np
import pytest
import xarray as xr

from paramscape.products.bounding_box import Box
from paramscape.products.forcing import read_forcing
from paramscape.products.listing import Listing
from paramscape.products.nldas.files import path_of
from paramscape.study import NldasForcing, Period, SettingsError
from paramscape.twin.nldas_files import (
    VARIABLES,
    NldasCells,
    write_granules,
    write_nldas,
    write_year,
)
from paramscape.twin.plains.climate import PlainsClimate

SEED = 1979
DAYS = Period(start=date(2016, 5, 1), end=date(2016, 5, 3))
SAMPLE = "samples/nldas/NLDAS_FORA0125_H.A19790101.1300.020.nc"
CHECKED = ("units", "standard_name", "long_name", "cell_methods", "missing_value", "_FillValue")


def domain_of(lat, lon, mask):
    return xr.Dataset({"mask": (("lat", "lon"), np.array(mask))}, {"lat": lat, "lon": lon})


@pytest.fixture(scope="module")
def domain():
    """Two sampled cells and their neighbours: rows and columns are not evenly spaced."""
    lat, lon = np.array([38.3125, 38.4375, 38.8125]), np.array([-104.9375, -104.8125])
    return domain_of(lat, lon, [[0, 1], [1, 0], [0, 1]])


@pytest.fixture(scope="module")
def settings(domain, tmp_path_factory):
    """Granules of three days and of the midnight after them."""
    settings = NldasForcing(product="nldas-2", folder=tmp_path_factory.mktemp("nldas"))
    hours = [datetime(2016, 5, 1) + timedelta(hours=h) for h in range(73)]
    paths = {hour: path_of(settings, hour, Listing()) for hour in hours}
    write_granules(paths, SEED, NldasCells.of(domain))
    return settings


@pytest.fixture(scope="module")
def weather(domain):
    return PlainsClimate(SEED, domain.lat.values, domain.lon.values).weather(DAYS.start, 4)


def box_of(domain):
    lat, lon = domain.lat.values, domain.lon.values
    return Box(lon.min() - 0.0625, lat.min() - 0.0625, lon.max() + 0.0625, lat.max() + 0.0625)


def test_steps_of_three_days_are_means_and_totals_of_the_weather(settings, domain, weather):
    forcing = read_forcing(settings, DAYS, box_of(domain), ends_record=False)
    found = forcing.sel(lat=domain.lat, lon=domain.lon, method="nearest")
    active = domain.mask.values > 0
    rain = weather["Rainf"][1:73][:, active]
    np.testing.assert_allclose(found.prcp.values[:, active], rain, rtol=1e-5, atol=1e-6)
    warmth = (weather["Tair"][:72] + weather["Tair"][1:73])[:, active] / 2 - 273.15
    np.testing.assert_allclose(found.tas.values[:, active], warmth, atol=1e-4)
    assert np.isnan(found.prcp.values[:, ~active]).all()


def test_cells_that_no_study_needs_are_fill(settings, domain):
    path = path_of(settings, datetime(2016, 5, 1, 12), Listing())
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        for name in VARIABLES:
            assert (file[name][:] != -9999).sum() == 3
    assert path.stat().st_size < 100_000


def test_a_granule_is_described_as_a_real_one(settings, shared):
    path = path_of(settings, datetime(2016, 5, 1, 13), Listing())
    with netCDF4.Dataset(path) as made, netCDF4.Dataset(shared / SAMPLE) as real:
        assert set(made.variables) == set(real.variables)
        sizes = [{n: d.size for n, d in file.dimensions.items()} for file in (made, real)]
        assert sizes[0] == sizes[1]
        for name, variable in real.variables.items():
            assert made[name].dtype == variable.dtype
            assert made[name].dimensions == variable.dimensions
            for attribute in set(CHECKED) & set(variable.ncattrs()):
                assert made[name].getncattr(attribute) == variable.getncattr(attribute)
        assert set(made["time"].ncattrs()) == set(real["time"].ncattrs())
        np.testing.assert_array_equal(made["lat"][:], real["lat"][:])
        np.testing.assert_array_equal(made["lon"][:], real["lon"][:])


def test_a_yearly_file_holds_the_records_of_the_granules(settings, domain, tmp_path):
    path = tmp_path / "year.nc"
    write_year(path, (DAYS.start, date(2016, 5, 12)), SEED, NldasCells.of(domain))
    with netCDF4.Dataset(path) as year:
        assert year["time"].size == 12 * 24 and year["Tair"].shape == (288, 224, 464)
        for hour in (0, 13, 72):
            time = datetime(2016, 5, 1) + timedelta(hours=hour)
            with netCDF4.Dataset(path_of(settings, time, Listing())) as granule:
                assert granule["time"][0] == year["time"][hour]
                for name in VARIABLES:
                    np.testing.assert_array_equal(granule[name][0], year[name][hour])


@pytest.mark.parametrize("layout", ["granules", "yearly"])
def test_both_layouts_give_the_same_forcing(settings, domain, tmp_path, layout):
    other = NldasForcing(product="nldas-2", folder=tmp_path, layout=layout, steps_per_day=8)
    write_nldas(other, DAYS, SEED, NldasCells.of(domain))
    found = read_forcing(other, DAYS, box_of(domain), ends_record=True)
    expected = read_forcing(settings, DAYS, box_of(domain), ends_record=False)
    assert found.sizes["time"] == 24
    rain = expected.prcp.values.reshape(24, 3, *expected.prcp.shape[1:]).sum(1)
    np.testing.assert_allclose(found.prcp, rain, rtol=1e-5, atol=1e-6)
    warmth = expected.tas.values.reshape(24, 3, *expected.tas.shape[1:]).mean(1)
    np.testing.assert_allclose(found.tas[:-1], warmth[:-1], atol=1e-3)


def test_the_same_seed_gives_the_same_bytes_in_whatever_order(settings, domain, tmp_path):
    hour = datetime(2016, 5, 2, 6)
    write_granules({hour: tmp_path / "granule.nc"}, SEED, NldasCells.of(domain))
    first = path_of(settings, hour, Listing())
    assert (tmp_path / "granule.nc").read_bytes() == first.read_bytes()


def test_cells_of_another_grid_are_refused():
    other = domain_of(np.array([38.3125]), np.array([-104.95]), [[1]])
    with pytest.raises(SettingsError, match=r"one at longitude -104\.95"):
        NldasCells.of(other)
