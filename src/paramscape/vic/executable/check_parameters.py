"""Checks of domain and parameter file as VIC will read them."""

from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np
import xarray as xr

from paramscape.vic.executable.errors import CaseError
from paramscape.vic.executable.raw import INTEGER, REAL, StoredFile, StoredGrid, open_stored
from paramscape.vic.image.write_global import DOMAIN, PARAMETERS
from paramscape.vic.options import Options
from paramscape.vic.parameter_layout import BAND, GRID, Variable, parameter_layout
from paramscape.vic.parameters import Parameters

LEAST_FCANOPY = 1e-4


@dataclass(frozen=True)
class WaterStores:
    """Water stores that the parameters define, for checks of a run's outputs.

    capacity: (cell, layer) largest water content of the soil layers [mm]. initial: (cell, layer)
    water at the start [mm]. canopy_loses: (cell,) bool, whether VIC loses water of the canopy,
    which happens where a canopy covers only a part of its tile.
    """

    capacity: np.ndarray
    initial: np.ndarray
    canopy_loses: np.ndarray


def read_grid(folder: Path) -> StoredGrid:
    """The grid of a case, with the cells that VIC runs.

    Raises:
        CaseError: if domain and parameters contradict each other or VIC would misread them.
    """
    with open_stored(folder / DOMAIN) as domain:
        mask = domain.variable("mask", GRID, INTEGER)[:] > 0
        lat, lon = domain.axis("lat"), domain.axis("lon")
        if np.abs(lat).max() > 90:
            raise CaseError(f"{domain.path}: lat lies beyond 90 degrees: {lat.min()}, {lat.max()}")
        for name, high in (("frac", 1.0 + 1e-6), ("area", 1e12)):
            variable = Variable(GRID, np.finfo(float).tiny, high)
            _check_range(domain, name, variable, StoredGrid(lat, lon, mask))
    with open_stored(folder / PARAMETERS) as params:
        run = params.variable("run_cell", GRID, INTEGER)[:] > 0
        params.require_grid(StoredGrid(lat, lon, mask))
        if (run & ~mask).any():
            row, column = np.argwhere(run & ~mask)[0]
            raise CaseError(
                f"{params.path}: run_cell is 1 in {int((run & ~mask).sum())} cells outside the "
                f"domain's mask, the first at latitude {lat[row]:g}, longitude {lon[column]:g}; "
                "VIC's output there is meaningless. Set it to 0, or the mask to 1"
            )
    if not run.any():
        raise CaseError(f"{folder / PARAMETERS}: run_cell is 0 everywhere; there is nothing to run")
    return StoredGrid(lat, lon, run)


def check_case_parameters(folder: Path, options: Options, grid: StoredGrid) -> WaterStores:
    """Check the parameter file by `parameter_layout`, and return its water stores.

    Raises:
        CaseError: naming file, variable, value and cell.
    """
    path = folder / PARAMETERS
    with open_stored(path) as params:
        for name, variable in parameter_layout(options).items():
            _check_range(params, name, variable, grid)
    with xr.open_dataset(path, decode_times=False, engine="netcdf4") as params:
        try:
            Parameters.from_dataset(params, grid.active, options)
        except ValueError as error:
            raise CaseError(f"{path}: {error}") from error
        return _stores(params, options, grid)


def _check_range(file: StoredFile, name: str, variable: Variable, grid: StoredGrid) -> None:
    stored = file.variable(name, variable.dims, INTEGER if variable.integer else REAL)[:]
    values = stored[..., grid.active]
    outside = ~((values >= variable.low) & (values <= variable.high)) & variable.is_used
    if variable.dims[0] in ("veg_class", "snow_band"):
        outside &= _in_use(file, variable, grid).reshape(
            len(values), *[1] * (values.ndim - 2), grid.count
        )
    if outside.any():
        *entry, cell = np.argwhere(outside)[0]
        axes = ", ".join(f"{d} {i + 1}" for d, i in zip(variable.dims, entry, strict=False))
        where = f"{grid.place(cell)}{', ' if axes else ''}{axes}"
        raise CaseError(
            f"{file.path}: {name} must lie between {variable.low:g} and {variable.high:g} "
            f"[{variable.unit}] where VIC uses it; it is {values[(*entry, cell)]:g} at {where}, "
            f"and outside in {int(outside.any(tuple(range(outside.ndim - 1))).sum())} of "
            f"{grid.count} cells. Missing values and other units look like this"
        )


def _in_use(file: StoredFile, variable: Variable, grid: StoredGrid) -> np.ndarray:
    """(class or band, cell), whether it has area in a cell; true if the area is unknown."""
    name, dims = ("AreaFract", BAND) if variable.dims == BAND else ("Cv", ("veg_class", *GRID))
    area: netCDF4.Variable = file.variable(name, dims)
    return ~(area[:][:, grid.active] == 0)


def _stores(params: xr.Dataset, options: Options, grid: StoredGrid) -> WaterStores:
    def of_layers(name: str) -> np.ndarray:
        return params[name].transpose("lat", "lon", "nlayer").values[grid.active]

    porosity = 1.0 - of_layers("bulk_density") / of_layers("soil_density")
    capacity = 1000.0 * of_layers("depth") * porosity
    initial = np.minimum(of_layers("init_moist"), capacity)
    return WaterStores(capacity, initial, _canopy_loses(params, options, grid))


def _canopy_loses(params: xr.Dataset, options: Options, grid: StoredGrid) -> np.ndarray:
    def of_months(name: str) -> np.ndarray:
        return params[name].transpose("veg_class", "month", "lat", "lon").values[..., grid.active]

    leaves = of_months("LAI")
    if options.fcan_src == "FROM_VEGPARAM":
        cover = of_months("fcanopy")
    else:
        cover = np.ones_like(leaves)
        cover[-1] = LEAST_FCANOPY
    cover = np.where((cover < LEAST_FCANOPY) | (leaves == 0), 0.0, cover)
    partial = (cover < 1).any(1) & (cover > 0).any(1)
    present = params["Cv"].transpose("veg_class", "lat", "lon").values[:, grid.active] > 0
    return (present & partial).any(0)
