"""Meteorological forcing of a simulation, and what VIC derives of it before each step."""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from paramscape.vic.check_forcing import FILE_NAMES, PLAUSIBLE, WEATHER, without_rounding
from paramscape.vic.options import Options
from paramscape.vic.processes.atmosphere import air_density, saturation_vapour_pressure

CLOCK = ("month", "day_of_year")


@dataclass(frozen=True)
class Forcing:
    """Forcing in VIC's units, (member?, step, substep, cell); steps are model steps.

    air_temp [C], prec [mm per substep], pressure and vp [kPa], swdown and lwdown [W m-2],
    wind [m s-1]. month (1 to 12) and day_of_year (from 1) are int, (member?, step).
    """

    air_temp: Tensor
    prec: Tensor
    pressure: Tensor
    vp: Tensor
    swdown: Tensor
    lwdown: Tensor
    wind: Tensor
    month: Tensor
    day_of_year: Tensor

    @classmethod
    def from_dataset(
        cls,
        ds: xr.Dataset,
        mask: np.ndarray | xr.DataArray,
        options: Options,
        names: dict[str, str] | None = None,
    ) -> "Forcing":
        """Read the active cells of open VIC forcing files joined along time.

        Args:
            ds: (time, lat, lon) with decoded times, from the start of a model step.
            mask: (lat, lon), above 0 where a cell is active.
            options: gives the steps per day; one record alone is taken to have their length.
            names: the file's name of each of this class's fields; VIC forcing names by default.

        Raises:
            ValueError: if a variable is absent, has gaps in active cells, is not in the unit or
                the range that VIC expects, or if the time step is not that of the snow steps. What
                rounding left below zero counts as zero.
        """
        names = {**FILE_NAMES, **(names or {})}
        active = np.nan_to_num(np.asarray(mask)) > 0
        _check_times(ds, options)
        steps = ds.sizes["time"] // options.substeps
        tensors = {}
        for field, name in names.items():
            values = without_rounding(field, _read(ds, name, active))
            _check_range(field, name, values, (ds, active))
            tensors[field] = torch.as_tensor(values.reshape(steps, options.substeps, -1))
        starts = ds["time"][:: options.substeps]
        return cls(
            **tensors,
            month=torch.as_tensor(starts.dt.month.values.astype(np.int64)),
            day_of_year=torch.as_tensor(starts.dt.dayofyear.values.astype(np.int64)),
        )

    @property
    def members(self) -> int | None:
        """Length of the member axis, None without one."""
        return self.air_temp.shape[0] if self.air_temp.ndim == 4 else None

    @property
    def steps(self) -> int:
        """Number of model steps."""
        return self.air_temp.shape[-3]

    @property
    def substeps(self) -> int:
        """Number of forcing (snow) steps in a model step."""
        return self.air_temp.shape[-2]

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.air_temp.shape[-1]

    def days(self, start: int, stop: int) -> "Forcing":
        """Model steps `start` up to but without `stop`."""
        weather = {name: getattr(self, name)[..., start:stop, :, :] for name in WEATHER}
        return Forcing(
            **weather,
            month=self.month[..., start:stop],
            day_of_year=self.day_of_year[..., start:stop],
        )

    def select(self, cells_index: Tensor | np.ndarray | slice) -> "Forcing":
        """Keep some of the cells, in the order of the index."""
        index = cells_index
        if not isinstance(index, slice):
            index = torch.as_tensor(index, device=self.air_temp.device)
        weather = {name: getattr(self, name)[..., index] for name in WEATHER}
        return Forcing(**weather, month=self.month, day_of_year=self.day_of_year)

    def select_members(self, members: slice) -> "Forcing":
        """Keep some of the members; a forcing without members stays as it is."""
        if not self.members:
            return self
        clock = {n: v[members] if v.ndim == 2 else v for n, v in vars(self).items() if n in CLOCK}
        return Forcing(**{name: getattr(self, name)[members] for name in WEATHER}, **clock)

    def to(
        self, dtype: torch.dtype | None = None, device: torch.device | str | None = None
    ) -> "Forcing":
        """Convert the weather to a dtype and move everything to a device."""
        moved = {
            f.name: getattr(self, f.name).to(
                dtype=dtype if f.name in WEATHER else None, device=device
            )
            for f in fields(self)
        }
        return Forcing(**moved)


def _read(ds: xr.Dataset, name: str, active: np.ndarray) -> np.ndarray:
    if name not in ds:
        raise ValueError(f"the forcing has no variable {name!r}; it has {sorted(ds.data_vars)}")
    field = ds[name].transpose("time", "lat", "lon")
    if field.shape[1:] != active.shape:
        raise ValueError(
            f"forcing {name} has {field.shape[1:]} cells (lat, lon), the mask {active.shape}"
        )
    values = np.asarray(field.values[:, active], dtype=np.float64)
    missing = ~np.isfinite(values)
    if missing.any():
        raise ValueError(
            f"forcing {name} is missing at {_first(missing, ds, active)} and "
            f"{int(missing.sum())} times in all; VIC would run on without a warning. Fill it"
        )
    return values


def _first(broken: np.ndarray, ds: xr.Dataset, active: np.ndarray) -> str:
    """The first time and cell of the broken values (time, cell), in words."""
    time, cell = np.argwhere(broken)[0]
    row, column = np.argwhere(active)[cell]
    place = f"{ds['time'].values[time]} in cell {cell}"
    if "lat" in ds.coords and "lon" in ds.coords:
        latitude, longitude = float(ds["lat"][row]), float(ds["lon"][column])
        place += f" (latitude {latitude:g}, longitude {longitude:g})"
    return place


def _check_range(
    field: str, name: str, values: np.ndarray, source: tuple[xr.Dataset, np.ndarray]
) -> None:
    low, high, unit = PLAUSIBLE[field]
    broken = (values < low) | (values > high)
    if broken.any():
        worst = values[tuple(np.argwhere(broken)[0])]
        raise ValueError(
            f"forcing {name} lies between {values.min():g} and {values.max():g}; VIC needs {unit}, "
            f"within {low:g} to {high:g}. It is {worst:g} at {_first(broken, *source)}. "
            "Convert its unit"
        )


def _check_times(ds: xr.Dataset, options: Options) -> None:
    records = ds.sizes["time"]
    if records < 1:
        raise ValueError("the forcing has no record")
    if records > 1:
        _check_step(ds["time"].values, options)
    if records % options.substeps:
        raise ValueError(
            f"the forcing has {records} records, not a multiple of the {options.substeps} of a "
            "model step; cut it to whole steps"
        )


def _check_step(times: np.ndarray, options: Options) -> None:
    seconds = np.diff(times[:2])[0]
    seconds = seconds / np.timedelta64(1, "s") if hasattr(seconds, "dtype") else seconds
    seconds = getattr(seconds, "total_seconds", lambda: seconds)()
    per_day = 86400.0 / float(seconds)
    if abs(per_day - options.snow_steps_per_day) > 1e-6:
        raise ValueError(
            f"the forcing has {per_day:g} records a day; SNOW_STEPS_PER_DAY is "
            f"{options.snow_steps_per_day}. They must be equal"
        )


class Weather(NamedTuple):
    """Forcing as the physics uses it; all of one shape ending in cell."""

    temperature: Tensor  # [C]
    precipitation: Tensor  # [mm]
    vapour_pressure: Tensor  # [Pa]
    deficit: Tensor  # of vapour pressure [Pa]
    density: Tensor  # of air [kg m-3]
    pressure: Tensor  # [Pa]
    shortwave: Tensor  # [W m-2]
    longwave: Tensor  # [W m-2]
    wind: Tensor  # [m s-1]


def substep_weather(forcing: Forcing) -> Weather:
    """Weather of every substep, (member?, step, substep, cell).

    Vapour pressure above saturation is cut to it, so that the deficit is never negative.
    """
    return weather_of(*(getattr(forcing, name) for name in WEATHER))


def weather_of(
    air_temp: Tensor, prec: Tensor, pressure: Tensor, vp: Tensor, *rest: Tensor
) -> Weather:
    """Weather of the forcing's variables in the order of `WEATHER`, in VIC's units."""
    shortwave, longwave, wind = rest
    saturated = saturation_vapour_pressure(air_temp)
    vapour = vp * 1000.0
    deficit = saturated - vapour
    moist = deficit < 0
    pressure = pressure * 1000.0
    return Weather(
        temperature=air_temp,
        precipitation=prec,
        vapour_pressure=torch.where(moist, saturated, vapour),
        deficit=torch.where(moist, 0.0, deficit),
        density=air_density(air_temp, pressure),
        pressure=pressure,
        shortwave=shortwave,
        longwave=longwave,
        wind=wind,
    )


def step_weather(weather: Weather) -> Weather:
    """Weather of every model step, (member?, step, cell), from that of its substeps.

    Means, but the total of precipitation. The deficit is that of the mean temperature and can be
    negative. With one substep it is that substep's weather.
    """
    count = weather.temperature.shape[-2]
    if count == 1:
        return Weather(*(v.squeeze(-2) for v in weather))
    return mean_weather(Weather(*(_sum_in_order(v) for v in weather)), count)


def mean_weather(total: Weather, count: int | Tensor) -> Weather:
    """Weather of a model step from the sums over its substeps."""
    mean = Weather(*(v / count for v in total))
    deficit = saturation_vapour_pressure(mean.temperature) - mean.vapour_pressure
    return mean._replace(
        precipitation=mean.precipitation * count,
        deficit=deficit,
        density=air_density(mean.temperature, mean.pressure),
    )


def _sum_in_order(values: Tensor) -> Tensor:
    total, *rest = values.unbind(-2)
    for value in rest:
        total = total + value
    return total
