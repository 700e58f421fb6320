"""The hidden truth: parameters that attributes explain only partly, and errors of all data."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.special import ndtr

from paramscape.products.humidity import saturation_pascals
from paramscape.study import Priors, Twin
from paramscape.study.parameters import BY_NAME
from paramscape.study.quantities import TARGETS, UNITS
from paramscape.study.random_streams import numpy_generator
from paramscape.twin.fields import DailyNoise, static_field

# Effect of soil and land on a parameter [standard deviations]; the rest is a random surface.
TENDENCY = {
    "infilt": {"clay": 0.8, "elevation": 0.4, "climate_rain": -0.5},
    "Ds": {"sand": 0.5, "porosity": -0.4, "climate_temperature": 0.4},
    "Dsmax": {"sand": 0.7, "elevation": 0.6, "climate_rain": 0.4},
    "Ws": {"clay": 0.6, "bulk_density": 0.3, "climate_rain": 0.4},
    "depth2": {"soil_depth": 0.7, "silt": 0.3, "climate_rain": -0.3},
    "depth3": {"soil_depth": 0.8, "elevation": -0.4, "climate_rain": -0.4},
    "expt": {"clay": 0.9, "bulk_density": 0.4, "climate_rain": 0.3},
    "c": {"clay": 0.5, "elevation": -0.3},
    "depth1": {"soil_depth": 0.5, "sand": -0.3},
    "Ksat": {"sand": 0.9, "clay": -0.6},
    "Wcr_FRACT": {"clay": 0.7, "sand": -0.4},
    "Wpwp_FRACT": {"clay": 0.8, "porosity": -0.3},
    "rmin_factor": {"elevation": 0.5, "sand": 0.3},
    "lai_factor": {"elevation": -0.4, "soil_depth": 0.4},
    "albedo_factor": {"sand": 0.5, "elevation": 0.3},
    "max_snow_albedo": {"elevation": 0.7},
    "MIN_RAIN_TEMP": {"elevation": 0.5},
    "MAX_SNOW_TEMP": {"elevation": 0.5},
}
CORRELATION_LENGTH = 0.8  # [degrees]
HIDDEN = 8
INNER_SHARE = 0.94


def truth_parameters(
    attributes: xr.Dataset, priors: Priors, settings: Twin, seed: int
) -> xr.Dataset:
    """Hidden parameter fields inside the priors.

    Args:
        attributes: fields (lat, lon); NaN outside the domain.
        priors: ranges of the parameters.
        settings: `unexplained` is the share of variance that comes from spatially correlated
            fields which no attribute knows of.
        seed: seed of the surfaces and fields.

    Returns:
        `parameters` (parameter, lat, lon) [each parameter's unit]; NaN where an attribute is.
    """
    names = sorted(str(n) for n in attributes.data_vars)
    stack = np.stack([attributes[n].transpose("lat", "lon").values for n in names])
    valid = np.isfinite(stack).all(0)
    inputs = {n: _standardised(layer[valid]) for n, layer in zip(names, stack, strict=True)}
    lat, lon = attributes.lat.values, attributes.lon.values
    unit = {}
    for name in priors.names:
        explained = _standardised(_surface(inputs, name, seed))
        own = static_field(seed, f"truth: {name}", CORRELATION_LENGTH, lat, lon)[valid]
        mixed = np.sqrt(1 - settings.unexplained) * explained
        mixed = mixed + np.sqrt(settings.unexplained) * _standardised(own)
        unit[name] = 0.5 + INNER_SHARE * (ndtr(mixed) - 0.5)
    physical = _physical(unit, priors)
    fields = np.full((len(priors.names), *valid.shape), np.nan)
    for field, name in zip(fields, priors.names, strict=True):
        field[valid] = physical[name]
    array = xr.DataArray(
        fields,
        dims=("parameter", "lat", "lon"),
        coords={"parameter": list(priors.names), "lat": attributes.lat, "lon": attributes.lon},
        attrs={"units": "as parameter", "long_name": "hidden true parameters"},
    )
    return array.to_dataset(name="parameters")


def perturb_forcing(forcing: xr.Dataset, settings: Twin, seed: int) -> xr.Dataset:
    """The forcing of the hidden truth: the study's own with correlated errors.

    Errors are constant within a day; a day's errors do not depend on which days are given, so
    years may be perturbed one by one.

    Args:
        forcing: VIC forcing (time, lat, lon) with `tas` [C], `prcp`, `dswrf`, `vp` [kPa].
        settings: `rain_error` and `radiation_error` are standard deviations of a factor's
            logarithm, the factor's mean being 1; `temperature_error` is one of a difference [C].
        seed: seed of the errors.

    Returns:
        a copy; vapour pressure is held at or below saturation at the new temperature.
    """
    noise = _DailyErrors.of(forcing, seed)
    rain = noise.factor("rain", settings.rain_error, length=0.8, memory=1.5)
    sun = noise.factor("radiation", settings.radiation_error, length=1.5, memory=2.0)
    warmth = settings.temperature_error * noise.normal("temperature", length=1.5, memory=4.0)
    changed = forcing.copy()
    changed["prcp"] = _like(forcing["prcp"] * rain, forcing["prcp"])
    changed["dswrf"] = _like(forcing["dswrf"] * sun, forcing["dswrf"])
    changed["tas"] = _like(forcing["tas"] + warmth, forcing["tas"])
    most = saturation_pascals(changed["tas"]) / 1000
    changed["vp"] = _like(np.minimum(forcing["vp"], most), forcing["vp"])
    return changed


def add_observation_noise(observed: xr.DataArray, settings: Twin, seed: int) -> xr.DataArray:
    """Multiply daily values (time, lat, lon) by 1 plus noise correlated in space and time.

    settings: `observation_noise` is the noise's standard deviation [1], `noise_length` [degrees]
    and `noise_days` [days] its scales. Each target has noise of its own. A factor stays above 0.

    Raises:
        ValueError: if the array is not named as one of the targets.
    """
    if observed.name not in TARGETS:
        raise ValueError(f"observations are named {', '.join(TARGETS)}; got {observed.name!r}")
    noise = _DailyErrors.of(observed, seed)
    normal = noise.normal(f"noise {observed.name}", settings.noise_length, settings.noise_days)
    factor = np.maximum(1 + settings.observation_noise * normal, 0.05)
    noisy = _like(observed * factor, observed)
    noisy.attrs["units"] = UNITS[observed.name]
    return noisy


class _DailyErrors:
    """Random fields on the days and cells of a data set, spread over the steps of each day."""

    def __init__(self, seed: int, time: xr.DataArray, lat: np.ndarray, lon: np.ndarray) -> None:
        self.seed, self.time, self.lat, self.lon = seed, time, lat, lon

    @classmethod
    def of(cls, data: xr.Dataset | xr.DataArray, seed: int) -> _DailyErrors:
        return cls(seed, data.time, data.lat.values, data.lon.values)

    def normal(self, purpose: str, length: float, memory: float) -> xr.DataArray:
        days = self.time.values.astype("datetime64[D]").astype(np.int64)
        first, count = int(days[0]), int(days[-1] - days[0]) + 1
        noise = DailyNoise(self.seed, f"truth: {purpose}", length, memory)
        # Days since 1970 may be negative, which no seed can be; proleptic ordinals are not.
        fields = noise.fields(first + 719163, count, self.lat, self.lon)[:, 0]
        coords = {"time": self.time, "lat": self.lat, "lon": self.lon}
        return xr.DataArray(fields[days - first], coords, ("time", "lat", "lon"))

    def factor(self, purpose: str, deviation: float, length: float, memory: float) -> xr.DataArray:
        return np.exp(deviation * self.normal(purpose, length, memory) - deviation**2 / 2)


def _like(values: xr.DataArray, original: xr.DataArray) -> xr.DataArray:
    values = values.transpose(*original.dims).astype(original.dtype)
    return original.copy(data=values.values)


def _surface(inputs: dict[str, np.ndarray], parameter: str, seed: int) -> np.ndarray:
    """A curved function (cell,) of the attributes: known tendencies and a random small network."""
    rng = numpy_generator(seed, f"truth: surface {parameter}")
    features = np.stack(list(inputs.values()), -1)
    weights = rng.normal(0, 1.2 / np.sqrt(features.shape[1]), (features.shape[1], HIDDEN))
    outer = rng.normal(0, 1, HIDDEN) / np.sqrt(HIDDEN)
    random = np.tanh(features @ weights + rng.normal(0, 0.5, HIDDEN)) @ outer
    trend = sum(
        (pull * np.tanh(inputs[n]) for n, pull in TENDENCY[parameter].items() if n in inputs),
        np.zeros(len(features)),
    )
    return trend + random


def _standardised(values: np.ndarray) -> np.ndarray:
    spread = values.std()
    return (values - values.mean()) / (spread if spread > 1e-12 else 1.0)


def _physical(unit: dict[str, np.ndarray], priors: Priors) -> dict[str, np.ndarray]:
    """Physical values (cell,) by name of values on the unit scale, see `PriorBox`."""
    values: dict[str, np.ndarray] = {}
    for name in sorted(unit, key=lambda name: BY_NAME[name].below is not None):
        prior, below, high = priors[name], BY_NAME[name].below, priors[name].high
        if below is not None:
            high = np.minimum(high, below.share * values[below.upper] - below.gap)
        if prior.scale == "log":
            values[name] = prior.low * (high / prior.low) ** unit[name]
        else:
            values[name] = prior.low + unit[name] * (high - prior.low)
    return values
