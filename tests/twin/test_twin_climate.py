from calendar import monthrange
from datetime import date

import numpy as np
import pytest

from paramscape.products.humidity import saturation_pascals
from paramscape.twin.climate import HOURS, Climate
from paramscape.twin.sky import mean_extraterrestrial
from paramscape.twin.terrain import elevation

LAT = np.array([32.05, 32.45, 32.95])
LON = np.array([113.85, 114.65, 115.45, 116.05])
YEARS = range(2007, 2013)


@pytest.fixture(scope="module")
def climate():
    return Climate(1979, LAT, LON)


@pytest.fixture(scope="module")
def months(climate):
    """Six years of monthly means: rain [mm], temperature [C], shortwave [W m-2]."""
    rows = []
    for year in YEARS:
        for month in range(1, 13):
            days = monthrange(year, month)[1]
            weather = climate.weather(date(year, month, 1), days)
            rain = 24 * days * weather.prec.mean()
            rows.append((rain, weather.temp.mean() - 273.15, weather.srad.mean()))
    return np.array(rows).reshape(len(YEARS), 12, 3)


def test_a_year_has_the_rain_of_the_upper_huaihe(months):
    yearly = months[:, :, 0].sum(1)
    assert 800 < yearly.mean() < 1050
    assert (yearly > 500).all() and (yearly < 1400).all()


def test_more_than_half_of_the_rain_falls_from_june_to_september(months):
    share = months[:, 5:9, 0].sum() / months[:, :, 0].sum()
    assert 0.5 < share < 0.7


def test_temperature_and_sunshine_follow_the_seasons(months):
    monthly = months.mean(0)
    assert 13 < monthly[:, 1].mean() < 17
    assert -2 < monthly[0, 1] < 4 and 25 < monthly[6, 1] < 30
    assert 140 < monthly[:, 2].mean() < 190
    assert monthly[11, 2] < 0.65 * monthly[5, 2]


def test_air_is_never_above_saturation(climate):
    weather = climate.weather(date(2009, 7, 1), 31)
    vapour = weather.shum * weather.pres / (0.622 + 0.378 * weather.shum) / 1000
    assert (vapour <= saturation_pascals(weather.temp - 273.15) / 1000).all()


def test_rain_is_never_negative_and_some_days_are_dry(climate):
    daily = climate.weather(date(2009, 7, 1), 31).prec.reshape(31, 8, 3, 4).mean(1) * 24
    assert (daily >= 0).all()
    assert 0.3 < (daily < 0.1).mean() < 0.9


def test_rain_comes_with_clouds(climate):
    weather = climate.weather(date(2009, 7, 1), 31)
    wet = weather.prec[4::8].max((1, 2)) > 1
    assert weather.srad[4::8][wet].mean() < 0.8 * weather.srad[4::8][~wet].mean()


def test_mountains_are_cooler_and_have_thinner_air(climate):
    heights = elevation(climate.seed, LAT, LON)
    weather = climate.weather(date(2009, 4, 1), 30)
    high, low = heights.argmax(), heights.argmin()
    pressure = weather.pres.mean(0).ravel()
    expected = np.exp(-9.81 * (heights.max() - heights.min()) / (287 * 288))
    assert pressure[high] / pressure[low] == pytest.approx(expected, abs=2e-3)
    assert weather.temp.mean(0).ravel()[high] < weather.temp.mean(0).ravel()[low]


def test_months_join_without_a_seam(climate):
    long = climate.weather(date(2008, 12, 1), 62)
    short = climate.weather(date(2009, 1, 1), 31)
    for name in ("temp", "pres", "shum", "wind", "srad", "lrad", "prec"):
        assert np.array_equal(getattr(long, name)[31 * 8 :], getattr(short, name)), name


def test_the_hottest_hour_is_in_the_afternoon_and_the_night_is_dark(climate):
    weather = climate.weather(date(2009, 5, 1), 31)
    by_hour = weather.temp.reshape(31, 8, -1).mean((0, 2))
    assert by_hour.argmax() * HOURS == 6  # 06 UTC is about 14 h local solar time
    dark = weather.srad.reshape(31, 8, -1)[:, [5, 6]]  # 15 and 18 UTC
    assert dark.max() == 0


def test_mean_solar_radiation_equals_a_fine_sum_over_the_window():
    lat, lon = np.array([32.0]), np.array([114.0])
    fine = (np.arange(720) + 0.5) / 30  # middles of two-minute windows [h]
    day = np.full(fine.size, 100.0)
    slow = mean_extraterrestrial(fine, day, lat, lon, 1 / 30)[:, 0, 0].reshape(8, 90).mean(1)
    centres = 1.5 + 3.0 * np.arange(8)
    fast = mean_extraterrestrial(centres, day[:8], lat, lon, 3.0)[:, 0, 0]
    np.testing.assert_allclose(fast, slow, rtol=1e-6)


def test_mean_solar_radiation_of_a_day_equals_the_published_example():
    """Example 8 of Allen et al. (1998): 32.2 MJ m-2 d-1 at 20 degrees south on 3 September."""
    top = mean_extraterrestrial(
        3.0 * np.arange(8), np.full(8, 246.0), np.array([-20.0]), np.array([0.0]), 3.0
    )
    assert top.mean() * 0.0864 == pytest.approx(32.2, abs=0.15)
