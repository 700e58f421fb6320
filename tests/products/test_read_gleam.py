"""GLEAM: both versions, old and new axes, and what is refused."""

from datetime import date

import numpy as np
import pytest

from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.gleam.files import canonical_path
from paramscape.products.gleam.read import read_observations
from paramscape.study import GleamObservations, Period

BOX = Box(113.5, 31.5, 114.5, 32.5)
LAT = 89.875 - 0.25 * np.arange(720)
LON = -179.875 + 0.25 * np.arange(1440)
PERIOD = Period(start=date(2009, 3, 1), end=date(2009, 3, 10))


def _axes(days=365):
    return {
        "time": (np.arange(days, dtype="f8"), "days since 2009-01-01 00:00:00"),
        "lat": (LAT[220:240], "degrees_north"),
        "lon": (LON[1160:1180], "degrees_east"),
    }


def _field(days=365, dims=("time", "lat", "lon")):
    """Day plus latitude / 100: 20 x 20 cells with descending latitude."""
    day = np.arange(days, dtype="f4")[:, None, None]
    values = np.broadcast_to(day + LAT[220:240, None].astype("f4") / 100, (days, 20, 20)) / 50
    values = np.ascontiguousarray(values.astype("f4"))
    return values.transpose([("time", "lat", "lon").index(d) for d in dims])


@pytest.fixture
def gleam(tmp_path, write_cf):
    """A writer of one yearly file and the settings that find it."""

    def write(
        values=None, dims=("time", "lat", "lon"), axes=None, units="mm/day", name="E", **others
    ):
        settings = GleamObservations(product="gleam-v3", folder=tmp_path)
        path = canonical_path(tmp_path, settings.version, name, 2009).relative_to(tmp_path)
        attrs = {"units": units, "_FillValue": np.float32(-999), "missing_value": np.float32(-999)}
        values = _field(dims=dims) if values is None else values
        write_cf(str(path), axes or _axes(), **{name: (dims, values, attrs)}, **others)
        return settings

    return write


def _expected():
    lat = np.array([31.375, 31.625, 31.875, 32.125, 32.375, 32.625])
    return (np.arange(59, 69)[:, None] + lat / 100) / 50


def test_days_of_a_period_come_with_ascending_latitude(gleam):
    et = read_observations(gleam(), "et", PERIOD, BOX)
    assert et.dims == ("time", "lat", "lon") and et.name == "et" and et.units == "mm d-1"
    np.testing.assert_array_equal(
        et.time.values[[0, -1]], np.array(["2009-03-01", "2009-03-10"], "M8[ns]")
    )
    np.testing.assert_allclose(et[:, :, 3], _expected(), rtol=1e-6)


def test_files_with_longitude_before_latitude_are_not_rotated(gleam):
    et = read_observations(gleam(dims=("time", "lon", "lat")), "et", PERIOD, BOX)
    np.testing.assert_allclose(et[:, :, 3], _expected(), rtol=1e-6)


def test_old_files_with_dates_instead_of_a_time_axis_are_read(gleam):
    days = np.datetime64("2009-01-01") + np.arange(365)
    parts = np.array([[d.year, d.month, d.day] for d in days.tolist()], "i4").T
    axes = {k: v for k, v in _axes().items() if k != "time"}
    settings = gleam(axes=axes, DATE=(("three", "time"), parts, {}))
    np.testing.assert_allclose(
        read_observations(settings, "et", PERIOD, BOX)[:, :, 3], _expected(), rtol=1e-6
    )


def test_bounds_beside_the_axes_do_not_disturb(gleam):
    settings = gleam(time_bnds=(("time", "bnds"), np.zeros((365, 2)), {}))
    assert read_observations(settings, "et", PERIOD, BOX).shape == (10, 6, 6)


def test_soil_moisture_has_the_name_of_its_version(write_cf, tmp_path):
    axes = _axes()
    axes["lat"] = (LAT[220:240], "degrees_north")
    values = np.full((365, 20, 20), 0.31, "f4")
    for product, version, name in (("gleam-v3", "v3.7a", "SMsurf"), ("gleam-v4", "v4.2a", "SMs")):
        settings = GleamObservations(product=product, folder=tmp_path, version=version)
        path = canonical_path(tmp_path, version, name, 2009).relative_to(tmp_path)
        write_cf(str(path), axes, **{name: (("time", "lat", "lon"), values, {"units": "m3/m3"})})
        moisture = read_observations(settings, "soil_moisture", PERIOD, BOX)
        assert moisture.units == "m3 m-3" and float(moisture[0, 0, 0]) == pytest.approx(0.31)


def test_both_kinds_of_missing_values_are_nan_and_dew_is_kept(gleam):
    values = _field()
    values[59:62, 10, 15] = -999, np.nan, -0.05
    et = read_observations(gleam(values), "et", PERIOD, BOX)
    cell = et.sel(lat=LAT[230], lon=LON[1175])
    assert np.isnan(cell[:2]).all() and float(cell[2]) == pytest.approx(-0.05)


def test_a_year_with_missing_days_is_refused(gleam):
    with pytest.raises(ProductError, match=r"7 of 10 records[\s\S]*E_2009_GLEAM[\s\S]*2009-03-04"):
        read_observations(gleam(_field(62), axes=_axes(62)), "et", PERIOD, BOX)


def test_monthly_totals_are_no_daily_values(gleam):
    with pytest.raises(ProductError, match=r"'mm/month'[\s\S]*variable: E"):
        read_observations(gleam(units="mm/month"), "et", PERIOD, BOX)


def test_impossible_evaporation_is_named_with_its_place(gleam):
    values = _field()
    values[61, 10, 15] = 3000
    with pytest.raises(ProductError) as error:
        read_observations(gleam(values), "et", PERIOD, BOX)
    place = "cell (lat 32.375, lon 113.875)"
    for part in ("E_2009_GLEAM_v3.7a.nc", "et is 3000 mm d-1", "2009-03-03", place):
        assert part in str(error.value)


def test_a_domain_outside_the_file_is_refused(gleam):
    with pytest.raises(ProductError, match="covers lat"):
        read_observations(gleam(), "et", PERIOD, Box(113.5, 10, 114.5, 11))
