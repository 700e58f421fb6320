"""VIC's output variables, as functions of a model step."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.energy_outputs import ENERGY, ENERGY_OF_BANDS, ENERGY_OF_CELL
from paramscape.vic.land_constants import Cover, Layers, Site
from paramscape.vic.output_metadata import BEYOND, METADATA, Metadata
from paramscape.vic.processes import constants as c
from paramscape.vic.processes.safe_math import power, ratio
from paramscape.vic.state import VARIABLES
from paramscape.vic.step import StepResult
from paramscape.vic.surface import Air
from paramscape.vic.water_table import WaterTable


class StepView(NamedTuple):
    """Inputs of the output functions, all per lane."""

    before: Tensor  # state (variable, lane)
    result: StepResult
    cover: Cover
    air: Air
    layers: Layers
    vegetated: Tensor
    passes: Tensor  # how many the step took
    site: Site
    bands: Tensor | None = None  # (band, lane) cell's area over the band's, 0 in other bands
    water_table: WaterTable | None = None

    def state(self, name: str) -> Tensor:
        """A state variable after the step."""
        return self.result.values[VARIABLES.index(name)]


@dataclass(frozen=True)
class Output:
    """An output variable: (lane,) or (row, lane) of a step, and what VIC's files say of it.

    of_cell turns the means (..., row) of the cells into the output, where it is not these.
    layers: number of rows, None where it is that of the snow bands. by_lane: whether `of` needs
    nothing but the lanes' own rows, neither bands nor the water table nor fluxes of energy.
    of_energy: whether it needs `energy.EnergyFluxes`.
    """

    of: Callable[[StepView], Tensor]
    metadata: Metadata
    of_cell: Callable[[Tensor], Tensor] | None = None
    layers: int | None = 1
    by_lane: bool = True
    of_energy: bool = False

    def of_means(self, means: Tensor) -> Tensor:
        """The output (...) of the means (..., row) of the cells; with a last axis if it has one."""
        values = self.of_cell(means) if self.of_cell else means
        return values if self.metadata.axis else values[..., 0]

    @property
    def over_time(self) -> str:
        """How steps are aggregated by default: "sum", "end" or "mean"."""
        return self.metadata.over_time


def evaporation(view: StepView) -> Tensor:
    """All evaporation of the step [mm]."""
    f = view.result.fluxes
    first, second, third = f.soil_loss.unbind(0)
    soil = first + second + third
    canopy = (f.canopy_sublimation * 1000.0 + f.canopy_evaporation) * view.vegetated
    return soil + f.snow_sublimation * 1000.0 + canopy


def stored_water(values: Tensor) -> Tensor:
    """Water of the lanes [mm] in soil, snow and canopy; `values` (variable, lane)."""
    snow = values[VARIABLES.index("snow_water")] + values[VARIABLES.index("snow_canopy")]
    return values[:3].sum(0) + snow * 1000.0 + values[VARIABLES.index("wet_canopy")]


def water_error(view: StepView) -> Tensor:
    """Precipitation minus what left and what was stored [mm]."""
    f, r = view.result.fluxes, view.result
    gone = evaporation(view) + r.runoff + r.baseflow
    stored = stored_water(r.values) - stored_water(view.before)
    return f.rain + f.snowfall - gone - stored


def soil_wetness(view: StepView) -> Tensor:
    """Mean over the layers of moisture above wilting point over its range."""
    layers = view.layers
    above = view.result.values[:3] - layers.wilting
    return (above / (layers.capacity - layers.wilting)).mean(0)


def root_moisture(view: StepView) -> Tensor:
    """Moisture of the layers with roots [mm]."""
    return torch.where(view.layers.root > 0, view.result.values[:3], 0.0).sum(0)


def _flux(name: str, scale: float = 1.0) -> Callable[[StepView], Tensor]:
    return lambda view: getattr(view.result.fluxes, name) * scale


def _stored(name: str, scale: float = 1.0) -> Callable[[StepView], Tensor]:
    return lambda view: view.state(name) * scale


def _on_plants(
    of: Callable[[StepView], Tensor],
) -> Callable[[StepView], Tensor]:
    return lambda view: of(view) * view.vegetated


def _mean_of_passes(name: str) -> Callable[[StepView], Tensor]:
    return lambda view: getattr(view.result.fluxes, name) / view.passes


def _air(name: str, scale: float = 1.0) -> Callable[[StepView], Tensor]:
    return lambda view: getattr(view.air, name) * scale


def _reciprocal(values: Tensor) -> Tensor:
    moving = values > torch.finfo(torch.float64).eps
    return torch.where(moving, 1.0 / torch.where(moving, values, 1.0), c.HUGE_RESISTANCE)


def _precipitation(view: StepView) -> Tensor:
    return view.result.fluxes.rain + view.result.fluxes.snowfall


def saturated_area(view: StepView) -> Tensor:
    """Saturated share of the area, 1 - (1 - w / M)^(b / (1 + b)) (Wood et al. 1992)."""
    full = view.layers.capacity[:-1].sum(0)
    moisture = torch.minimum(view.result.values[:2].sum(0), full)
    exponent = view.layers.infilt / (1.0 + view.layers.infilt)
    return 1.0 - power(1.0 - moisture / full, exponent)


def stored_change(view: StepView, names: tuple[str, ...]) -> Tensor:
    """Change of state variables through the step, in their unit."""
    rows = [VARIABLES.index(name) for name in names]
    return sum(view.result.values[row] - view.before[row] for row in rows)


def soil_temperatures(view: StepView) -> Tensor:
    """Mean temperature of the layers (layer, lane) [C] (Liang et al. 1999).

    Linear in layer 1, below it exponential towards the deep temperature.
    """
    site, depth = view.site, view.layers.depth
    top, base = view.state("ground_temperature"), view.state("base_temperature")
    deep, damping = site.deep_temperature, site.damping_depth
    upper, means = torch.zeros_like(top), [0.5 * (top + base)]
    for thickness in depth[1:].unbind(0):
        lower = upper + thickness
        step = torch.exp(-lower / damping) - torch.exp(-upper / damping)
        means.append(deep - damping / thickness * (base - deep) * step)
        upper = lower
    return torch.stack(means)


def damping_temperature(base: Tensor, site: Site) -> Tensor:
    """Soil temperature [C] at the damping depth, of that at the base of layer 1 [C]."""
    decay = torch.exp(-(site.damping_depth - site.depth) / site.damping_depth)
    return site.deep_temperature + (base - site.deep_temperature) * decay


def _per_band(of: Callable[[StepView], Tensor]) -> Callable[[StepView], Tensor]:
    return lambda view: view.bands * of(view)


def _where_snow(name: str) -> Callable[[StepView], Tensor]:
    """State of the lanes with snow, and the share of these; `_quotient` makes their mean."""

    def of(view: StepView) -> Tensor:
        lying = (view.state("snow_water") > 0).to(view.before.dtype)
        return torch.stack([view.state(name) * lying, lying])

    return of


def _quotient(rows: Tensor) -> Tensor:
    return ratio(rows[..., :1], rows[..., 1:])


def _zero(view: StepView) -> Tensor:
    return torch.zeros_like(view.air.temperature)


def _zero_layers(view: StepView) -> Tensor:
    return torch.zeros_like(view.layers.depth)


def _conductance_of_trees(view: StepView) -> Tensor:
    conductance = _mean_of_passes("conductance")(view)
    return torch.stack([conductance * view.site.overstory, view.site.overstory])


def _change(*names: str, scale: float = 1.0) -> Callable[[StepView], Tensor]:
    return lambda view: stored_change(view, names) * scale


def _humidity(view: StepView) -> Tensor:
    air = view.air
    return 100.0 * air.vapour_pressure / (air.vapour_pressure + air.deficit)


def _specific_humidity(view: StepView) -> Tensor:
    return c.VAPOUR_TO_AIR_MASS * view.air.vapour_pressure / view.air.pressure


def _nodes(view: StepView) -> Tensor:
    site = view.site
    top, base = view.state("ground_temperature"), view.state("base_temperature")
    return torch.stack([top, base, damping_temperature(base, site)])


_swe = _stored("snow_water", 1000.0)
_depth = _stored("snow_depth", 100.0)
_cover = _stored("snow_cover")
_canopy_snow = _on_plants(_stored("snow_canopy", 1000.0))


def _albedo(view: StepView) -> Tensor:
    """Mean over the passes: of the trees where the last pass had snow, else of what is below."""
    fluxes = view.result.fluxes
    trees = (view.site.overstory > 0) & (fluxes.snowy > 0)
    return torch.where(trees, fluxes.albedo_of_trees, fluxes.albedo) / view.passes


_conductance = _mean_of_passes("conductance")
_ground_conductance = _mean_of_passes("conductance_of_ground")

STORAGES: dict[str, Callable[[StepView], Tensor]] = {
    "OUT_ASAT": saturated_area,
    "OUT_ROOTMOIST": root_moisture,
    "OUT_SMFROZFRAC": _zero_layers,
    "OUT_SMLIQFRAC": lambda view: torch.ones_like(view.layers.depth),
    "OUT_SNOW_CANOPY": _canopy_snow,
    "OUT_SNOW_COVER": _cover,
    "OUT_SNOW_DEPTH": _depth,
    "OUT_SOIL_ICE": _zero_layers,
    "OUT_SOIL_ICE_FRAC": _zero_layers,
    "OUT_SOIL_LIQ": lambda view: view.result.values[:3],
    "OUT_SOIL_LIQ_FRAC": lambda view: view.result.values[:3] / (view.layers.depth * 1000.0),
    "OUT_SOIL_MOIST": lambda view: view.result.values[:3],
    "OUT_SOIL_WET": soil_wetness,
    "OUT_SURFSTOR": _zero,
    "OUT_SURF_FROST_FRAC": _zero,
    "OUT_SWE": _swe,
    "OUT_WDEW": _on_plants(_stored("wet_canopy")),
    "OUT_ZWT": lambda view: view.water_table.level(view.result.values[:3]),
    "OUT_ZWT_LUMPED": lambda view: view.water_table.lumped_level(view.result.values[:3]),
}
FLUXES: dict[str, Callable[[StepView], Tensor]] = {
    "OUT_BASEFLOW": lambda view: view.result.baseflow,
    "OUT_DELINTERCEPT": _on_plants(_change("wet_canopy")),
    "OUT_DELSOILMOIST": _change(*VARIABLES[:3]),
    "OUT_DELSURFSTOR": _zero,
    "OUT_DELSWE": _change("snow_water", "snow_canopy", scale=1000.0),
    "OUT_EVAP": evaporation,
    "OUT_EVAP_BARE": _flux("soil_evaporation"),
    "OUT_EVAP_CANOP": _on_plants(_flux("canopy_evaporation")),
    "OUT_INFLOW": _flux("water"),
    "OUT_PET": _flux("potential"),
    "OUT_PREC": _precipitation,
    "OUT_RAINF": _flux("rain"),
    "OUT_RUNOFF": lambda view: view.result.runoff,
    "OUT_SNOWF": _flux("snowfall"),
    "OUT_SNOW_MELT": _flux("melt"),
    "OUT_SUB_BLOWING": _zero,
    "OUT_SUB_CANOP": _on_plants(_flux("canopy_sublimation", 1000.0)),
    "OUT_SUB_SNOW": _flux("snow_sublimation", 1000.0),
    "OUT_SUB_SURFACE": _flux("snow_sublimation", -1000.0),
    "OUT_TRANSP_VEG": _flux("transpiration"),
    "OUT_WATER_ERROR": water_error,
}
SURFACE: dict[str, Callable[[StepView], Tensor]] = {
    "OUT_ALBEDO": _albedo,
    "OUT_SALBEDO": _where_snow("snow_albedo"),
    "OUT_SNOW_PACK_TEMP": _where_snow("pack_temperature"),
    "OUT_SNOW_SURF_TEMP": _where_snow("surface_temperature"),
    "OUT_SOIL_TEMP": soil_temperatures,
    "OUT_SOIL_TNODE": _nodes,
    "OUT_AERO_COND": _conductance,
    "OUT_AERO_COND1": _ground_conductance,
    "OUT_AERO_COND2": _conductance_of_trees,
    "OUT_AERO_RESIST": _conductance,
    "OUT_AERO_RESIST1": _ground_conductance,
    "OUT_AERO_RESIST2": _conductance_of_trees,
}
FORCING: dict[str, Callable[[StepView], Tensor]] = {
    "OUT_AIR_TEMP": _air("temperature"),
    "OUT_DENSITY": _air("density"),
    "OUT_FCANOPY": lambda view: view.cover.fraction,
    "OUT_LAI": lambda view: view.cover.leaf_area * view.cover.fraction,
    "OUT_LWDOWN": _air("longwave"),
    "OUT_PRESSURE": _air("pressure", 1e-3),
    "OUT_QAIR": _specific_humidity,
    "OUT_REL_HUMID": _humidity,
    "OUT_SWDOWN": _air("shortwave"),
    "OUT_VP": _air("vapour_pressure", 1e-3),
    "OUT_VPD": _air("deficit", 1e-3),
    "OUT_WIND": _air("wind"),
}
BANDS: dict[str, Callable[[StepView], Tensor]] = {
    "OUT_ALBEDO_BAND": _albedo,
    "OUT_SNOW_CANOPY_BAND": _canopy_snow,
    "OUT_SNOW_COVER_BAND": _cover,
    "OUT_SNOW_DEPTH_BAND": _depth,
    "OUT_SNOW_MELT_BAND": _flux("melt"),
    "OUT_SNOW_PACKT_BAND": _stored("pack_temperature"),
    "OUT_SNOW_SURFT_BAND": _stored("surface_temperature"),
    "OUT_SWE_BAND": _swe,
}
PAIRS = (
    "OUT_SALBEDO", "OUT_SNOW_PACK_TEMP", "OUT_SNOW_SURF_TEMP", "OUT_AERO_COND2",
    "OUT_AERO_RESIST2", "OUT_BARESOILT", "OUT_VEGT",
)  # fmt: skip
OF_CELL: dict[str, Callable[[Tensor], Tensor]] = {
    "OUT_SALBEDO": _quotient,
    "OUT_SNOW_PACK_TEMP": _quotient,
    "OUT_SNOW_SURF_TEMP": _quotient,
    "OUT_AERO_COND2": _quotient,
    "OUT_BARESOILT": _quotient,
    "OUT_VEGT": _quotient,
    "OUT_AERO_RESIST": _reciprocal,
    "OUT_AERO_RESIST1": _reciprocal,
    "OUT_AERO_RESIST2": lambda rows: _reciprocal(_quotient(rows)),
}
WATER_TABLE = ("OUT_ZWT", "OUT_ZWT_LUMPED")
AXES = {None: 1, "nlayer": 3, "node": 3, "snow_band": None}


def _output(name: str, of: Callable[[StepView], Tensor]) -> Output:
    metadata = METADATA[name]
    layers = 2 if name in PAIRS else AXES[metadata.axis]
    of_energy = name in ENERGY or name in ENERGY_OF_BANDS
    by_lane = name not in BANDS and name not in WATER_TABLE and not of_energy
    of = _per_band(of) if name in BANDS or name in ENERGY_OF_BANDS else of
    of_cell = (OF_CELL | ENERGY_OF_CELL).get(name)
    return Output(of, metadata, of_cell, layers, by_lane, of_energy)


OUTPUTS: dict[str, Output] = {
    name: _output(name, of)
    for kind in (STORAGES, FLUXES, SURFACE, FORCING, BANDS, ENERGY, ENERGY_OF_BANDS)
    for name, of in kind.items()
}


def check_outputs(names: tuple[str, ...]) -> None:
    """Refuse outputs that do not exist, or that need a mode beyond water balance.

    Raises:
        ValueError: naming the output, and the mode or the nearest name.
    """
    for name in names:
        if name in BEYOND:
            raise ValueError(f"{name} is not an output of water-balance mode: {BEYOND[name]}")
        if name not in OUTPUTS:
            near = difflib.get_close_matches(name, OUTPUTS, 1, 0.0)[0]
            raise ValueError(f"{name} is not an output of VIC; the nearest name is {near}")
