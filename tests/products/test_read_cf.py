"""Observations and attributes of the user's own."""

from datetime import date

import numpy as np
import pytest

from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.cf.read import read_attribute
from paramscape.products.observations import read_observations
from paramscape.study import CfAttribute, CfObservations, Period

BOX = Box(113.5, 31.5, 114.0, 32.0)
LAT, LON = np.array([31.625, 31.875]), np.array([113.625, 113.875])
PERIOD = Period(start=date(2009, 1, 1), end=date(2009, 1, 4))
DIMS = ("time", "lat", "lon")


@pytest.fixture
def observed(write_cf, tmp_path):
    """A writer of four noons of runoff, and the settings that find it."""

    def write(values=None, hours=(12, 36, 60, 84), units="mm/day", name="runoff.nc"):
        values = np.ones((len(hours), 2, 2), "f4") if values is None else values
        axes = {
            "time": (np.array(hours, "f8"), "hours since 2009-01-01"),
            "lat": (LAT, "degrees_north"),
            "lon": (LON, "degrees_east"),
        }
        attrs = {"units": units, "_FillValue": np.float32(-99)}
        write_cf(name, axes, qobs=(DIMS, values, attrs))
        return CfObservations(product="cf", path=tmp_path / name, variable="qobs")

    return write


def test_days_stamped_at_noon_are_days(observed):
    runoff = read_observations(observed(), "runoff", PERIOD, BOX)
    assert runoff.dims == DIMS and runoff.units == "mm d-1" and runoff.name == "runoff"
    np.testing.assert_array_equal(runoff.time, np.arange("2009-01-01", "2009-01-05", dtype="M8[D]"))


def test_a_flux_by_the_second_becomes_a_flux_by_the_day(observed):
    values = np.full((4, 2, 2), 2 / 86400, "f4")
    runoff = read_observations(observed(values, units="kg m-2 s-1"), "runoff", PERIOD, BOX)
    np.testing.assert_allclose(runoff, 2.0, rtol=1e-6)


def test_days_and_cells_without_observation_are_missing(observed):
    values = np.ones((3, 2, 2), "f4")
    values[0, 1, 1] = -99
    runoff = read_observations(observed(values, (12, 36, 84)), "runoff", PERIOD, BOX)
    assert runoff.isel(time=2).isnull().all()
    assert np.isnan(runoff[0, 1, 1]) and int(runoff.isnull().sum()) == 5


def test_one_file_a_year_is_joined(observed, tmp_path):
    observed(hours=(12,), name="q2009.nc")
    observed(2 * np.ones((1, 2, 2), "f4"), hours=(8760,), name="q2010.nc")
    settings = CfObservations(product="cf", path=tmp_path / "q{year}.nc", variable="qobs")
    period = Period(start=date(2009, 1, 1), end=date(2010, 1, 1))
    runoff = read_observations(settings, "runoff", period, BOX)
    assert (
        runoff.sizes["time"] == 366 and float(runoff[0, 0, 0]) == 1 and float(runoff[-1, 0, 0]) == 2
    )


def test_half_days_are_no_days(observed):
    with pytest.raises(ProductError, match=r"2009-01-02 comes twice[\s\S]*runoff\.nc"):
        read_observations(observed(hours=(12, 24, 36, 60)), "runoff", PERIOD, BOX)


def test_impossible_values_are_named_with_their_place(observed):
    values = np.ones((4, 2, 2), "f4")
    values[2, 0, 1] = -3
    with pytest.raises(ProductError, match=r"runoff is -3[\s\S]*2009-01-03.*31\.625, lon 113\.875"):
        read_observations(observed(values), "runoff", PERIOD, BOX)


@pytest.fixture
def attribute(write_cf, tmp_path):
    """A static attribute with three layers on the study's grid, with 0-360 degree longitudes."""
    axes = {"latitude": (LAT[::-1], "degrees_north"), "longitude": (LON, "degrees_east")}
    values = np.arange(12, dtype="f8").reshape(3, 2, 2)
    write_cf("clay.nc", axes, clay=(("layer", "latitude", "longitude"), values, {"units": "%"}))
    return tmp_path / "clay.nc"


def test_a_layer_of_an_attribute_is_chosen_and_axes_are_found_under_long_names(attribute):
    clay = read_attribute(CfAttribute(path=attribute, variable="clay", layer=1), "clay", BOX)
    assert clay.dims == ("lat", "lon") and clay.units == "%"
    np.testing.assert_array_equal(clay, [[6, 7], [4, 5]])


def test_a_layer_must_be_chosen_and_exist(attribute):
    with pytest.raises(ProductError, match=r"further axes layer[\s\S]*clay\.nc"):
        read_attribute(CfAttribute(path=attribute, variable="clay"), "clay", BOX)
    with pytest.raises(ProductError, match="layer 7 is beyond"):
        read_attribute(CfAttribute(path=attribute, variable="clay", layer=7), "clay", BOX)


def test_an_unknown_variable_is_answered_with_those_in_the_file(attribute):
    with pytest.raises(ProductError, match=r"no such variable[\s\S]*latitude, longitude, clay"):
        read_attribute(CfAttribute(path=attribute, variable="sand"), "sand", BOX)


def test_longitudes_up_to_360_are_the_same_places(write_cf, tmp_path):
    axes = {"lat": (LAT, "degrees_north"), "lon": (np.arange(0.5, 360), "degrees_east")}
    values = np.broadcast_to(np.arange(360.0), (2, 360)).copy()
    write_cf("slope.nc", axes, slope=(("lat", "lon"), values, {"units": "1"}))
    settings = CfAttribute(path=tmp_path / "slope.nc", variable="slope")
    slope = read_attribute(settings, "slope", Box(-110.0, 31.5, -108.0, 32.0))
    np.testing.assert_array_equal(slope.lon, [-110.5, -109.5, -108.5, -107.5])
    np.testing.assert_array_equal(slope[0], [249, 250, 251, 252])


def test_a_projected_grid_is_refused(write_cf, tmp_path):
    axes = {"y": (np.arange(3.0), "m"), "x": (np.arange(3.0), "m")}
    write_cf("map.nc", axes, slope=(("y", "x"), np.ones((3, 3)), {"units": "1"}))
    with pytest.raises(ProductError, match="no lat axis"):
        read_attribute(CfAttribute(path=tmp_path / "map.nc", variable="slope"), "slope", BOX)
