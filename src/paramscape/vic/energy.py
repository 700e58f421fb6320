"""Energy fluxes of a pass, for outputs only: no water depends on them in this mode.

With the air's temperature as the ground's there is no sensible heat from the ground without snow.
Fluxes of heat count towards the surface, as in VIC's program; its outputs turn them round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.safe_math import ratio
from paramscape.vic.processes.soil_thermal import ground_heat_flux, heat_released
from paramscape.vic.surface import Air, Fluxes, Setting, Surface

if TYPE_CHECKING:
    from paramscape.vic.snow.ground_snow import GroundSnow
    from paramscape.vic.snow.regime import Below

_FIELDS = (
    "net_shortwave",  # of tile and canopy [W m-2]
    "net_longwave",  # of the canopy where it holds snow over the ground, else of the ground [W m-2]
    "longwave_above",  # that reaches a canopy in the snow regime [W m-2]
    "longwave_below",  # that reaches the ground [W m-2]
    "latent",  # heat of vaporization, canopy and ground [W m-2]
    "latent_of_ice",  # heat of sublimation, canopy and ground [W m-2]
    "sensible",  # of the ground; under trees it stays in their air [W m-2]
    "ground_latent",  # heat of vaporization of the ground alone [W m-2]
    "ground_latent_of_ice",
    "ground_sensible",
    "from_ground",  # heat flux through the soil [W m-2]
    "released",  # heat that layer 1 releases [W m-2]
    "through_snow",  # heat flux through the pack [W m-2]
    "skin_temperature",  # of the snow or the ground [C]
)
LAST_PASS = ("skin_temperature",)
EnergyFluxes = NamedTuple("EnergyFluxes", [(name, Tensor) for name in (*Fluxes._fields, *_FIELDS)])
"""`Fluxes`, and the energy fluxes that are wanted besides; all (lane,)."""


def with_energy_of_ground(
    fluxes: Fluxes, states: tuple[Surface, Surface], air: Air, setting: Setting, seconds: float
) -> EnergyFluxes:
    """Add the energy of a pass without snow; `states` are those before and after it."""
    before, after = states
    zero = torch.zeros_like(air.temperature)
    water = fluxes.canopy_evaporation + fluxes.transpiration + fluxes.soil_evaporation
    latent = -air.latent * water / seconds
    from_ground, released = _soil_heat(states, air, setting, seconds)
    return EnergyFluxes(
        *fluxes,
        net_shortwave=air.shortwave * (1.0 - setting.cover.albedo),
        net_longwave=air.longwave - after.longwave_up,
        longwave_above=zero,
        longwave_below=air.longwave,
        latent=latent,
        latent_of_ice=zero,
        sensible=zero,
        ground_latent=latent,
        ground_latent_of_ice=zero,
        ground_sensible=zero,
        from_ground=before.attenuation * from_ground,
        released=released,
        through_snow=zero,
        skin_temperature=air.temperature,
    )


def with_energy_of_snow(
    fluxes: Fluxes,
    states: tuple[Surface, Surface],
    air: Air,
    setting: Setting,
    ground: tuple[Below, GroundSnow],
    seconds: float,
) -> EnergyFluxes:
    """Add the energy of a pass in the snow regime.

    Args:
        fluxes: of the pass.
        states: before and after the pass.
        air: above the vegetation.
        setting: of the model step.
        ground: what reaches the ground, and the snow there.
        seconds: length of the pass.
    """
    before, after = states
    below, snow = ground
    overstory = setting.site.overstory > 0
    net_below = below.longwave - after.longwave_up
    covers = snow.covered | snow.thin
    share = torch.where(covers, 1.0, after.attenuation)
    from_ground, released = _soil_heat(states, air, setting, seconds)
    pack = torch.where(snow.covered, after.surface_temperature, air.temperature)
    return EnergyFluxes(
        *fluxes,
        net_shortwave=_sunlight_on_trees(after, air, setting, below.canopy_albedo)
        + (1.0 - fluxes.albedo) * below.shortwave,
        net_longwave=torch.where(overstory, below.canopy_longwave, net_below),
        longwave_above=torch.where(overstory & (setting.site.vegetated > 0), air.longwave, 0.0),
        longwave_below=below.longwave,
        latent=snow.latent + below.canopy_latent,
        latent_of_ice=snow.latent_of_ice + below.canopy_latent_of_ice,
        sensible=torch.where(overstory, 0.0, snow.sensible),
        ground_latent=snow.latent,
        ground_latent_of_ice=snow.latent_of_ice,
        ground_sensible=snow.sensible,
        from_ground=share * from_ground,
        released=released,
        through_snow=torch.where(snow.covered, _through_snow(states, air), 0.0),
        skin_temperature=torch.where(snow.thin, before.surface_temperature, pack),
    )


def _sunlight_on_trees(after: Surface, air: Air, setting: Setting, albedo: Tensor) -> Tensor:
    """Shortwave radiation that an overstory absorbs, mean of the tile [W m-2]."""
    trees = (setting.site.overstory > 0) & (setting.site.vegetated > 0)
    absorbed = (1.0 - albedo) * ((1.0 - after.attenuation) * air.shortwave)
    return torch.where(trees & (setting.cover.fraction > 0), absorbed, 0.0)


def _through_snow(states: tuple[Surface, Surface], air: Air) -> Tensor:
    """Heat flux through a pack [W m-2], over its mean depth in the pass."""
    before, after = states
    conductivity = c.SNOW_CONDUCTIVITY * after.snow_density * after.snow_density
    depth = (before.snow_depth + after.snow_depth) / 2.0
    return ratio(conductivity, depth) * (after.surface_temperature - air.temperature)


def _soil_heat(
    states: tuple[Surface, Surface], air: Air, setting: Setting, seconds: float
) -> tuple[Tensor, Tensor]:
    """Heat flux through the soil and heat that its first layer releases [W m-2]."""
    before, after = states
    base = after.base_temperature
    old = (before.ground_temperature, before.base_temperature)
    released = heat_released(setting.ground, old, (air.temperature, base), seconds)
    return ground_heat_flux(setting.ground, air.temperature, base), released
