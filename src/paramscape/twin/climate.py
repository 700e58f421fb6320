"""The twin's weather: a monsoon climate that can be computed for any month by itself.

It is computed from Gaussian fields that are correlated in space and from day to day. One of them,
the weather field, sets where and how much it rains, and how cloudy it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import ndtr

from paramscape.products.humidity import saturation_pascals
from paramscape.twin.daily_course import between_days, daily_cosine, wet_threshold
from paramscape.twin.fields import DailyNoise
from paramscape.twin.sky import longwave, mean_extraterrestrial, shortwave
from paramscape.twin.terrain import elevation

STEPS = 8
HOURS = 24 // STEPS
WET_DAYS = (0.16, 0.20, 0.24, 0.26, 0.27, 0.34, 0.42, 0.37, 0.29, 0.23, 0.20, 0.15)
RAIN = (25, 35, 55, 62, 78, 145, 200, 135, 80, 55, 40, 20)  # [mm month-1] in the plain
MOST_HUMID = 0.96

_MIDDLE = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30]) + 15.5


@dataclass(frozen=True)
class WeatherRecords:
    """Fields (time, lat, lon) of the 3-hourly records of some days, in the units of CMFD v1.6.

    temp [K], pres [Pa], shum [kg kg-1] and wind [m s-1] hold at the record's time T, srad and
    lrad [W m-2] from T - 1.5 h to T + 1.5 h, prec [mm h-1] from T - 3 h to T.
    """

    temp: np.ndarray
    pres: np.ndarray
    shum: np.ndarray
    wind: np.ndarray
    srad: np.ndarray
    lrad: np.ndarray
    prec: np.ndarray


@dataclass(frozen=True)
class Climate:
    """The weather of a seed on the points of a grid, lat: (lat,) and lon: (lon,) [degrees]."""

    seed: int
    lat: np.ndarray
    lon: np.ndarray

    def weather(self, first: date, days: int) -> WeatherRecords:
        """Records from 00:00 UTC of `first` to 21:00 of the last of `days` days."""
        day = first.toordinal()
        heights = elevation(self.seed, self.lat, self.lon)
        # One day more on either side, for values between days and rain of the night before.
        season = _Season.of(day - 1, days + 2)
        field = self._weather_field(day - 1, days + 2)
        excess = field - season.threshold[:, None, None]
        cloud = _between_days(ndtr(0.9 * excess + 0.4))
        celsius = self._temperature(day, days, season, cloud) - 0.0060 * heights
        vapour = self._vapour(day, days, season, celsius, cloud)
        pressure = self._pressure(day, days, season, heights)
        hours, year_days = _clock(season)
        top = mean_extraterrestrial(hours, year_days, self.lat, self.lon, HOURS)
        return WeatherRecords(
            temp=celsius + 273.15,
            pres=pressure,
            shum=0.622 * vapour / (pressure - 0.378 * vapour),
            wind=self._wind(day, days, season),
            srad=shortwave(top, cloud, heights),
            lrad=longwave(celsius, vapour, cloud),
            prec=self._rain(day, days, season, excess, heights),
        )

    def _noise(self, purpose: str, length: float, memory: float, day: int, days: int) -> np.ndarray:
        noise = DailyNoise(self.seed, f"climate: {purpose}", length, memory)
        return noise.fields(day, days, self.lat, self.lon)[:, 0]

    def _weather_field(self, day: int, days: int) -> np.ndarray:
        return (
            np.sqrt(0.66) * self._noise("fronts", 2.0, 1.0, day, days)
            + np.sqrt(0.28) * self._noise("showers", 0.4, 0.4, day, days)
            + np.sqrt(0.06) * self._noise("wet and dry weeks", 4.0, 20.0, day, days)
        )

    def _temperature(self, day: int, days: int, season: _Season, cloud: np.ndarray) -> np.ndarray:
        spells = _between_days(self._noise("warm and cold spells", 3.0, 2.5, day - 1, days + 2))
        mean = _between_days((15.7 - 12.9 * season.winter)[:, None, None])
        swing = (2.2 + 3.4 * (1 - cloud)) * _hours_after(season, self.lon, 14.5)
        north = 0.6 * (self.lat - 32.5)[:, None]
        return mean + 2.6 * spells + swing - 1.5 * (cloud - 0.5) - north

    def _vapour(
        self, day: int, days: int, season: _Season, celsius: np.ndarray, cloud: np.ndarray
    ) -> np.ndarray:
        moist = _between_days(self._noise("moist air", 1.5, 1.5, day - 1, days + 2))
        daily = celsius.reshape(days, STEPS, *celsius.shape[1:]).mean(1).repeat(STEPS, axis=0)
        summer = _between_days((-season.winter)[:, None, None])
        humidity = 0.66 + 0.05 * summer + 0.28 * (cloud - 0.5) + 0.05 * moist
        vapour = np.clip(humidity, 0.2, 1) * saturation_pascals(daily)
        return np.minimum(vapour, MOST_HUMID * saturation_pascals(celsius))

    def _pressure(self, day: int, days: int, season: _Season, heights: np.ndarray) -> np.ndarray:
        lows = _between_days(self._noise("lows and highs", 5.0, 2.0, day - 1, days + 2))
        winter = _between_days(season.winter[:, None, None])
        sea_level = 101450 + 1050 * winter + 420 * lows
        return sea_level * np.exp(-9.80665 * heights / (287.05 * (288.8 - 12.9 * winter)))

    def _wind(self, day: int, days: int, season: _Season) -> np.ndarray:
        gusts = _between_days(self._noise("wind", 1.5, 1.0, day - 1, days + 2))
        breeze = 1 + 0.25 * _hours_after(season, self.lon, 14.0)
        return np.maximum(2.4 * np.exp(0.38 * gusts - 0.07) * breeze, 0.3)

    def _rain(
        self, day: int, days: int, season: _Season, excess: np.ndarray, heights: np.ndarray
    ) -> np.ndarray:
        """Mean rate [mm h-1] over the three hours before each record."""
        wetness = np.maximum(excess[:-1], 0) ** 2
        site = 1 + 0.08 * (32.5 - self.lat)[:, None] + 0.12 * np.tanh((heights - 150) / 300)
        amount = (season.rain / season.mean_square_excess)[:-1, None, None] * wetness * site
        steps = amount[:, None] * self._shares(day - 1, days + 1)
        record = steps.reshape(-1, *steps.shape[2:])
        return record[STEPS - 1 : -1] / HOURS

    def _shares(self, day: int, days: int) -> np.ndarray:
        """Share (day, step, lat, lon) of the day's rain that falls in each step; sums to 1."""
        bursts = DailyNoise(self.seed, "climate: bursts", 0.5, 0, STEPS)
        weight = np.maximum(bursts.fields(day, days, self.lat, self.lon) + 0.2, 0) ** 2 + 1e-3
        return weight / weight.sum(1, keepdims=True)


@dataclass(frozen=True)
class _Season:
    """What the calendar fixes, one value a day."""

    year_day: np.ndarray
    winter: np.ndarray
    threshold: np.ndarray
    rain: np.ndarray
    mean_square_excess: np.ndarray

    @classmethod
    def of(cls, day: int, days: int) -> _Season:
        dates = [date.fromordinal(d) for d in range(day, day + days)]
        year_day = np.array([d.timetuple().tm_yday for d in dates], float)
        wet = np.interp(year_day, _MIDDLE, WET_DAYS, period=365.25)
        rain = np.interp(year_day, _MIDDLE, np.array(RAIN) / 30.4, period=365.25)
        threshold, square = wet_threshold(wet)
        winter = np.cos(2 * np.pi * (year_day - 19) / 365.25)
        return cls(year_day, winter, threshold, rain, square)


def _clock(season: _Season) -> tuple[np.ndarray, np.ndarray]:
    """Hour of the day [h UTC] and day of the year of each record."""
    days = season.year_day[1:-1]
    return np.tile(np.arange(STEPS) * float(HOURS), days.size), days.repeat(STEPS)


def _hours_after(season: _Season, lon: np.ndarray, peak: float) -> np.ndarray:
    """Daily cosine (time, 1, lon) that is 1 at the local solar hour `peak` [h]."""
    hours, _ = _clock(season)
    return daily_cosine(hours, lon, peak)


def _between_days(daily: np.ndarray) -> np.ndarray:
    return between_days(daily, STEPS)
