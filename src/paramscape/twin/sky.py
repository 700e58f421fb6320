"""Shortwave and longwave radiation of the twin's sky."""

import numpy as np

SOLAR_CONSTANT = 1367.0  # [W m-2]
STEFAN_BOLTZMANN = 5.670374e-8  # [W m-2 K-4]


def mean_extraterrestrial(
    hours: np.ndarray, day_of_year: np.ndarray, lat: np.ndarray, lon: np.ndarray, window: float
) -> np.ndarray:
    """Solar radiation on top of the atmosphere [W m-2], averaged over windows, (time, lat, lon).

    hours: (time,) middle of each window [h UTC]; window: its length [h]; day_of_year: (time,).
    Declination and distance after Allen et al. (1998); exact between sunrise and sunset.
    """
    year_angle = 2 * np.pi * day_of_year / 365.0
    declination = 0.409 * np.sin(year_angle - 1.39)[:, None, None]
    distance = (1 + 0.033 * np.cos(year_angle))[:, None, None]
    phi = np.radians(lat)[None, :, None]
    noon_angle = np.pi / 12 * (hours[:, None, None] - 12 + lon[None, None, :] / 15)
    middle = (noon_angle + np.pi) % (2 * np.pi) - np.pi
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1, 1))
    half = np.pi / 24 * window
    constant = np.sin(phi) * np.sin(declination)
    varying = np.cos(phi) * np.cos(declination)
    total = sum(
        _daylight_integral(middle + turn - half, middle + turn + half, sunset, constant, varying)
        for turn in (-2 * np.pi, 0.0, 2 * np.pi)
    )
    return SOLAR_CONSTANT * distance * total / (2 * half)


def _daylight_integral(
    start: np.ndarray,
    end: np.ndarray,
    sunset: np.ndarray,
    constant: np.ndarray,
    varying: np.ndarray,
) -> np.ndarray:
    low = np.clip(start, -sunset, sunset)
    high = np.clip(end, -sunset, sunset)
    return constant * (high - low) + varying * (np.sin(high) - np.sin(low))


def shortwave(top: np.ndarray, cloud: np.ndarray, elevation: np.ndarray) -> np.ndarray:
    """Shortwave radiation at the ground [W m-2] below a cloud cover [1] (after Kasten 1983)."""
    return top * (0.66 + 2e-5 * elevation) * (1 - 0.75 * cloud**1.5)


def longwave(temperature: np.ndarray, vapour: np.ndarray, cloud: np.ndarray) -> np.ndarray:
    """Longwave radiation of the sky [W m-2] (Brutsaert 1975, clouds after Crawford 1999).

    temperature [C], vapour pressure [Pa], cloud cover [1].
    """
    kelvin = temperature + 273.15
    clear = 1.24 * (vapour / 100 / kelvin) ** (1 / 7)
    emissivity = np.minimum(clear * (1 - 0.6 * cloud) + 0.6 * cloud, 1.0)
    return emissivity * STEFAN_BOLTZMANN * kelvin**4
