"""History files as VIC's image driver writes them."""

from datetime import timedelta
from pathlib import Path

import cftime
import netCDF4
import numpy as np
import xarray as xr

from paramscape.vic.image.global_file import GlobalFile, OutputVariable, Stream
from paramscape.vic.outputs import OUTPUTS

FILL = 9.969209968386869e36
STAMPS = {"NDAYS": "%Y-%m-%d", "NMONTHS": "%Y-%m", "NYEARS": "%Y"}


class History:
    """One output stream: adds up model steps and writes each finished interval.

    Intervals follow each other from the start of the run; one that the run does not finish is not
    written.
    """

    def __init__(
        self, run: GlobalFile, stream: Stream, domain: xr.Dataset, active: np.ndarray
    ) -> None:
        self.run, self.stream, self.active = run, stream, active
        self.step = timedelta(days=1) / run.options.model_steps_per_day
        self.bounds = _bounds(run, stream.frequency, self.step)
        self.interval = 0
        self.time = run.start
        self.pending: dict[str, list[np.ndarray]] = {v.name: [] for v in stream.variables}
        self.path = run.result_dir / f"{stream.name}.{_stamp(run.start, stream)}.nc"
        self.file = self._create(domain)

    def add(self, outputs: dict[str, np.ndarray]) -> None:
        """Take the outputs (step, ..., cell) of the next model steps."""
        steps = len(next(iter(outputs.values())))
        taken = 0
        while taken < steps:
            if self.interval + 1 >= len(self.bounds):
                return
            left = round((self.bounds[self.interval + 1] - self.time) / self.step)
            count = min(left, steps - taken)
            for name, parts in self.pending.items():
                parts.append(outputs[name][taken : taken + count])
            taken += count
            self.time = self.time + self.step * count
            if count == left:
                self._write_interval()

    def close(self) -> Path:
        """Finish the file."""
        self.file.close()
        return self.path

    def _write_interval(self) -> None:
        units, calendar = self.file["time"].units, self.file["time"].calendar
        edges = cftime.date2num(
            self.bounds[self.interval : self.interval + 2], units, calendar=calendar
        )
        self.file["time"][self.interval] = edges[0]
        self.file["time_bnds"][self.interval] = edges
        for variable in self.stream.variables:
            steps = np.concatenate(self.pending[variable.name])
            cells = _aggregate(steps, _how(variable)) * variable.factor
            grid = np.full((*cells.shape[:-1], *self.active.shape), FILL)
            grid[..., self.active] = cells
            self.file[variable.name][self.interval] = grid
            self.pending[variable.name].clear()
        self.interval += 1

    def _create(self, domain: xr.Dataset) -> netCDF4.Dataset:
        file = netCDF4.Dataset(self.path, "w", format=self.stream.file_format)
        file.title = "VIC History File"
        file.source = "paramscape: VIC 5.1 water-balance mode, image driver conventions"
        file.Conventions = "CF-1.6"
        file.createDimension("nlayer", 3)
        file.createDimension("lon", domain.sizes["lon"])
        file.createDimension("lat", domain.sizes["lat"])
        file.createDimension("time", None)
        file.createDimension("nv", 2)
        self._create_time(file)
        for name, unit, long in (
            ("lon", "degrees_east", "longitude"),
            ("lat", "degrees_north", "latitude"),
        ):
            axis = file.createVariable(name, "f8", (name,))
            axis.setncatts({"long_name": long, "units": unit, "standard_name": long})
            axis[:] = domain[name].values
        for variable in self.stream.variables:
            self._create_variable(file, variable)
        return file

    def _create_time(self, file: netCDF4.Dataset) -> None:
        units = f"{self.run.time_units} since 0001-01-01 00:00:00"
        time = file.createVariable("time", "f8", ("time",))
        bounds = file.createVariable("time_bnds", "f8", ("time", "nv"))
        common = {"units": units, "calendar": self.run.calendar}
        time.setncatts({"standard_name": "time", **common, "bounds": "time_bnds"})
        bounds.setncatts({"standard_name": "time_bounds", **common})

    def _create_variable(self, file: netCDF4.Dataset, variable: OutputVariable) -> None:
        output = OUTPUTS[variable.name]
        layers = ("nlayer",) if variable.name == "OUT_SOIL_MOIST" else ()
        level = self.stream.compress if self.stream.file_format.startswith("NETCDF4") else 0
        made = file.createVariable(
            variable.name,
            variable.dtype,
            ("time", *layers, "lat", "lon"),
            fill_value=FILL,
            zlib=level > 0,
            complevel=max(level, 1),
        )
        made.setncatts(
            {
                "long_name": variable.name.removeprefix("OUT_").lower(),
                "standard_name": output.standard_name,
                "units": output.unit,
                "description": output.description,
                "cell_methods": f"time: {_how(variable)}",
            }
        )


def _how(variable: OutputVariable) -> str:
    return variable.aggregation or OUTPUTS[variable.name].over_time


def _aggregate(steps: np.ndarray, how: str) -> np.ndarray:
    """One value (..., cell) of the steps (step, ..., cell)."""
    if how == "end":
        return steps[-1]
    if how == "start":
        return steps[0]
    reduce = {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min}[how]
    return reduce(steps, axis=0)


def _stamp(start: cftime.datetime, stream: Stream) -> str:
    if stream.frequency[0] in STAMPS:
        return start.strftime(STAMPS[stream.frequency[0]])
    seconds = start.hour * 3600 + start.minute * 60 + start.second
    return f"{start.strftime('%Y-%m-%d')}-{seconds:05d}"


def _bounds(run: GlobalFile, frequency: tuple[str, int], step: timedelta) -> list[cftime.datetime]:
    """Edges of all intervals that the run finishes."""
    kind, count = frequency
    lengths = {"NSTEPS": step, "NHOURS": timedelta(hours=1), "NDAYS": timedelta(days=1)}
    edges = [run.start]
    while edges[-1] <= run.end:
        number = len(edges) * count
        if kind in lengths:
            edges.append(run.start + lengths[kind] * number)
        else:
            edges.append(_months_later(run.start, number * (12 if kind == "NYEARS" else 1)))
    return edges[:-1]


def _months_later(start: cftime.datetime, months: int) -> cftime.datetime:
    index = start.year * 12 + start.month - 1 + months
    return start.replace(year=index // 12, month=index % 12 + 1)
