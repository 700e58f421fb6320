"""The benchmark's case: a synthetic basin like the upper Huaihe, with VIC's inputs."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import torch
import xarray as xr
from torch import Tensor

from paramscape.bench.land import make_domain, make_parameters
from paramscape.bench.weather import make_forcing
from paramscape.files import save_netcdf
from paramscape.parameters.priors import PriorBox
from paramscape.study import Grid, Priors
from paramscape.study.parameters import GAN_PO_PARAMETERS
from paramscape.vic import Forcing, Options, Parameters, with_calibrated
from paramscape.vic.columns import columns_of
from paramscape.vic.executable import CaseFiles

SEED = 2009
FIRST = date(2009, 1, 1)
WEST, SOUTH, RESOLUTION = 112.0, 31.0, 0.25  # [degrees]
OUTPUTS = ("OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST")
MODES = {
    "daily": Options(model_steps_per_day=1, snow_steps_per_day=8, runoff_steps_per_day=24),
    "3-hourly": Options(model_steps_per_day=8, snow_steps_per_day=8, runoff_steps_per_day=8),
}


class Extent(NamedTuple):
    """Size of the case."""

    rows: int = 17
    columns: int = 24
    days: int = 730


QUICK = Extent(3, 4, 40)


class Inputs(NamedTuple):
    """Arguments of `paramscape.vic.simulate`."""

    parameters: Parameters
    forcing: Forcing
    options: Options

    def to(self, dtype: torch.dtype, device: torch.device | str | None = None) -> "Inputs":
        """The inputs in another precision or on another device."""
        parameters = self.parameters.to(dtype, device)
        return self._replace(parameters=parameters, forcing=self.forcing.to(dtype, device))

    def with_members(self, count: int) -> "Inputs":
        """The inputs with members whose calibrated parameters are drawn from the priors."""
        values = draw_calibrated(count, self.parameters.cells)
        return self._replace(parameters=with_calibrated(self.parameters, values, GAN_PO_PARAMETERS))

    def of_cells(self, cells: slice | Tensor) -> "Inputs":
        """The inputs of some cells."""
        parameters, forcing = self.parameters.select(cells), self.forcing.select(cells)
        return self._replace(parameters=parameters, forcing=forcing)

    def of_days(self, days: int) -> "Inputs":
        """The inputs of the first days."""
        steps = days * self.options.model_steps_per_day
        return self._replace(forcing=self.forcing.days(0, steps))

    @property
    def days(self) -> int:
        """Number of days."""
        return self.forcing.steps // self.options.model_steps_per_day

    @property
    def cell_days(self) -> int:
        """Cell-days of all members."""
        return (self.parameters.members or 1) * self.parameters.cells * self.days

    @property
    def lanes(self) -> int:
        """Number of lanes (member x cell x tile)."""
        columns = columns_of(self.parameters, self.options)
        return columns.count * (self.parameters.members or 1)


@dataclass(frozen=True)
class Case:
    """The case as VIC's files: domain and params (lat, lon), forcing (time, lat, lon)."""

    domain: xr.Dataset
    params: xr.Dataset
    forcing: xr.Dataset

    @property
    def days(self) -> int:
        """Number of days."""
        return self.forcing.sizes["time"] // MODES["daily"].snow_steps_per_day

    @property
    def last(self) -> date:
        """The last day."""
        return FIRST + timedelta(days=self.days - 1)

    def inputs(self, mode: str) -> Inputs:
        """Tensors in float64 for a mode of `MODES`, read as from files."""
        options, mask = MODES[mode], self.domain["mask"]
        parameters = Parameters.from_dataset(self.params, mask)
        return Inputs(parameters, Forcing.from_dataset(self.forcing, mask, options), options)

    def write_forcing(self, folder: Path) -> CaseFiles:
        """Write a forcing file for each year, and return all files of the case."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = {}
        for year, part in self.forcing.groupby("time.year"):
            paths[int(year)] = folder / f"forcing.{year}.nc"
            save_netcdf(part, paths[int(year)])
        return CaseFiles(self.domain, self.params, paths)


def make_case(extent: Extent = Extent(), first: date = FIRST) -> Case:  # noqa: B008
    """The case from a first day on; equal extents give equal cases."""
    grid = Grid(
        west=WEST,
        east=WEST + RESOLUTION * extent.columns,
        south=SOUTH,
        north=SOUTH + RESOLUTION * extent.rows,
        resolution=RESOLUTION,
    )
    domain = make_domain(grid, SEED)
    forcing = make_forcing(domain, SEED, first, extent.days)
    return Case(domain, make_parameters(domain, forcing, SEED), forcing)


def draw_calibrated(members: int, cells: int) -> Tensor:
    """Calibrated parameters (member, cell, parameter), uniform in the unit cube of the priors."""
    numbers = torch.Generator().manual_seed(SEED)
    count = len(GAN_PO_PARAMETERS)
    unit = torch.rand(members, cells, count, generator=numbers, dtype=torch.float64)
    return PriorBox.of(Priors()).to_physical(unit)
