import numpy as np
import pytest
import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.files.provenance import Provenance
from paramscape.prepare.daily import prepare_daily_forcing
from paramscape.prepare.domain import prepare_domain
from paramscape.prepare.forcing import prepare_forcing as prepare
from paramscape.prepare.forcing import to_steps
from paramscape.prepare.own_parameters import own_parameters
from paramscape.prepare.regrid import conservative
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.forcing import read_forcing
from paramscape.study import Period, SettingsError, VicDomain, VicForcing
from paramscape.study.quantities import FORCINGS

STEPS = 8


@pytest.fixture(scope="module")
def forcing(study, domain, years):
    settings = study.products.forcing
    return [
        prepare(settings, days, domain, STEPS, ends_record=year == 2009)
        for year, days in years.items()
    ]


def test_a_later_year_begins_at_midnight_of_new_year(forcing):
    first, second = forcing
    assert first.time.values[0] == np.datetime64("2008-12-20T00:00")
    assert first.time.values[-1] == np.datetime64("2008-12-31T21:00")
    assert second.time.values[0] == np.datetime64("2009-01-01T00:00")
    assert second.sizes["time"] == 12 * STEPS


def test_forcing_is_complete_inside_the_domain_and_missing_outside(forcing, domain):
    inside = domain.mask.values > 0
    for name in FORCINGS:
        values = forcing[0][name].values
        assert np.isfinite(values[:, inside]).all() and np.isnan(values[:, ~inside]).all(), name


def test_two_years_prepared_apart_equal_the_record_prepared_at_once(study, domain, forcing, years):
    record = study.periods.record
    whole = prepare(study.products.forcing, record, domain, STEPS, ends_record=True)
    xr.testing.assert_identical(whole, xr.concat(forcing, "time", join="exact"))


def test_rain_of_the_domain_is_that_of_the_product(study, domain, years, forcing):
    days = years[2008]
    native = read_forcing(study.products.forcing, days, Box.of(domain), ends_record=False)
    total = native[["prcp"]].sum("time", skipna=False)
    inside = domain.mask > 0
    expected = conservative(total, domain).prcp.where(inside)
    found = forcing[0].prcp.astype("f8").sum("time", skipna=False)
    np.testing.assert_allclose(found, expected, rtol=1e-6, equal_nan=True)


def test_daily_forcing_has_the_means_and_totals_of_its_steps(forcing):
    daily = prepare_daily_forcing(forcing)
    assert daily.sizes["time"] == 24
    whole = xr.concat(forcing, "time", join="exact").astype("f8")
    steps = whole.isel(time=slice(5 * STEPS, 6 * STEPS))
    np.testing.assert_allclose(
        daily.prcp[5], steps.prcp.sum("time", skipna=False), rtol=1e-6, equal_nan=True
    )
    for name in set(FORCINGS) - {"prcp"}:
        np.testing.assert_allclose(daily[name][5], steps[name].mean("time"), rtol=1e-6)


def test_forcing_files_keep_their_contract(forcing, tmp_path):
    provenance = Provenance.of("test", {}, 1)
    write_dataset(forcing[1], tmp_path / "forcing.2009.nc", "vic-forcing", provenance)
    found = read_dataset(tmp_path / "forcing.2009.nc", "vic-forcing")
    assert found.time.encoding["calendar"] == "proleptic_gregorian"
    xr.testing.assert_equal(found, forcing[1])
    write_dataset(
        prepare_daily_forcing(forcing), tmp_path / "daily.nc", "forcing-daily", provenance
    )


def test_a_gap_between_years_is_refused(forcing):
    with pytest.raises(ValueError, match="gap before 2009-01-02"):
        prepare_daily_forcing([forcing[0], forcing[1].isel(time=slice(STEPS, None))])


def test_a_day_with_too_few_steps_is_refused(forcing):
    with pytest.raises(ValueError, match="2008-12-20"):
        prepare_daily_forcing([forcing[0].isel(time=slice(2, None))])


@pytest.fixture
def hourly():
    time = np.arange("2009-01-01", "2009-01-03", dtype="datetime64[h]").astype("datetime64[ns]")
    ramp = np.arange(48.0)[:, None, None] * np.ones((1, 2, 2))
    fields = {n: (("time", "lat", "lon"), ramp) for n in FORCINGS}
    return xr.Dataset(fields, {"time": time, "lat": [1.0, 2.0], "lon": [1.0, 2.0]})


def test_hourly_steps_join_to_three_hourly_means_and_totals(hourly):
    joined = to_steps(hourly, 8)
    assert joined.sizes["time"] == 16
    assert joined.time.values[1] == np.datetime64("2009-01-01T03:00")
    np.testing.assert_allclose(joined.tas[1], 4.0)
    np.testing.assert_allclose(joined.prcp[1], 12.0)


def test_a_gap_in_an_hour_is_a_gap_in_the_longer_step(hourly):
    hourly["prcp"][4, 0, 0] = np.nan
    assert np.isnan(to_steps(hourly, 8).prcp[1, 0, 0])


def test_shorter_steps_than_the_products_are_refused(hourly):
    with pytest.raises(SettingsError, match=r"snow_steps_per_day=48.*24 steps a day"):
        to_steps(hourly, 48)


def test_an_active_cell_without_forcing_is_named(study, domain, years, monkeypatch):
    def drowned(*arguments, **keywords):
        native = read_forcing(*arguments, **keywords)
        native["wind"] = native["wind"].where(native["lat"] < 32.5)
        return native

    monkeypatch.setattr("paramscape.prepare.forcing.read_forcing", drowned)
    with pytest.raises(ProductError) as error:
        prepare(study.products.forcing, years[2009], domain, STEPS, ends_record=True)
    assert "active cells" in str(error.value) and "latitude 32.625" in str(error.value)
    assert "wind_CMFD_V0106_B-01_03hr_010deg_200901.nc" in str(error.value)


def test_vics_own_forcing_is_taken_as_it_is(shared):
    case = shared / "vic-reference" / "stehekin-hourly-bands"
    settings = VicDomain(kind="vic", path=case / "domain.nc")
    domain = prepare_domain(settings, None, case / "params.nc")
    with xr.open_dataset(case / "forcing.1949.nc") as file:
        raw = file.load()
    forcing = VicForcing(product="vic", prefix=case / "forcing.")
    days = Period(start="1949-01-01", end="1949-01-10")
    found = prepare(forcing, days, domain, 24, ends_record=True)
    inside = domain.mask.values > 0
    for name in FORCINGS:
        expected = raw[name].transpose("time", "lat", "lon").values[:, inside]
        np.testing.assert_allclose(found[name].values[:, inside], expected, rtol=1e-6)
    assert own_parameters(case / "params.nc", domain).run_cell.sum() == inside.sum()
