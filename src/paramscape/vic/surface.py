"""The records that one pass over the land surface reads and returns, lane by lane."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.forcing import Weather
from paramscape.vic.land_constants import Cover, Site
from paramscape.vic.processes import constants as c
from paramscape.vic.processes.aerodynamic import Profile
from paramscape.vic.processes.atmosphere import emitted_longwave, rain_and_snow
from paramscape.vic.processes.penman_monteith import Evaporative, evaporative
from paramscape.vic.processes.safe_math import over_wind
from paramscape.vic.processes.soil_thermal import Ground


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
    rain, snowfall = rain_and_snow(temperature, weather.precipitation * site.wetter, conserve)
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


class Moist(NamedTuple):
    """What depends on soil moisture at the start of the model step; all (lane,)."""

    conductivity_1: Tensor  # [W m-1 K-1]
    conductivity_2: Tensor
    capacity_1: Tensor  # of heat [J m-3 K-1]
    capacity_2: Tensor
    evaporation_fraction: Tensor
    available: Tensor  # water for soil evaporation [mm]
    share_1: Tensor  # see `canopy.Uptake`
    share_2: Tensor
    share_3: Tensor
    factor_1: Tensor
    factor_2: Tensor
    factor_3: Tensor
    given_1: Tensor
    given_2: Tensor
    given_3: Tensor
    taking_1: Tensor
    taking_2: Tensor
    taking_3: Tensor
    room_1: Tensor  # water above wilting point [mm]
    room_2: Tensor
    room_3: Tensor
    lacking_root: Tensor
    lacking: Tensor
    taking_root: Tensor


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


class Fluxes(NamedTuple):
    """What a pass gives; all (lane,), in mm of the tile unless noted."""

    water: Tensor  # rain, throughfall and melt reaching the soil
    soil_loss_1: Tensor  # transpiration and soil evaporation of each layer
    soil_loss_2: Tensor
    soil_loss_3: Tensor
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


LAST_PASS_ONLY = ("transpiration", "soil_evaporation", "snowy")


class Setting(NamedTuple):
    """All that a pass reads besides the state and the air."""

    site: Site
    cover: Cover
    moist: Moist
    winds: Profile  # resistances and wind speeds at the wind of the model step

    def lanes(self, index: Tensor) -> "Setting":
        """Some of the lanes."""
        return Setting(*(pick(record, index) for record in self))

    @property
    def ground(self) -> Ground:
        """What the ground heat flux depends on."""
        return Ground(
            depth=self.site.depth,
            damping_depth=self.site.damping_depth,
            decay=self.site.decay,
            growth=self.site.growth,
            deep_temperature=self.site.deep_temperature,
            conductivity_1=self.moist.conductivity_1,
            conductivity_2=self.moist.conductivity_2,
            capacity_1=self.moist.capacity_1,
            capacity_2=self.moist.capacity_2,
        )


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


def conductances(setting: Setting, resistances: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Aerodynamic conductance [m s-1] of the surface seen from above, and of the ground.

    `resistances` are those of the canopy and of the surface below it [s m-1].
    """
    ground = 1.0 / soil_resistance(setting, resistances[1])
    return torch.where(setting.site.overstory > 0, 1.0 / resistances[0], ground), ground


def pick(record, index: Tensor):
    """Some of the lanes of a record of (lane,) tensors."""
    return type(record)(*torch.stack(tuple(record))[:, index].unbind(0))


def join(parts, lanes: int):
    """Put records of some lanes together; `parts` are (index, record) that cover all lanes."""
    kind = type(parts[0][1])
    rows = torch.stack(tuple(parts[0][1]))
    whole = rows.new_zeros(rows.shape[0], lanes)
    for index, record in parts:
        whole = whole.index_copy(1, index, torch.stack(tuple(record)))
    return kind(*whole.unbind(0))
