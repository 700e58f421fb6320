"""The climate and land from the Rocky Mountains to the eastern plains."""

from datetime import date

import numpy as np
import pytest

from paramscape.twin.plains.climate import PlainsClimate
from paramscape.twin.plains.cover import FORESTS, land_cover
from paramscape.twin.plains.terrain import elevation, is_lake

SEED = 1979
LAT, LON = np.linspace(32, 48, 5), np.array([-104.0, -101.0, -97.0, -92.0])


@pytest.fixture(scope="module")
def year():
    return PlainsClimate(SEED, LAT, LON).weather(date(2016, 1, 1), 366)


def daily(field):
    return field.reshape(366, 24, *field.shape[1:])


def test_rain_grows_from_west_to_east():
    rain = PlainsClimate(SEED, LAT, LON).normals()["rain"]
    assert (np.diff(rain, axis=1) > 0).all()
    assert rain[:, 0].max() < 500 and rain[:, -1].min() > 900


def test_five_years_have_the_normal_rain():
    climate = PlainsClimate(SEED, LAT, LON)
    years = [climate.weather(date(y, 1, 1), 365)["Rainf"].sum(0) for y in range(2012, 2017)]
    assert np.mean(years) == pytest.approx(climate.normals()["rain"].mean(), rel=0.15)


def test_the_north_is_cold_and_has_snow_on_eight_of_a_hundred_days(year):
    mean = daily(year["Tair"]).mean((0, 1)) - 273.15
    assert (np.diff(mean, axis=0) < 0).all()
    rain, warmth = daily(year["Rainf"]).sum(1), daily(year["Tair"]).mean(1) - 273.15
    snow = ((rain > 0.3) & (warmth < 0.5)).mean(0)
    assert 0.05 < snow[-1].mean() < 0.11
    assert snow[0].mean() < 0.01


def test_the_weather_is_physical(year):
    assert year["Rainf"].min() >= 0 and year["Rainf"].max() < 150
    assert year["Tair"].min() > 220 and year["Tair"].max() < 325
    assert year["SWdown"].min() >= 0 and year["SWdown"].max() < 1100
    assert year["Qair"].min() > 0
    assert ((year["CRainf_frac"] >= 0) & (year["CRainf_frac"] <= 1)).all()


def test_days_do_not_depend_on_which_days_are_computed(year):
    part = PlainsClimate(SEED, LAT, LON).weather(date(2016, 7, 4), 2)
    first = (date(2016, 7, 4) - date(2016, 1, 1)).days * 24
    for name, values in part.items():
        np.testing.assert_array_equal(values, year[name][first : first + 48])


def test_the_land_rises_to_mountains_in_the_west():
    lat, lon = np.linspace(35, 40, 30), np.linspace(-107, -95, 60)
    heights = elevation(SEED, lat, lon)
    assert heights[:, :6].mean() > 2000 > 1500 > heights[:, 30].mean() > heights[:, -1].mean()


def test_cover_has_forest_in_the_mountains_crops_in_the_east_and_some_lakes():
    lat, lon = np.linspace(35, 45, 200), np.linspace(-107, -95, 240)
    cover = land_cover(SEED, lat, lon)
    assert np.isin(cover[:, :40], FORESTS).mean() > 0.3
    assert (cover[:, -40:] == 11).mean() > 0.5
    assert 0 < (cover == 0).mean() < 0.05
    np.testing.assert_array_equal(cover == 0, is_lake(SEED, lat, lon))
    assert set(np.unique(cover)) <= set(range(14))
