"""Hourly weather of a mid-continental climate: dry in the west, wet in the east, cold in the north.

Like the monsoon climate of `paramscape.twin.climate`, it is computed from Gaussian fields that are
correlated in space and from day to day, for any days by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy.special import ndtr

from paramscape.products.humidity import saturation_pascals
from paramscape.twin.daily_course import between_days, daily_cosine, wet_threshold
from paramscape.twin.fields import DailyNoise
from paramscape.twin.plains.terrain import elevation
from paramscape.twin.sky import longwave, mean_extraterrestrial, shortwave

HOURS = 24  # records a day
WET_DAYS = (0.22, 0.23, 0.26, 0.30, 0.34, 0.31, 0.29, 0.28, 0.24, 0.22, 0.21, 0.22)
RAIN = (20, 24, 48, 66, 100, 104, 98, 86, 66, 54, 34, 24)  # [mm month-1] at 97 degrees west
MOST_HUMID = 0.96
LAPSE = 0.0045  # [K m-1]

_MIDDLE = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30]) + 15.5


@dataclass(frozen=True)
class PlainsClimate:
    """The weather of a seed on the points of a grid, lat: (lat,) and lon: (lon,) [degrees]."""

    seed: int
    lat: np.ndarray
    lon: np.ndarray

    def weather(self, first: date, days: int) -> dict[str, np.ndarray]:
        """Records (time, lat, lon) from 00:00 UTC of `first` to 23:00 of the last of `days` days.

        The names and units are those of NLDAS-2's File A. Rainf, PotEvap [kg m-2] and CRainf_frac
        [1] tell of the hour before the record's time; the others hold at that time.
        """
        # One day more on either side, for values between days and rain of the night before.
        now = _Days.of(self, first.toordinal() - 1, days + 2)
        heights = elevation(self.seed, self.lat, self.lon)
        excess = now.excess()
        cloud = _cloud(excess)
        celsius = self._temperature(now, cloud) - LAPSE * heights
        vapour = self._vapour(now, celsius, cloud)
        pressure = self._pressure(now, heights)
        top = mean_extraterrestrial(now.hours, now.record_days, self.lat, self.lon, 1.0)
        sun = shortwave(top, cloud, heights)
        rain = self._rain(now, excess, heights)
        warm = np.clip((celsius - 8) / 20, 0, 1)
        east, north = self._wind(now)
        return {
            "Tair": celsius + 273.15,
            "Qair": 0.622 * vapour / (pressure - 0.378 * vapour),
            "PSurf": pressure,
            "Wind_E": east,
            "Wind_N": north,
            "LWdown": longwave(celsius, vapour, cloud),
            "CRainf_frac": np.where(rain > 0, 0.2 + 0.7 * warm, 0.0),
            "CAPE": 1800 * warm * cloud**3,
            "PotEvap": 3600 * 0.65 * (sun - 40) * (0.4 + 0.5 * warm) / 2.45e6,
            "Rainf": rain,
            "SWdown": sun,
        }

    def temperature(self, first: date, days: int) -> np.ndarray:
        """Air temperature [C] of the same records, (time, lat, lon)."""
        now = _Days.of(self, first.toordinal() - 1, days + 2)
        heights = elevation(self.seed, self.lat, self.lon)
        return self._temperature(now, _cloud(now.excess())) - LAPSE * heights

    def normals(self) -> dict[str, np.ndarray]:
        """Mean climate (lat, lon): `rain` [mm a-1], `temperature` [C]."""
        heights = elevation(self.seed, self.lat, self.lon)
        return {
            "rain": float(sum(RAIN)) * self._site(heights),
            "temperature": _mean_temperature(self.lat) - LAPSE * heights,
        }

    def _site(self, heights: np.ndarray) -> np.ndarray:
        """Rain relative to that at 97 degrees west, (lat, lon); more in the mountains."""
        west_to_east = 1.02 + 0.62 * np.tanh((self.lon + 97.5) / 8)
        return west_to_east[None, :] + 0.35 * np.tanh(np.maximum(heights - 1700, 0) / 600)

    def _temperature(self, now: _Days, cloud: np.ndarray) -> np.ndarray:
        spells = between_days(now.noise("warm and cold spells", 4.0, 2.5), HOURS)
        amplitude = 12.8 + 0.25 * (self.lat - 40)[:, None]
        winter = between_days(now.winter[:, None, None], HOURS)
        swing = (2.6 + 4.2 * (1 - cloud)) * daily_cosine(now.hours, self.lon, 15.0)
        seasonal = _mean_temperature(self.lat) - amplitude * winter
        return seasonal + 3.8 * spells + swing - 1.5 * (cloud - 0.5)

    def _vapour(self, now: _Days, celsius: np.ndarray, cloud: np.ndarray) -> np.ndarray:
        moist = between_days(now.noise("moist air", 2.0, 1.5), HOURS)
        days = len(celsius) // HOURS
        daily = celsius.reshape(days, HOURS, *celsius.shape[1:]).mean(1).repeat(HOURS, axis=0)
        east = 0.60 + 0.09 * np.tanh((self.lon + 100) / 5)
        humidity = east + 0.30 * (cloud - 0.4) + 0.06 * moist
        vapour = np.clip(humidity, 0.15, 1) * saturation_pascals(daily)
        return np.minimum(vapour, MOST_HUMID * saturation_pascals(celsius))

    def _pressure(self, now: _Days, heights: np.ndarray) -> np.ndarray:
        lows = between_days(now.noise("lows and highs", 6.0, 2.0), HOURS)
        winter = between_days(now.winter[:, None, None], HOURS)
        sea_level = 101500 + 350 * winter + 550 * lows
        return sea_level * np.exp(-9.80665 * heights / (287.05 * (284 - 10 * winter)))

    def _wind(self, now: _Days) -> tuple[np.ndarray, np.ndarray]:
        breeze = 1 + 0.25 * daily_cosine(now.hours, self.lon, 14.5)
        east = 1.2 + 2.6 * between_days(now.noise("zonal wind", 3.0, 1.0), HOURS)
        north = 0.8 + 3.2 * between_days(now.noise("meridional wind", 3.0, 1.0), HOURS)
        return east * breeze, north * breeze

    def _rain(self, now: _Days, excess: np.ndarray, heights: np.ndarray) -> np.ndarray:
        """Total [mm] of the hour before each record."""
        amount = now.rain * self._site(heights) * np.maximum(excess, 0) ** 2 / now.square
        bursts = DailyNoise(self.seed, "plains: bursts", 0.5, 0, HOURS)
        fields = bursts.fields(now.first, now.days - 1, self.lat, self.lon)
        weight = np.maximum(fields - 0.6, 0) ** 2 + 1e-3
        hourly = amount[:-1, None] * weight / weight.sum(1, keepdims=True)
        return hourly.reshape(-1, *hourly.shape[2:])[HOURS - 1 : -1]


@dataclass(frozen=True)
class _Days:
    """Some days of a climate: what the calendar fixes, and noise.

    winter (day,), rain [mm d-1] (day, 1, 1), threshold and square (day, 1, lon) of the weather
    field. hours and record_days (time,) are those of the records of all days but the outer two.
    """

    climate: PlainsClimate
    first: int
    days: int
    winter: np.ndarray
    rain: np.ndarray
    threshold: np.ndarray
    square: np.ndarray
    hours: np.ndarray
    record_days: np.ndarray

    @classmethod
    def of(cls, climate: PlainsClimate, first: int, days: int) -> _Days:
        dates = [date.fromordinal(d) for d in range(first, first + days)]
        year_day = np.array([d.timetuple().tm_yday for d in dates], float)
        wet = np.interp(year_day, _MIDDLE, WET_DAYS, period=365.25)[:, None, None]
        rain = np.interp(year_day, _MIDDLE, np.array(RAIN) / 30.4, period=365.25)
        drier = 0.88 + 0.22 * np.tanh((climate.lon + 98) / 8)
        threshold, square = wet_threshold(wet * drier)
        return cls(
            climate=climate,
            first=first,
            days=days,
            winter=np.cos(2 * np.pi * (year_day - 19) / 365.25),
            rain=rain[:, None, None],
            threshold=threshold,
            square=square,
            hours=np.tile(np.arange(HOURS, dtype=float), days - 2),
            record_days=year_day[1:-1].repeat(HOURS),
        )

    def excess(self) -> np.ndarray:
        """By how much the weather field (day, lat, lon) exceeds what rain takes."""
        field = np.sqrt(0.62) * self.noise("fronts", 2.5, 1.0)
        field += np.sqrt(0.30) * self.noise("showers", 0.45, 0.4)
        field += np.sqrt(0.08) * self.noise("wet and dry weeks", 5.0, 20.0)
        return field - self.threshold

    def noise(self, purpose: str, length: float, memory: float) -> np.ndarray:
        """A Gaussian field (day, lat, lon) with its scales [degrees, days]."""
        noise = DailyNoise(self.climate.seed, f"plains: {purpose}", length, memory)
        return noise.fields(self.first, self.days, self.climate.lat, self.climate.lon)[:, 0]


def _cloud(excess: np.ndarray) -> np.ndarray:
    """Cloud cover [1] of the records."""
    return between_days(ndtr(0.9 * excess + 0.25), HOURS)


def _mean_temperature(lat: np.ndarray) -> np.ndarray:
    """Mean of the year (lat, 1) [C], reduced to sea level."""
    return (15.5 - 0.85 * (lat - 40))[:, None]
