"""Forcing of the benchmark's case, from the twin's monsoon climate."""

from datetime import date

import numpy as np
import xarray as xr

from paramscape.products.humidity import vapour_pressure
from paramscape.study.quantities import FORCINGS, LONG_NAMES, UNITS
from paramscape.twin.climate import HOURS, STEPS, Climate, WeatherRecords

KELVIN = 273.15


def make_forcing(domain: xr.Dataset, seed: int, first: date, days: int) -> xr.Dataset:
    """VIC forcing (time, lat, lon) in steps of 3 hours, float32, whole days from `first`.

    The rain of a step is that of the record at its end. Other variables are the mean of the
    records at both ends, as in steps of CMFD.
    """
    climate = Climate(seed, domain["lat"].values, domain["lon"].values)
    records = climate.weather(first, days + 1)
    steps = _fields(records, STEPS * days)
    start = np.datetime64(first, "ns")
    times = start + np.arange(STEPS * days) * np.timedelta64(HOURS, "h")
    made = xr.Dataset(
        {name: (("time", "lat", "lon"), steps[name].astype("f4")) for name in FORCINGS},
        coords={"time": times, "lat": domain["lat"], "lon": domain["lon"]},
    )
    for name in FORCINGS:
        made[name].attrs = {"units": UNITS[name], "long_name": LONG_NAMES[name]}
    made["time"].encoding = {
        "units": f"hours since {first} 00:00:00", "calendar": "proleptic_gregorian", "dtype": "f8",
    }  # fmt: skip
    return made


def _fields(records: WeatherRecords, steps: int) -> dict[str, np.ndarray]:
    """Fields (step, lat, lon) by variable, in VIC's units."""
    vapour = vapour_pressure(records.shum, records.pres)
    return {
        "tas": _between(records.temp, steps) - KELVIN,
        "prcp": records.prec[1 : steps + 1] * HOURS,
        "pres": _between(records.pres, steps) / 1000,
        "dswrf": _between(records.srad, steps),
        "dlwrf": _between(records.lrad, steps),
        "vp": _between(vapour, steps) / 1000,
        "wind": _between(records.wind, steps),
    }


def _between(records: np.ndarray, steps: int) -> np.ndarray:
    return (records[:steps] + records[1 : steps + 1]) / 2
