import numpy as np
import pytest
import xarray as xr

from paramscape.files import write_dataset
from paramscape.files.provenance import Provenance
from paramscape.prepare.observations import (
    finished_observations,
    prepare_observations,
    require_rain_for,
)
from paramscape.products import ProductError
from paramscape.study import CfObservations, Period
from paramscape.twin import write_gleam

DAYS = np.arange("2008-12-24", "2009-01-13", dtype="datetime64[D]").astype("datetime64[ns]")
SCORED = Period(start="2008-12-24", end="2009-01-12")


@pytest.fixture
def observed(domain):
    values = np.random.default_rng(2).uniform(0, 4, (DAYS.size, *domain.mask.shape))
    values[3, 1, 1] = np.nan
    axes = {"time": DAYS, "lat": domain.lat, "lon": domain.lon}
    return xr.DataArray(values, axes, ("time", "lat", "lon"), "et", {"units": "mm d-1"})


def test_gleam_on_the_studys_grid_comes_back_inside_the_domain(study, domain, observed, tmp_path):
    settings = study.products.observations["et"].model_copy(update={"folder": tmp_path})
    write_gleam(observed, tmp_path, settings.version, "E")
    found = prepare_observations(settings, "et", SCORED, domain)
    expected = observed.where(domain.mask > 0)
    np.testing.assert_allclose(found.et, expected, atol=1e-6, equal_nan=True)
    assert found.et.attrs["units"] == "mm d-1" and found.et.dtype == np.float32
    write_dataset(found, tmp_path / "et.nc", "et", Provenance.of("test", {}, 1))


def test_a_finer_product_gives_means_and_needs_half_of_a_cell(domain, tmp_path):
    lat = 31.90625 + 0.0625 * np.arange(16)
    lon = 113.90625 + 0.0625 * np.arange(20)
    values = np.full((DAYS.size, lat.size, lon.size), 2.0)
    values[0, :, :10] = np.nan  # west of 114.5 degrees
    values[1, :, lon < 114.44] = np.nan  # leaves a quarter of the cells around 114.375
    axes = {"time": DAYS, "lat": lat, "lon": lon}
    field = xr.DataArray(values, axes, ("time", "lat", "lon"), "q", {"units": "mm/day"})
    field.to_dataset().to_netcdf(tmp_path / "runoff.nc")
    settings = CfObservations(product="cf", path=tmp_path / "runoff.nc", variable="q")
    found = prepare_observations(settings, "runoff", SCORED, domain).runoff
    inside = domain.mask.values > 0
    assert np.nanmax(np.abs(found.values - 2)) < 1e-6
    assert np.isfinite(found.values[2:][:, inside]).all()
    west = inside & (domain.lon.values < 114.5)[None, :]
    assert np.isnan(found.values[:2][:, west]).all()


def test_observations_without_any_value_are_refused(domain, observed):
    with pytest.raises(ProductError, match="no active cell has a value of et"):
        finished_observations(observed * np.nan, domain, "et")


def rain_and_runoff(days, ratio):
    time = np.arange("2008-01-01", days, dtype="datetime64[D]").astype("datetime64[ns]")
    rain = xr.DataArray(np.full((time.size, 2, 2), 2.0), {"time": time}, ("time", "lat", "lon"))
    return ratio * rain, rain


def test_runoff_of_several_times_the_rain_of_a_year_is_refused():
    with pytest.raises(
        ProductError, match=r"4 times that of precipitation[\s\S]*q\.nc[\s\S]*units"
    ):
        require_rain_for(*rain_and_runoff("2009-01-01", 4), "q.nc")


def test_runoff_that_exceeds_the_rain_by_more_than_snow_melts_is_refused():
    with pytest.raises(ProductError, match="15 times that of precipitation"):
        require_rain_for(*rain_and_runoff("2008-03-01", 15), "q.nc")


def test_snow_and_storage_may_feed_more_than_it_rains_but_the_log_says_so(caplog):
    require_rain_for(*rain_and_runoff("2009-01-01", 0.8), "q.nc")
    assert caplog.text == ""
    require_rain_for(*rain_and_runoff("2008-03-01", 8), "q.nc")
    assert "8 times that of precipitation" in caplog.text
