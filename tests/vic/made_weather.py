"""Made weather of climates that differ as much as those of the Earth."""

from typing import NamedTuple

import numpy as np
import pandas as pd


class Climate(NamedTuple):
    """What sets the weather of a cell apart."""

    mean: float  # temperature [C]
    yearly: float  # amplitude of temperature [K]
    daily: float  # amplitude of temperature [K]
    wet: float  # share of wet steps
    storm: float  # mean of a wet day [mm]
    humidity: float  # mean relative humidity
    wind: float  # mean [m s-1]


CLIMATES = {
    "desert": Climate(22, 10, 9, 0.01, 25, 0.25, 3.5),
    "monsoon": Climate(24, 5, 4, 0.25, 30, 0.75, 2.5),
    "polar": Climate(-18, 14, 2, 0.15, 2, 0.85, 6.0),
    "maritime": Climate(2, 5, 2, 0.45, 14, 0.9, 4.0),
    "freezing": Climate(0, 3, 2, 0.35, 6, 0.9, 2.0),
    "continental": Climate(3, 20, 6, 0.15, 8, 0.65, 3.0),
    "mountain": Climate(-3, 6, 3, 0.5, 18, 0.8, 4.0),
    "foggy": Climate(6, 9, 3, 0.3, 6, 1.1, 1.0),
}
WET_SEASON = 200  # day of the year


def made_weather(
    rng: np.random.Generator,
    times: pd.DatetimeIndex,
    south: np.ndarray,
    elevation: np.ndarray,
    names: tuple[str, ...],
) -> dict[str, np.ndarray]:
    """VIC's forcing (time, lat, lon) in VIC's units, a climate for each cell.

    Half of the cells are rounded to whole degrees and tenths of mm, so that exactly 0 C occurs;
    calm days have exactly no wind.
    """
    kind = rng.integers(0, len(names), south.shape)
    of = Climate(*np.array([CLIMATES[name] for name in names])[kind].transpose(2, 0, 1))
    day = (times.day_of_year + times.hour / 24).values[:, None, None]
    season = np.cos(2 * np.pi * (day - WET_SEASON) / 365.25) * np.where(south, -1, 1)
    hour = (times.hour + times.minute / 60).values[:, None, None]
    sun = np.cos(2 * np.pi * (hour - 13) / 24)
    noise = _persistent(rng, (len(times), *south.shape), len(times) / _days(times))
    temperature = of.mean + of.yearly * season + of.daily * sun + 0.3 * of.daily * noise
    rounded = rng.random(south.shape) < 0.5
    temperature = np.where(rounded, np.round(temperature), temperature)
    rain = _precipitation(rng, of, times, rounded)
    cloud = np.clip(0.3 + 0.5 * (rain > 0) + 0.1 * rng.standard_normal(rain.shape), 0, 1)
    height = np.clip(0.15 + 0.6 * sun + 0.25 * season, 0, 1)
    humidity = np.clip(of.humidity + 0.15 * rng.standard_normal(rain.shape), 0.05, 1.2)
    kelvin = temperature + 273.15
    return {
        "tas": temperature,
        "prcp": rain,
        "pres": 101.3 * np.exp(-elevation / 8000) * (1 + 0.01 * noise),
        "dswrf": 1050 * height * (1 - 0.7 * cloud),
        "dlwrf": 5.67e-8 * kelvin**4 * (0.68 + 0.3 * cloud),
        "vp": humidity * _saturation(temperature),
        "wind": _wind(rng, of, times),
    }


def _days(times: pd.DatetimeIndex) -> float:
    return (times[-1] - times[0]) / pd.Timedelta("1D") + 1e-9


def _persistent(rng: np.random.Generator, shape: tuple[int, ...], per_day: float) -> np.ndarray:
    """Red noise with a memory of two days."""
    memory = np.exp(-1 / max(2 * per_day, 1))
    noise = rng.standard_normal(shape)
    for step in range(1, shape[0]):
        noise[step] = memory * noise[step - 1] + np.sqrt(1 - memory**2) * noise[step]
    return 2 * noise


def _precipitation(
    rng: np.random.Generator, of: Climate, times: pd.DatetimeIndex, rounded: np.ndarray
) -> np.ndarray:
    shape = (len(times), *rounded.shape)
    per_day = max(len(times) / _days(times), 1)
    wet_day = np.repeat(rng.random((int(np.ceil(_days(times))) + 1, *rounded.shape)), 1, 0)
    wet_day = wet_day[(times - times[0].normalize()).days]
    wet = (wet_day < of.wet * 1.5) & (rng.random(shape) < 0.66)
    amount = rng.gamma(0.5, 2 * of.storm / per_day / 0.66, shape)
    trace = rng.random(shape) < 0.03
    amount = np.where(trace, 10 ** rng.uniform(-7, -2, shape), np.where(wet, amount, 0.0))
    return np.where(rounded, np.round(amount, 1), amount)


def _wind(rng: np.random.Generator, of: Climate, times: pd.DatetimeIndex) -> np.ndarray:
    shape = (len(times), *of.wind.shape)
    wind = of.wind * rng.weibull(1.8, shape)
    calm_day = rng.random((int(np.ceil(_days(times))) + 1, *of.wind.shape)) < 0.03
    calm = calm_day[(times - times[0].normalize()).days]
    return np.where(calm | (rng.random(shape) < 0.02), 0.0, wind)


def _saturation(temperature: np.ndarray) -> np.ndarray:
    """Roughly, in kPa; what exceeds VIC's own formula is cut by VIC."""
    over_water = 0.6108 * np.exp(17.27 * temperature / (temperature + 237.3))
    return over_water * np.where(temperature < 0, 1 + 0.0097 * temperature, 1)
