"""Records of observations become days: by bounds, stamps, units and cell methods."""

from datetime import date

import netCDF4
import numpy as np
import pytest

from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.observations import read_observations
from paramscape.study import CfObservations, Period

BOX = Box(113.5, 31.5, 114.0, 32.0)
LAT, LON = np.array([31.625, 31.875]), np.array([113.625, 113.875])
PERIOD = Period(start=date(2008, 6, 1), end=date(2008, 6, 10))
DAYS = np.arange(10.0)  # 2008-06-01 to 06-10, the value of a day is its number


@pytest.fixture
def observed(tmp_path):
    """A reader of a target from a file of records, each with one value in all cells."""

    def read(values, times, target="et", period=PERIOD, **options):
        path = tmp_path / "obs.nc"
        attributes = {"units": "mm d-1"} | options.pop("attributes", {})
        time = {"units": "hours since 2008-06-01"} | options.pop("time", {})
        bounds, name = options.pop("bounds", None), options.pop("name", "v")
        with netCDF4.Dataset(path, "w") as file:
            for dim, size in (("time", None), ("lat", 2), ("lon", 2), ("nv", 2)):
                file.createDimension(dim, size)
            for axis, centres in (("lat", LAT), ("lon", LON)):
                file.createVariable(axis, "f8", (axis,))[:] = centres
            file.createVariable("time", "f8", ("time",))[:] = times
            if bounds is not None:
                time["bounds"] = "time_bnds"
                file.createVariable("time_bnds", "f8", ("time", "nv"))[:] = bounds
            file["time"].setncatts(time)
            out = file.createVariable(name, "f8", ("time", "lat", "lon"))
            out[:] = np.asarray(values, "f8")[:, None, None] * np.ones((2, 2))
            out.setncatts(attributes)
        settings = CfObservations(product="cf", path=path, variable=name, **options)
        return read_observations(settings, target, period, BOX)[:, 0, 0]

    return read


def spans(starts, length):
    return np.stack([starts, np.asarray(starts) + length], axis=1)


@pytest.mark.parametrize("stamp", [0, 6, 12, 24], ids=["start", "within", "middle", "end"])
def test_bounds_say_which_day_a_record_is_of(observed, stamp):
    found = observed(DAYS, 24 * DAYS + stamp, bounds=spans(24 * DAYS, 24))
    np.testing.assert_array_equal(found, DAYS)


def test_bounds_are_found_under_their_common_name_without_the_attribute(observed):
    found = observed(DAYS, 24 * DAYS + 24, bounds=spans(24 * DAYS, 24), time={"long_name": "end"})
    np.testing.assert_array_equal(found, DAYS)


@pytest.mark.parametrize("hour", [0, 9, 12, 23.5])
def test_without_bounds_a_record_is_of_the_day_of_its_time(observed, hour):
    np.testing.assert_array_equal(observed(DAYS, 24 * DAYS + hour), DAYS)


def test_descending_times_are_turned_with_their_values(observed):
    np.testing.assert_array_equal(observed(DAYS[::-1], 24 * DAYS[::-1]), DAYS)
    bounds = spans(24 * DAYS[::-1], 24)
    np.testing.assert_array_equal(observed(DAYS[::-1], 24 * DAYS[::-1] + 24, bounds=bounds), DAYS)


def test_days_of_a_time_zone_are_the_days_of_the_file(observed):
    zone = {"units": "hours since 2008-06-01 00:00:00 +08:00"}
    np.testing.assert_array_equal(observed(DAYS, 24 * DAYS, time=zone), DAYS)
    bounds = spans(24 * DAYS, 24)
    np.testing.assert_array_equal(observed(DAYS, 24 * DAYS + 24, time=zone, bounds=bounds), DAYS)


def test_days_from_six_to_six_are_those_that_hold_most_of_them(observed):
    found = observed(DAYS, 24 * DAYS + 30, bounds=spans(24 * DAYS + 6, 24))
    np.testing.assert_array_equal(found, DAYS)
    with pytest.raises(ProductError, match="in two days by half each"):
        observed(DAYS, 24 * DAYS + 36, bounds=spans(24 * DAYS + 12, 24))


@pytest.mark.parametrize("step", [1, 3, 6, 12])
def test_parts_of_a_day_make_its_mean_or_its_sum(observed, step):
    starts = np.arange(0, 240, step)
    values = starts // 24 + np.tile(np.linspace(-0.5, 0.5, 24 // step), 10)
    found = observed(values, starts, bounds=spans(starts, step))
    np.testing.assert_allclose(found, DAYS, atol=1e-12)
    amounts = {"units": "kg m-2", "cell_methods": "time: sum"}
    found = observed(
        values * step / 24, starts + step, bounds=spans(starts, step), attributes=amounts
    )
    np.testing.assert_allclose(found, DAYS, atol=1e-12)


def test_records_that_end_a_second_before_the_next_make_whole_days(observed):
    starts = np.arange(0, 240, 0.5)
    found = observed(starts // 24, starts, bounds=spans(starts, 0.5 - 1 / 3600))
    np.testing.assert_allclose(found, DAYS, rtol=1e-3)


def test_a_day_with_a_missing_part_is_missing(observed):
    starts = np.arange(0, 240, 3.0)
    values = np.ones(80)
    values[10] = np.nan
    found = observed(values, starts, bounds=spans(starts, 3))
    assert np.isnan(found[1]) and int(found.isnull().sum()) == 1
    kept = np.delete(np.arange(80), 20)
    found = observed(values[kept], starts[kept], bounds=spans(starts[kept], 3))
    assert np.isnan(found[2]) and int(found.isnull().sum()) == 2


def test_parts_of_a_day_without_bounds_need_times_within_the_day(observed):
    values = np.repeat(DAYS, 8)
    middles = np.arange(1.5, 240, 3)
    np.testing.assert_allclose(observed(values, middles), DAYS)
    with pytest.raises(ProductError, match=r"2008-06-01 comes twice or more[\s\S]*settbounds"):
        observed(values, np.arange(0, 240, 3.0))


def test_vics_own_parts_of_a_day_start_at_their_time(observed):
    amounts = {"units": "mm", "cell_methods": "time: sum"}
    starts = np.arange(0, 240, 3.0)
    found = observed(starts // 24 / 8, starts, name="OUT_EVAP", attributes=amounts)
    np.testing.assert_allclose(found, DAYS)


def test_soil_moisture_is_a_state_whose_records_need_no_bounds(observed):
    values = np.repeat(0.1 + DAYS / 100, 4)
    found = observed(
        values, np.arange(0, 240, 6.0), "soil_moisture", attributes={"units": "m3 m-3"}
    )
    np.testing.assert_allclose(found, 0.1 + DAYS / 100)


def test_a_storage_at_the_end_of_its_time_is_that_of_the_days_end(observed):
    attributes = {"units": "1", "cell_methods": "time: end"}
    starts = np.arange(0, 240, 12.0)
    values = 0.1 + np.arange(20) / 100
    found = observed(
        values, starts, "soil_moisture", bounds=spans(starts, 12), attributes=attributes
    )
    np.testing.assert_allclose(found, values[1::2])


@pytest.mark.parametrize(
    ("units", "factor"),
    [
        ("mm d-1", 1),
        ("mm/day", 1),
        ("mm.day-1", 1),
        ("kg m-2 day-1", 1),
        ("kg m-2 s-1", 1 / 86400),
        ("kg m**-2 s**-1", 1 / 86400),
        ("kg/m^2/s", 1 / 86400),
        ("mm s-1", 1 / 86400),
        ("mm h-1", 1 / 24),
        ("m s-1", 1 / 86400e3),
        ("m day-1", 1e-3),
        ("cm/day", 0.1),
        ("mm", 1),
        ("kg m-2", 1),
        ("m", 1e-3),
        ("m of water equivalent", 1e-3),
        ("W m-2", 2.45e6 / 86400),
        ("MJ m-2 d-1", 2.45),
        ("J m-2", 2.45e6),
    ],
)
def test_evaporation_in_any_unit_is_the_same(observed, units, factor):
    attributes = {"units": units, "long_name": "evaporation or latent heat"}
    np.testing.assert_allclose(observed(DAYS * factor, 24 * DAYS, attributes=attributes), DAYS)


@pytest.mark.parametrize("units", ["W m-2", "J m-2"])
def test_energy_is_water_only_where_it_is_latent_heat(observed, units):
    with pytest.raises(ProductError, match="nothing says that it is latent heat"):
        observed(70 * DAYS, 24 * DAYS, attributes={"units": units, "long_name": "sensible heat"})
    with pytest.raises(ProductError, match="nothing says that it is latent heat"):
        observed(70 * DAYS, 24 * DAYS, "runoff", attributes={"units": units})


@pytest.mark.parametrize("units", ["mm/month", "m3 s-1", "mm/year", "K", ""])
def test_a_unit_that_is_no_rate_of_water_is_refused(observed, units):
    with pytest.raises(ProductError, match=r"no known way to 'mm d-1'[\s\S]*obs\.nc"):
        observed(DAYS, 24 * DAYS, attributes={"units": units})


@pytest.mark.parametrize(
    ("units", "factor"),
    [("m3 m-3", 1), ("1", 1), ("%", 100), ("cm3/cm3", 1), ("fraction", 1), ("kg m-3", 1000)],
)
def test_soil_moisture_in_any_unit_is_the_same(observed, units, factor):
    values = 0.1 + DAYS / 50
    found = observed(values * factor, 24 * DAYS, "soil_moisture", attributes={"units": units})
    np.testing.assert_allclose(found, values)


@pytest.mark.parametrize("units", ["kg m-2", "mm"])
def test_soil_moisture_by_area_needs_the_depth_of_its_layer(observed, units):
    attributes = {"units": units}
    with pytest.raises(ProductError, match=r"water per area[\s\S]*depth"):
        observed(20 + DAYS, 24 * DAYS, "soil_moisture", attributes=attributes)
    found = observed(20 + DAYS, 24 * DAYS, "soil_moisture", attributes=attributes, depth=0.1)
    np.testing.assert_allclose(found, (20 + DAYS) / 100)


def test_gravimetric_soil_moisture_is_refused(observed):
    with pytest.raises(ProductError, match="no known way to 'm3 m-3'"):
        observed(0.1 + DAYS / 50, 24 * DAYS, "soil_moisture", attributes={"units": "kg kg-1"})


@pytest.mark.parametrize(
    ("times", "options", "said"),
    [
        (24 * DAYS, {"bounds": spans(24 * DAYS, 192)}, "comes twice or out of order"),
        (192 * DAYS, {"bounds": spans(192 * DAYS, 192)}, "a record lasts 8 days"),
        (192 * DAYS, {}, "means over all these days"),
        (730 * DAYS, {}, "means over all these days"),
        (24 * DAYS, {"bounds": spans(24 * DAYS - 480, 24)}, "do not hold its time"),
        (24 * DAYS, {"bounds": spans(24 * DAYS, -24)}, "do not hold its time"),
        (np.repeat(24 * DAYS[:5], 2), {}, "comes twice or out of order"),
        (24 * DAYS, {"time": {"climatology": "clim"}}, "climatology"),
        (24 * DAYS, {"time": {"bounds": "absent"}}, "the file lacks absent"),
        (24 * DAYS, {"time": {"units": "1"}}, "no time axis with units of time"),
        (24 * DAYS, {"time": {"calendar": "noleap"}}, "calendar is 'noleap'"),
        (24 * DAYS, {"time": {"calendar": "360_day"}}, "calendar is '360_day'"),
        (24 * DAYS, {"attributes": {"GRIB_stepType": "accum"}}, "accumulated"),
        (
            24 * DAYS,
            {"attributes": {"cell_methods": "time: maximum"}},
            "means or sums of their day",
        ),
        (24 * DAYS + 24 * 365, {}, "no record is of a day from 2008-06-01"),
    ],
)
def test_days_that_cannot_be_told_are_refused(observed, times, options, said):
    with pytest.raises(ProductError, match=rf"{said}[\s\S]*obs\.nc"):
        observed(DAYS, times, **options)


def test_single_days_far_apart_count_where_the_file_says_that_they_are_single(observed):
    found = observed(DAYS, 192 * DAYS, attributes={"cell_methods": "time: point"})
    assert float(found[0]) == 0 and float(found[8]) == 1 and int(found.notnull().sum()) == 2


def test_the_sum_of_two_variables_is_observed(write_cf, tmp_path):
    axes = {
        "time": (DAYS, "days since 2008-06-01"),
        "lat": (LAT, "degrees_north"),
        "lon": (LON, "degrees_east"),
    }
    ones = np.ones((10, 2, 2))
    dims = ("time", "lat", "lon")
    write_cf(
        "q.nc", axes,
        OUT_RUNOFF=(dims, ones, {"units": "mm"}), OUT_BASEFLOW=(dims, 2 * ones, {"units": "mm"}),
    )  # fmt: skip
    path = tmp_path / "q.nc"
    both = CfObservations(product="cf", path=path, variable="OUT_RUNOFF + OUT_BASEFLOW")
    np.testing.assert_array_equal(read_observations(both, "runoff", PERIOD, BOX), 3 * ones)
    surface = CfObservations(product="cf", path=path, variable="OUT_RUNOFF")
    with pytest.raises(ProductError, match=r"surface runoff plus baseflow[\s\S]*OUT_BASEFLOW"):
        read_observations(surface, "runoff", PERIOD, BOX)
