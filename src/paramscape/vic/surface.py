"""The records that one pass over the land surface reads and returns, lane by lane."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.forcing import Weather
from paramscape.vic.land_constants import Cover, Site
from paramscape.vic.processes import constants as c
from paramscape.vic.processes.aerodynamic import Profile
from paramscape.vic.processes.atmosphere import PhaseRange, emitted_longwave, rain_and_snow
from paramscape.vic.processes.canopy import Uptake
from paramscape.vic.processes.penman_monteith import Evaporative, evaporative
from paramscape.vic.processes.safe_math import over_wind
from paramscape.vic.processes.soil_thermal import Ground, SoilTemperatures
from paramscape.vic.state import LAYERS


class Air(NamedTuple):
    """The air above a lane during a pass; all (lane,), or with leading axes of passes."""

    temperature: Tensor  # of the band [C]
    rain: Tensor  # [mm]
    snowfall: Tensor  # [mm]
    vapour_pressure: Tensor  # [Pa]
    density: Tensor  # [kg m-3]
    pressure: Tensor  # [Pa]
    shortwave: Tensor  # [W m-2]
    longwave: Tensor  # [W m-2]
    emitted: Tensor  # longwave of a surface at air temperature [W m-2]
    wind: Tensor  # [m s-1]
    slope: Tensor  # the rest as in `Evaporative`
    psychrometric: Tensor
    latent: Tensor
    drying: Tensor
    deficit: Tensor

    @property
    def evaporative(self) -> Evaporative:
        """What enters Penman-Monteith."""
        return Evaporative(self.slope, self.psychrometric, self.latent, self.drying, self.deficit)


def air_over(weather: Weather, site: Site, conserve: bool = False) -> Air:
    """Bring the weather of the cells to the bands of the lanes.

    Only temperature and precipitation differ between bands; vapour pressure, density, pressure
    and radiation are those of the cell, as in VIC. For `conserve` see `rain_and_snow`.
    """
    temperature = weather.temperature + site.warmer
    phases = PhaseRange(site.all_snow_below, site.all_rain_above)
    falling = weather.precipitation * site.wetter
    rain, snowfall = rain_and_snow(temperature, falling, phases, conserve)
    drying = evaporative(temperature, site.elevation, weather.deficit)
    return Air(
        temperature=temperature,
        rain=rain,
        snowfall=snowfall,
        vapour_pressure=weather.vapour_pressure,
        density=weather.density,
        pressure=weather.pressure,
        shortwave=weather.shortwave,
        longwave=weather.longwave,
        emitted=emitted_longwave(temperature, c.GROUND_EMISSIVITY),
        wind=weather.wind,
        **drying._asdict(),
    )


class MoistSoil(NamedTuple):
    """What soil moisture at the start of the model step decides for the ground; all (lane,)."""

    upper_conductivity: Tensor  # of layer 1 [W m-1 K-1]
    lower_conductivity: Tensor  # of layer 2 [W m-1 K-1]
    upper_capacity: Tensor  # of layer 1 for heat [J m-3 K-1]
    lower_capacity: Tensor  # of layer 2 for heat [J m-3 K-1]
    evaporation_fraction: Tensor  # of the potential evaporation of the soil
    available: Tensor  # water for soil evaporation [mm]


class Surface(NamedTuple):
    """The state of the surface, see `state.SURFACE`, and the radiation that reaches the ground."""

    wet_canopy: Tensor
    snow_canopy: Tensor
    melt_storage: Tensor
    snow_water: Tensor
    surface_water: Tensor
    pack_water: Tensor
    surface_temperature: Tensor
    pack_temperature: Tensor
    cold_content: Tensor
    snow_density: Tensor
    snow_depth: Tensor
    snow_albedo: Tensor
    snow_age: Tensor
    melting: Tensor
    snow_cover: Tensor
    ground_temperature: Tensor
    base_temperature: Tensor
    longwave_up: Tensor
    foliage_temperature: Tensor
    attenuation: Tensor  # of this model step; not part of the state between steps

    @property
    def soil_temperatures(self) -> SoilTemperatures:
        """Temperatures at the top and the base of soil layer 1."""
        return SoilTemperatures(self.ground_temperature, self.base_temperature)


class Fluxes(NamedTuple):
    """What a pass gives; all (lane,), in mm of the tile unless noted."""

    water: Tensor  # rain, throughfall and melt reaching the soil
    soil_loss: Tensor  # (layer, lane) transpiration and soil evaporation of each layer
    canopy_evaporation: Tensor
    canopy_sublimation: Tensor  # [m]
    snow_sublimation: Tensor  # [m]
    rain: Tensor  # above the canopy
    snowfall: Tensor
    melt: Tensor  # outflow of the pack
    transpiration: Tensor
    soil_evaporation: Tensor
    potential: Tensor  # rate [mm d-1]
    longwave_up: Tensor  # [W m-2]
    albedo: Tensor  # of the snow or ground
    albedo_of_trees: Tensor  # in the snow regime; 0 outside of it, as in VIC
    snowy: Tensor  # 1 in the snow regime
    conductance: Tensor  # reciprocal of the aerodynamic resistance of the surface [m s-1]
    conductance_of_ground: Tensor  # the same below an overstory [m s-1]
    passes: Tensor  # 1; adds up to the number of passes

    @classmethod
    def zeros(cls, like: Tensor) -> "Fluxes":
        """Fluxes of 0 in one pass, on the lanes of `like` (lane,)."""
        zero = torch.zeros_like(like)
        nothing = cls(**dict.fromkeys(cls._fields, zero))
        return nothing._replace(
            soil_loss=zero.expand(len(LAYERS), -1), passes=torch.ones_like(like)
        )


class PassResult(NamedTuple):
    """The surface after a pass, and what the pass gave."""

    surface: Surface
    fluxes: Fluxes


LAST_PASS_ONLY = ("transpiration", "soil_evaporation", "snowy")


class StepStart(NamedTuple):
    """What a pass in the snow regime reads of the start of its model step; all (lane,)."""

    ground_temperature: Tensor  # [C]
    thawing: Tensor  # 1 in the season of melt, see `ground_snow.thawing_season`


class Setting(NamedTuple):
    """All that a pass reads besides the state and the air; fixed during a model step."""

    site: Site
    cover: Cover
    soil: MoistSoil
    uptake: Uptake
    winds: Profile  # resistances and wind speeds at the wind of the model step

    @property
    def ground(self) -> Ground:
        """What the ground heat flux depends on."""
        return Ground(
            depth=self.site.depth,
            damping_depth=self.site.damping_depth,
            decay=self.site.decay,
            growth=self.site.growth,
            deep_temperature=self.site.deep_temperature,
            upper_conductivity=self.soil.upper_conductivity,
            lower_conductivity=self.soil.lower_conductivity,
            upper_capacity=self.soil.upper_capacity,
            lower_capacity=self.soil.lower_capacity,
        )


class Pass(NamedTuple):
    """A pass that is over: the states around it, and what drove it."""

    before: Surface
    after: Surface
    air: Air
    setting: Setting
    seconds: float  # length of the pass


def per_canopy(surface: Surface, cover: Cover) -> Surface:
    """Turn the canopy's stores from means of the tile to amounts per unit of canopy."""
    fraction = torch.where(cover.fraction > 0, cover.fraction, 1.0)
    return surface._replace(
        wet_canopy=surface.wet_canopy / fraction, snow_canopy=surface.snow_canopy / fraction
    )


def winds_of(cover: Cover, wind: Tensor) -> Profile:
    """Resistances and wind speeds at the wind of the model step [m s-1]."""
    still = c.HUGE_RESISTANCE
    return Profile(
        over_wind(cover.resistance_ground, wind, still),
        over_wind(cover.resistance_canopy, wind, still),
        over_wind(cover.resistance_snow, wind, still),
        cover.wind_ground * wind,
        cover.wind_canopy * wind,
        cover.wind_snow * wind,
    )


def soil_resistance(setting: Setting, over_surface: Tensor) -> Tensor:
    """Resistance [s m-1] of the ground: below the canopy and of exposed soil, in parallel.

    The wind over exposed soil is that 2 m above the ground of the vegetation, as in VIC.
    """
    fraction = setting.cover.fraction
    exposed = over_wind(setting.cover.resistance_bare, setting.winds.wind_ground, c.HUGE_RESISTANCE)
    both = 1.0 / (fraction * (1.0 / over_surface) + (1.0 - fraction) * (1.0 / exposed))
    return torch.where(fraction < 1, both, over_surface)


class Resistances(NamedTuple):
    """Aerodynamic resistances [s m-1] of a pass; both (lane,)."""

    canopy: Tensor
    ground: Tensor  # of the surface below the canopy


def with_conductances(fluxes: Fluxes, setting: Setting, over: Resistances) -> Fluxes:
    """Add the aerodynamic conductances of the surface seen from above, and of the ground."""
    ground = 1.0 / soil_resistance(setting, over.ground)
    seen = torch.where(setting.site.overstory > 0, 1.0 / over.canopy, ground)
    return fluxes._replace(conductance=seen, conductance_of_ground=ground)
