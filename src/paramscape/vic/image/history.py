"""History files as VIC's image driver writes them."""

import logging
from datetime import timedelta
from pathlib import Path

import cftime
import numpy as np

from paramscape.vic.image.clock import ORIGIN, UNITS, Alarm, time_number
from paramscape.vic.image.global_file import GlobalFile
from paramscape.vic.image.grid import FRONTS, GridFile, ImageGrid
from paramscape.vic.image.streams import OutputVariable, Stream
from paramscape.vic.outputs import OUTPUTS

SILENT = ("END", "NEVER")

log = logging.getLogger(__name__)


class History:
    """One output stream, which aggregates model steps and writes each finished interval.

    Intervals follow each other from the start of the run. An interval that the run does not finish
    is not written. Maxima and minima include 0, because VIC's program initialises them with 0.
    """

    def __init__(self, run: GlobalFile, stream: Stream, grid: ImageGrid) -> None:
        self.run, self.stream, self.grid = run, stream, grid
        self.step = timedelta(days=1) / run.options.model_steps_per_day
        self.now = run.start
        self.interval = Alarm(stream.frequency, run.start, self.step)
        self.period = Alarm(stream.file_frequency, run.start, self.step)
        self.begin: cftime.datetime | None = None
        self.totals: dict[str, np.ndarray] = {}
        self.file: GridFile | None = None
        self.written: list[Path] = []
        if stream.frequency.kind in SILENT:
            kind = stream.frequency.kind
            log.warning("OUTFILE %s has AGGFREQ %s: nothing is written", stream.name, kind)
        for variable in stream.variables:
            if variable.multiplier != 1.0:
                log.warning("the multiplier of %s has no effect, as in VIC", variable.name)

    def add(self, outputs: dict[str, np.ndarray]) -> None:
        """Add the outputs (step, ..., cell) of the next model steps."""
        steps = len(next(iter(outputs.values())))
        taken = 0
        for step in range(steps):
            self.interval.count += 1
            self.begin = self.begin or self.now
            complete = self.interval.rings(self.now)
            if complete or step == steps - 1:
                self._aggregate({k: v[taken : step + 1] for k, v in outputs.items()})
                taken = step + 1
            if complete:
                self._write()
            self.now = self.now + self.step

    def close(self) -> list[Path]:
        """Finish the file and return all files that were written."""
        if self.file is not None:
            self.written.append(self.file.finish())
            self.file = None
        return self.written

    def discard(self) -> None:
        """Remove the unfinished file."""
        if self.file is not None:
            self.file.discard()
            self.file = None

    def _aggregate(self, outputs: dict[str, np.ndarray]) -> None:
        for variable in self.stream.variables:
            steps, total = outputs[variable.name], self.totals.get(variable.name)
            self.totals[variable.name] = _aggregated(total, steps, variable.over_time)

    def _write(self) -> None:
        if self.file is None:
            self.file = self._create()
        data, row = self.file.dataset, self.period.count
        units = self.run.time_units
        first = time_number(self.begin, units)
        length = self.step / timedelta(days=1) * UNITS[units]
        data["time"][row] = first
        data["time_bnds"][row] = (first, length + time_number(self.now, units))
        for variable in self.stream.variables:
            cells = self.totals[variable.name]
            if variable.over_time == "mean":
                cells = cells / self.interval.count
            data[variable.name][row] = self.grid.spread(cells, variable.dtype)
        self.totals, self.begin = {}, None
        self.interval.reset(self.now)
        self.period.count += 1
        if self.period.rings(self.now):
            self.close()
            self.period.reset(self.now)

    def _create(self) -> GridFile:
        stamp = _stamp(self.begin, self.stream)
        path = self.run.result_dir / f"{self.stream.name}.{stamp}.nc"
        file = GridFile(path, self.stream.file_format, "VIC History File")
        grid, names = self.grid, self.grid.names
        sizes = {
            "snow_band": grid.bands, "front": FRONTS, "frost_area": 1, "nlayer": 3,
            names.x: grid.active.shape[1], names.y: grid.active.shape[0], "node": 3,
            "root_zone": grid.zones, "veg_class": grid.classes, "time": None, "nv": 2,
        }  # fmt: skip
        for name, size in sizes.items():
            file.dataset.createDimension(name, size)
        common = {"units": f"{self.run.time_units} since {ORIGIN}", "calendar": self.run.calendar}
        time = {"standard_name": "time", **common, "bounds": "time_bnds"}
        file.variable("time", "f8", ("time",), time)
        bounds = {"standard_name": "time_bounds", **common}
        file.variable("time_bnds", "f8", ("time", "nv"), bounds)
        file.coordinates(grid)
        for variable in self.stream.variables:
            self._create_variable(file, variable)
        return file

    def _create_variable(self, file: GridFile, variable: OutputVariable) -> None:
        metadata, names = OUTPUTS[variable.name].metadata, self.grid.names
        axis = (metadata.axis,) if metadata.axis else ()
        attributes = {
            "long_name": variable.name.removeprefix("OUT_").lower(),
            "standard_name": metadata.standard_name,
            "units": metadata.unit,
            "description": metadata.description,
            "cell_methods": f"time: {variable.over_time}",
        }
        dims = ("time", *axis, names.y, names.x)
        file.variable(variable.name, variable.dtype, dims, attributes, self.stream.compress)


def _aggregated(total: np.ndarray | None, steps: np.ndarray, how: str) -> np.ndarray:
    """A total after the steps (step, ..., cell), added one after the other as in VIC."""
    if how == "end":
        return steps[-1].copy()
    if how == "beg":
        return steps[0].copy() if total is None else total
    start = np.zeros_like(steps[0]) if total is None else total
    accumulate = {"maximum": np.maximum, "minimum": np.minimum}.get(how, np.add).accumulate
    return accumulate(np.concatenate([start[None], steps]))[-1]


def _stamp(begin: cftime.datetime, stream: Stream) -> str:
    year, day = f"{begin.year:04d}", f"{begin.year:04d}-{begin.month:02d}-{begin.day:02d}"
    seconds = begin.hour * 3600 + begin.minute * 60 + begin.second
    stamps = {"NDAYS": day, "NMONTHS": day[:-3], "NYEARS": year}
    return stamps.get(stream.frequency.kind, f"{day}-{seconds:05d}")
