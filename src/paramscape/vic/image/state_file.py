"""State files of VIC's image driver; either program can start from them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cftime
import numpy as np
import torch
import xarray as xr

from paramscape.vic.columns import Columns, columns_of
from paramscape.vic.image.clock import ORIGIN, time_number
from paramscape.vic.image.grid import FILL, GridFile, ImageGrid
from paramscape.vic.image.inputs import open_on_grid, same_grid
from paramscape.vic.options import Options
from paramscape.vic.parameters import Parameters
from paramscape.vic.state import VARIABLES, State

NODES = 3


@dataclass(frozen=True)
class _Stored:
    """A variable of the state file: its name here and its attributes in the file."""

    ours: str
    unit: str
    long_name: str
    standard_name: str
    description: str
    dtype: str = "f8"
    low: float = -100.0  # lower and higher values count as missing
    high: float = 1e9


TEMPERATURE = {"low": -200.0, "high": 1000.0}
PER_TILE: dict[str, _Stored] = {
    "STATE_CANOPY_WATER": _Stored("wet_canopy", "mm", "canopy_water", "water_in_canopy",
        "amount of water stored in the vegetation canopy"),
    "STATE_SNOW_AGE": _Stored("snow_age", "model_time_step", "snow_age",
        "age_since_last_new_snow", "number of model time steps since the last new snow", "i4"),
    "STATE_SNOW_MELT_STATE": _Stored("melting", "1 melting, 0 not melting", "snow_melt_state",
        "snow_melting_phase",
        "flag to indicate whether snowpack is in accumulation or melting phase", "i4"),
    "STATE_SNOW_COVERAGE": _Stored("snow_cover", "1", "snow_coverage", "snow_coverage_fraction",
        "fraction of grid cell area covered by snow"),
    "STATE_SNOW_WATER_EQUIVALENT": _Stored("snow_water", "m", "snow_water_equivalent",
        "snow_water_equivalent", "snow water equivalent"),
    "STATE_SNOW_SURF_TEMP": _Stored("surface_temperature", "C", "snow_surf_temp",
        "snow_surface_temperature", "snow surface layer temperature", **TEMPERATURE),
    "STATE_SNOW_SURF_WATER": _Stored("surface_water", "m", "snow_surf_water",
        "snow_surface_liquid_water", "liquid water content of the snow surface layer"),
    "STATE_SNOW_PACK_TEMP": _Stored("pack_temperature", "C", "snow_pack_temp",
        "snow_pack_temperature", "snow pack layer temperature", **TEMPERATURE),
    "STATE_SNOW_PACK_WATER": _Stored("pack_water", "m", "snow_pack_water",
        "snow_pack_liquid_water", "liquid water content of the snow pack layer"),
    "STATE_SNOW_DENSITY": _Stored("snow_density", "kg m-3", "snow_density", "snowpack_density",
        "snowpack density"),
    "STATE_SNOW_COLD_CONTENT": _Stored("cold_content", "J m-2", "snow_cold_content",
        "snowpack_cold_content", "snowpack cold content", low=-1e12),
    "STATE_SNOW_CANOPY": _Stored("snow_canopy", "m", "snow_canopy",
        "snow_water_equivalent_intercepted_in_canopy", "snow interception storage in canopy"),
    "STATE_FOLIAGE_TEMPERATURE": _Stored("foliage_temperature", "C", "foliage_temperature",
        "foliage_temperature", "overstory vegetaion temperature", **TEMPERATURE),
    "STATE_ENERGY_LONGUNDEROUT": _Stored("longwave_up", "W m-2", "energy_longunderout",
        "longwave_out_from_understory", "outgoing longwave flux from understory vegetation"),
}  # fmt: skip
# VIC's files lack these two; its program starts with 0 (albedo then has no effect).
ADDED: dict[str, _Stored] = {
    "STATE_CANOPY_MELT_STORAGE": _Stored("melt_storage", "m", "canopy_melt_storage",
        "melt_water_stored_in_canopy_snow",
        "melt kept in the canopy for a mass release (not in VIC's state files)"),
    "STATE_SNOW_ALBEDO": _Stored("snow_albedo", "1", "snow_albedo", "snow_albedo",
        "snow albedo (not in VIC's state files)"),
}  # fmt: skip
SOIL_MOISTURE = _Stored(
    "", "mm", "soil_moisture", "soil_layer_moisture",
    "soil total moisture contents including ice for each soil layer",
)  # fmt: skip
SOIL_ICE = _Stored(
    "", "mm", "soil_ice", "soil_moisture_ice_depth", "soil ice content for each soil layer"
)
NODE_TEMPERATURE = _Stored(
    "", "C", "soil_node_temp", "soil_node_temperature",
    "soil temperature of each soil thermal node", **TEMPERATURE,
)  # fmt: skip
SNOW_FLUX = _Stored(
    "", "W m-2", "energy_snow_flux", "snowpack_thermal_flux", "thermal flux through snowpack"
)
ALBEDO = _Stored(
    "", "fraction", "state_avg_albedo", "state_gridcell_avg_albedo", "gridcell averaged albedo"
)
INDEXES = {
    "veg_class": ("veg_class", "vegetation_class_number", 1),
    "snow_band": ("snow_band", "snow_elevation_band_number", 0),
    "layer": ("nlayer", "soil_layer_number", 0),
    "frost_area": ("frost_area", "frost_area_number", 0),
}


@dataclass(frozen=True)
class StateLayout:
    """Position of a simulation's columns in a state file."""

    parameters: Parameters
    options: Options
    grid: ImageGrid

    @cached_property
    def columns(self) -> Columns:
        """Columns of one member."""
        return columns_of(self.parameters, self.options)


def write_state(
    path: Path,
    state: State,
    layout: StateLayout,
    time: cftime.datetime,
    file_format: str = "NETCDF4_CLASSIC",
    time_units: str = "days",
) -> Path:
    """Write a state of one member for `read_state` or for VIC's program.

    Thermal flux through snow and mean albedo, without effect in water-balance mode, are 0.

    Args:
        path: of the file.
        state: without a member axis.
        layout: parameters, options and grid of the simulation.
        time: of the state.
        file_format: VIC's STATE_FORMAT.
        time_units: VIC's OUT_TIME_UNITS.

    Raises:
        ValueError: if the state has a member axis, or other columns than the layout.
    """
    _check_columns(state, layout)
    file = GridFile(path, file_format, "VIC State File")
    try:
        _define(file, layout.grid, (time, time_units))
        _write_nodes(file, layout)
        _write_values(file, state, layout)
    except BaseException:
        file.discard()
        raise
    return file.finish()


def _check_columns(state: State, layout: StateLayout) -> None:
    count = layout.columns.count
    if state.members is not None or state.values.shape[-1] != count:
        raise ValueError(
            f"a state of {count} columns without members is needed; this one has the shape "
            f"{tuple(state.values.shape)} (member?, variable, column). Select a member, or give "
            "the parameters and options of its simulation"
        )


def _define(file: GridFile, grid: ImageGrid, when: tuple[cftime.datetime, str]) -> None:
    names, (time, units) = grid.names, when
    sizes = {
        "time": None, names.x: grid.active.shape[1], names.y: grid.active.shape[0],
        "veg_class": grid.classes, "snow_band": grid.bands, "nlayer": 3, "frost_area": 1,
        "soil_node": NODES,
    }  # fmt: skip
    for name, size in sizes.items():
        file.dataset.createDimension(name, size)
    clock = {"units": f"{units} since {ORIGIN}", "calendar": time.calendar}
    stamp = file.variable("time", "f8", ("time",), {"standard_name": "time", **clock})
    stamp[0] = time_number(time, units)
    file.coordinates(grid)
    for name, (dim, standard, first) in INDEXES.items():
        made = file.variable(name, "i4", (dim,), {"long_name": name, "standard_name": standard})
        made[:] = np.arange(first, first + sizes[dim])


def node_geometry(parameters: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Spacing and depth of the soil's thermal nodes (node, cell) [m], as VIC computes them."""
    depth, damping = (parameters.soil[name].numpy() for name in ("depth", "dp"))
    top = depth[..., 0]
    spacing = np.stack([top, top, 2.0 * (damping - 1.5 * top)])
    return spacing, np.stack([np.zeros_like(top), top, damping])


def _write_nodes(file: GridFile, layout: StateLayout) -> None:
    grid, names = layout.grid, layout.grid.names
    kinds = (("dz_node", "soil_thermal_node_spacing"), ("node_depth", "soil_thermal_node_depth"))
    for (name, standard), values in zip(kinds, node_geometry(layout.parameters), strict=True):
        attributes = {"long_name": name, "standard_name": standard, "units": "m"}
        made = file.variable(name, "f8", ("soil_node", names.y, names.x), attributes)
        made[:] = grid.spread(values, "f8")


def _write_values(file: GridFile, state: State, layout: StateLayout) -> None:
    tiles = _Tiles(layout)
    values = state.values.detach().cpu().numpy().astype(float)
    by_name = dict(zip(VARIABLES, values, strict=True))
    tile, grid = ("veg_class", "snow_band"), layout.grid.names
    place = (grid.y, grid.x)

    def put(name: str, stored: _Stored, axes: tuple[str, ...], rows: np.ndarray) -> None:
        made = file.variable(name, stored.dtype, (*tile, *axes, *place), _attributes(stored))
        made[:] = tiles.spread(rows, stored.dtype)

    put("STATE_SOIL_MOISTURE", SOIL_MOISTURE, ("nlayer",), values[:3])
    put("STATE_SOIL_ICE", SOIL_ICE, ("nlayer", "frost_area"), np.zeros((3, 1, values.shape[1])))
    put("STATE_SOIL_NODE_TEMP", NODE_TEMPERATURE, ("soil_node",), tiles.nodes(by_name))
    for name, stored in (PER_TILE | ADDED).items():
        put(name, stored, (), by_name[stored.ours])
    put("STATE_ENERGY_SNOW_FLUX", SNOW_FLUX, (), np.zeros(values.shape[1]))
    albedo = file.variable("STATE_AVG_ALBEDO", "f8", place, _attributes(ALBEDO))
    albedo[:] = layout.grid.spread(np.zeros(int(layout.grid.active.sum())), "f8")


def _attributes(stored: _Stored) -> dict[str, str]:
    return {
        "long_name": stored.long_name,
        "standard_name": stored.standard_name,
        "units": stored.unit,
        "description": stored.description,
    }


class _Tiles:
    """Conversion of values between columns and the file's (class, band, ..., y, x)."""

    def __init__(self, layout: StateLayout) -> None:
        self.layout, self.grid = layout, layout.grid
        columns = layout.columns
        rows, places = np.nonzero(self.grid.active)
        cell = columns.cell.numpy()
        self.index = (columns.kind.numpy(), columns.band.numpy(), rows[cell], places[cell])
        self.cell = cell

    def spread(self, values: np.ndarray, dtype: str) -> np.ndarray:
        """(class, band, ..., y, x) of (..., column): 0 in bands without area, else missing."""
        kind, band, row, place = self.index
        shape = (self.grid.classes, self.grid.bands, *self.grid.active.shape)
        result = np.full((*values.shape[:-1], *shape), FILL[dtype], dtype)
        result[..., kind, :, row, place] = 0
        result[..., kind, band, row, place] = values
        return np.moveaxis(result, (-4, -3), (0, 1))

    def gather(self, values: np.ndarray) -> np.ndarray:
        """(..., column) of (class, band, ..., y, x)."""
        kind, band, row, place = self.index
        return np.moveaxis(values, (0, 1), (-4, -3))[..., kind, band, row, place]

    def nodes(self, by_name: dict[str, np.ndarray]) -> np.ndarray:
        """Temperature of the soil's thermal nodes (node, column) [C]."""
        soil = {n: self.layout.parameters.soil[n].numpy() for n in ("dp", "depth", "avg_T")}
        damping, deep = soil["dp"][self.cell], soil["avg_T"][self.cell]
        base = by_name["base_temperature"]
        decay = np.exp(-(damping - soil["depth"][self.cell, 0]) / damping)
        return np.stack([by_name["ground_temperature"], base, deep + (base - deep) * decay])


def read_state(path: Path, layout: StateLayout) -> State:
    """Read a state written by `write_state` or by VIC's program.

    VIC's files lack the melt kept in the canopy for a mass release. It starts with 0, as in VIC.

    Args:
        path: of the file.
        layout: parameters, options and grid of the simulation to start.

    Raises:
        FileNotFoundError, ValueError: if the file, a variable or a value is missing, or the grid,
            classes, bands, layers or soil nodes differ; names the variable and cell.
    """
    grid = layout.grid
    with open_on_grid(path, "INIT_STATE", grid.names) as ds:
        same_grid(path, ds, grid.names, (grid.latitude, grid.longitude))
        _check_sizes(path, ds, grid)
        reader = _Reader(path, ds, layout)
        reader.check_nodes()
        found = {f"soil_moisture_{k + 1}": v for k, v in enumerate(reader.layers())}
        nodes = reader.rows("STATE_SOIL_NODE_TEMP", NODE_TEMPERATURE, "soil_node")
        found |= {"ground_temperature": nodes[0], "base_temperature": nodes[1]}
        found |= {stored.ours: reader.rows(name, stored) for name, stored in PER_TILE.items()}
        for name, stored in ADDED.items():
            absent = np.zeros_like(nodes[0])
            found[stored.ours] = reader.rows(name, stored) if name in ds else absent
    density, water = found["snow_density"], found["snow_water"]
    lying = density > 0
    found["snow_depth"] = np.where(lying, 1000.0 * water / np.where(lying, density, 1.0), 0.0)
    values = np.stack([found[name] for name in VARIABLES])
    dtype = layout.parameters.soil["depth"].dtype
    return State(torch.as_tensor(values).to(dtype))


def _check_sizes(path: Path, ds: xr.Dataset, grid: ImageGrid) -> None:
    wanted = {
        "veg_class": grid.classes, "snow_band": grid.bands, "nlayer": 3, "frost_area": 1,
        "soil_node": NODES,
    }  # fmt: skip
    for name, size in wanted.items():
        if ds.sizes.get(name) != size:
            raise ValueError(
                f"{path}: dimension {name} is {ds.sizes.get(name, 'absent')}; the parameters and "
                f"options of this run have {size}. Use a state of the same set-up"
            )


class _Reader:
    """Reader of variables of a state file, with one value for each column."""

    def __init__(self, path: Path, ds: xr.Dataset, layout: StateLayout) -> None:
        self.path, self.ds, self.layout = path, ds, layout
        self.tiles = _Tiles(layout)

    def rows(self, name: str, stored: _Stored, *axes: str) -> np.ndarray:
        """Values (..., column), complete and in range."""
        if name not in self.ds:
            raise ValueError(f"{self.path} has no variable {name}, which a state needs")
        field = self.ds[name].transpose("veg_class", "snow_band", *axes, "lat", "lon")
        values = self.tiles.gather(np.asarray(field.values, dtype=float))
        missing = ~np.isfinite(values)
        if missing.any():
            column = int(np.argwhere(missing)[0][-1])
            kind, band = (int(v[column]) for v in self.tiles.index[:2])
            raise ValueError(
                f"{self.path}: {name} is missing in {self.layout.grid.place(self._cell(column))}, "
                f"vegetation class {kind + 1}, band {band} (and {int(missing.sum())} times in "
                "all), where the parameters have a tile; use a state of the same parameters"
            )
        outside = (values < stored.low) | (values > stored.high)
        if outside.any():
            column = int(np.argwhere(outside)[0][-1])
            raise ValueError(
                f"{self.path}: {name} is {values[outside][0]:g} [{stored.unit}] in "
                f"{self.layout.grid.place(self._cell(column))}, which is not a state; a missing "
                "value looks like this"
            )
        return values

    def layers(self) -> np.ndarray:
        """Soil moisture (layer, column), not negative."""
        values = self.rows("STATE_SOIL_MOISTURE", SOIL_MOISTURE, "nlayer")
        if (values < 0).any():
            column = int(np.argwhere(values < 0)[0][-1])
            raise ValueError(
                f"{self.path}: STATE_SOIL_MOISTURE is {values.min():g} mm, first below 0 in "
                f"{self.layout.grid.place(self._cell(column))}; it must not be negative"
            )
        return values

    def check_nodes(self) -> None:
        """Refuse soil nodes that differ from those of the parameters, as VIC's program does."""
        wanted = node_geometry(self.layout.parameters)
        for name, ours in zip(("dz_node", "node_depth"), wanted, strict=True):
            if name not in self.ds:
                raise ValueError(f"{self.path} has no variable {name}, which a state needs")
            field = self.ds[name].transpose("soil_node", "lat", "lon").values
            theirs = field[:, self.layout.grid.active]
            if not np.allclose(theirs, ours, rtol=0, atol=1e-9):
                cell = int(np.argwhere(~np.isclose(theirs, ours, rtol=0, atol=1e-9))[0][-1])
                raise ValueError(
                    f"{self.path}: {name} is {theirs[:, cell]} m in "
                    f"{self.layout.grid.place(cell)}; with this run's depth and dp it is "
                    f"{ours[:, cell]}. Use a state of the same soil"
                )

    def _cell(self, column: int) -> int:
        return int(self.tiles.cell[column])
