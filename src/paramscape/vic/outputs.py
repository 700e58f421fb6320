"""VIC's output variables: what of a model step they show, in which unit, and how days add up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic import constants as c
from paramscape.vic.site import Cover, Layers
from paramscape.vic.state import VARIABLES
from paramscape.vic.step import StepResult
from paramscape.vic.surface import Air


class StepView(NamedTuple):
    """What outputs are made of, all per lane."""

    before: Tensor  # state (variable, lane)
    result: StepResult
    cover: Cover
    air: Air
    layers: Layers
    vegetated: Tensor
    passes: Tensor  # how many the step took

    def state(self, name: str) -> Tensor:
        """A state variable after the step."""
        return self.result.values[VARIABLES.index(name)]


@dataclass(frozen=True)
class Output:
    """An output variable: (lane,) or (layer, lane) of a step, its unit and aggregation in time.

    over_time is "sum" for fluxes, "end" for storages and "mean" for the rest.
    """

    of: Callable[[StepView], Tensor]
    unit: str
    over_time: str
    standard_name: str
    description: str
    of_cell: Callable[[Tensor], Tensor] | None = None  # applied to the mean of the cell
    layers: int = 1


def evaporation(view: StepView) -> Tensor:
    """All evaporation of the step [mm]."""
    f = view.result.fluxes
    soil = f.soil_loss_1 + f.soil_loss_2 + f.soil_loss_3
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
    return 1.0 / values.clamp(min=1.0 / c.HUGE_RESISTANCE)


def _precipitation(view: StepView) -> Tensor:
    return view.result.fluxes.rain + view.result.fluxes.snowfall


OUTPUTS: dict[str, Output] = {
    "OUT_PREC": Output(
        _precipitation, "mm", "sum", "precipitation_amount", "incoming precipitation"
    ),
    "OUT_RAINF": Output(_flux("rain"), "mm", "sum", "rainfall_amount", "liquid rainfall amount"),
    "OUT_SNOWF": Output(_flux("snowfall"), "mm", "sum", "snowfall_lwe_amount", "snowfall"),
    "OUT_EVAP": Output(
        evaporation, "mm", "sum", "water_evaporation_flux_net", "total net evaporation"
    ),
    "OUT_EVAP_CANOP": Output(
        _on_plants(_flux("canopy_evaporation")), "mm", "sum",
        "water_evaporation_from_canopy", "net evaporation from canopy interception",
    ),
    "OUT_TRANSP_VEG": Output(
        _flux("transpiration"), "mm", "sum",
        "transpiration_amount", "net transpiration from vegetation",
    ),
    "OUT_EVAP_BARE": Output(
        _flux("soil_evaporation"), "mm", "sum",
        "water_evaporation_from_soil", "net evaporation from bare soil",
    ),
    "OUT_SUB_SNOW": Output(
        _flux("snow_sublimation", 1000.0), "mm", "sum",
        "sublimation_amount_from_snow_pack", "total net sublimation from snow pack",
    ),
    "OUT_SUB_SURFACE": Output(
        _flux("snow_sublimation", -1000.0), "mm", "sum",
        "snow_surface_sublimation", "net sublimation from the surface of the snow pack",
    ),
    "OUT_SUB_BLOWING": Output(
        _flux("snow_sublimation", 0.0), "mm", "sum",
        "blowing_snow_sublimation", "net sublimation of blowing snow",
    ),
    "OUT_SUB_CANOP": Output(
        _on_plants(_flux("canopy_sublimation", 1000.0)), "mm", "sum",
        "sublimation_amount_from_canopy_snow", "net sublimation from snow stored in canopy",
    ),
    "OUT_RUNOFF": Output(
        lambda view: view.result.runoff, "mm", "sum", "runoff_amount", "surface runoff"
    ),
    "OUT_BASEFLOW": Output(
        lambda view: view.result.baseflow, "mm", "sum",
        "baseflow_amount", "baseflow out of the bottom layer",
    ),
    "OUT_SOIL_MOIST": Output(
        lambda view: view.result.values[:3], "mm", "end",
        "soil_moisture", "soil total moisture content", layers=3,
    ),
    "OUT_SWE": Output(
        _stored("snow_water", 1000.0), "mm", "end",
        "lwe_thickness_of_snow", "snow water equivalent in snow pack",
    ),
    "OUT_SNOW_DEPTH": Output(
        _stored("snow_depth", 100.0), "cm", "end", "thickness_of_snow", "depth of snow pack"
    ),
    "OUT_SNOW_COVER": Output(
        _stored("snow_cover"), "1", "end",
        "snow_cover_area_fraction", "fractional area of snow cover",
    ),
    "OUT_SNOW_CANOPY": Output(
        _on_plants(_stored("snow_canopy", 1000.0)), "mm", "end",
        "lwe_thickness_of_canopy_intercepted_snow", "snow interception storage in canopy",
    ),
    "OUT_WDEW": Output(
        _on_plants(_stored("wet_canopy")), "mm", "end",
        "soil_moisture_storage_depth_in_canopy", "total moisture interception storage in canopy",
    ),
    "OUT_PET": Output(
        _flux("potential"), "mm", "sum", "water_potential_evaporation_amount",
        "Potential evapotranspiration (= area-weighted sum of potential transpiration and "
        "potential soil evaporation)",
    ),
    "OUT_SNOW_MELT": Output(_flux("melt"), "mm", "sum", "snow_melt_amount", "snow melt"),
    "OUT_ALBEDO": Output(_mean_of_passes("albedo"), "1", "mean", "surface_albedo",
        "albedo (on single days with snow it differs from VIC's own)",
    ),
    "OUT_INFLOW": Output(
        _flux("water"), "mm", "sum", "soil_column_inflow",
        "moisture that reaches top of soil column (rain and/or snowmelt)",
    ),
    "OUT_SOIL_WET": Output(
        soil_wetness, "1", "end", "soil_moisture_wetness_fraction",
        "vertical average of (soil moisture - wilting point)/(maximum soil moisture - wilting "
        "point)",
    ),
    "OUT_ROOTMOIST": Output(
        root_moisture, "mm", "end", "soil_moisture_in_root_zone", "root zone soil moisture"
    ),
    "OUT_AERO_RESIST": Output(
        _mean_of_passes("conductance"), "s m-1", "mean", "aerodynamic_resistance",
        "scene aerodynamic resistance (of the overstory in tiles with one, else of the surface)",
        _reciprocal,
    ),
    "OUT_WATER_ERROR": Output(
        water_error, "mm", "mean", "water_budget_error", "water budget error"
    ),
    "OUT_LAI": Output(
        lambda view: view.cover.leaf_area * view.cover.fraction, "m2/m2", "mean",
        "leaf_area_index", "leaf area index",
    ),
    "OUT_FCANOPY": Output(
        lambda view: view.cover.fraction, "m2/m2", "mean",
        "canopy_cover_fraction", "canopy cover fraction",
    ),
    "OUT_AIR_TEMP": Output(
        _air("temperature"), "C", "mean", "air_temperature", "air temperature"
    ),
    "OUT_PRESSURE": Output(
        _air("pressure", 1e-3), "kPa", "mean", "surface_atmospheric_pressure",
        "near surface atmospheric pressure",
    ),
    "OUT_VP": Output(
        _air("vapour_pressure", 1e-3), "kPa", "mean", "water_vapor_pressure",
        "near surface vapor pressure",
    ),
    "OUT_VPD": Output(
        _air("deficit", 1e-3), "kPa", "mean", "vapor_pressure_deficit",
        "near surface vapor pressure deficit",
    ),
    "OUT_SWDOWN": Output(
        _air("shortwave"), "W m-2", "mean", "incoming_shortwave_radiation", "incoming shortwave"
    ),
    "OUT_LWDOWN": Output(
        _air("longwave"), "W m-2", "mean", "incoming_longwave_radiation", "incoming longwave"
    ),
    "OUT_WIND": Output(_air("wind"), "m s-1", "mean", "wind_speed", "near surface wind speed"),
    "OUT_DENSITY": Output(
        _air("density"), "kg m-3", "mean", "air_density", "near-surface atmospheric density"
    ),
}  # fmt: skip


def check_outputs(names: tuple[str, ...]) -> None:
    """Refuse unknown output names.

    Raises:
        ValueError: naming the unknown ones and all that exist.
    """
    unknown = [name for name in names if name not in OUTPUTS]
    if unknown:
        raise ValueError(f"unknown outputs {unknown}; known are {', '.join(OUTPUTS)}")
