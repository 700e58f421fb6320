"""Energy fluxes of a pass, for outputs only: no water depends on them in this mode.

With the air's temperature as the ground's there is no sensible heat from the ground without snow.
Fluxes of heat count towards the surface, as in VIC's program; its outputs turn them round.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.safe_math import ratio
from paramscape.vic.processes.soil_thermal import SoilTemperatures, ground_heat_flux, heat_released
from paramscape.vic.snow.records import Below, GroundSnow
from paramscape.vic.surface import Fluxes, Pass

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


def with_energy_of_ground(fluxes: Fluxes, done: Pass) -> EnergyFluxes:
    """Add the energy of a pass without snow."""
    air, seconds = done.air, done.seconds
    zero = torch.zeros_like(air.temperature)
    water = fluxes.canopy_evaporation + fluxes.transpiration + fluxes.soil_evaporation
    latent = -air.latent * water / seconds
    heat = _soil_heat(done)
    return EnergyFluxes(
        *fluxes,
        net_shortwave=air.shortwave * (1.0 - done.setting.cover.albedo),
        net_longwave=air.longwave - done.after.longwave_up,
        longwave_above=zero,
        longwave_below=air.longwave,
        latent=latent,
        latent_of_ice=zero,
        sensible=zero,
        ground_latent=latent,
        ground_latent_of_ice=zero,
        ground_sensible=zero,
        from_ground=done.before.attenuation * heat.conducted,
        released=heat.released,
        through_snow=zero,
        skin_temperature=air.temperature,
    )


def with_energy_of_snow(fluxes: Fluxes, done: Pass, below: Below, snow: GroundSnow) -> EnergyFluxes:
    """Add the energy of a pass in the snow regime.

    Args:
        fluxes: of the pass.
        done: the pass; its air is that above the vegetation.
        below: what reaches the ground.
        snow: on the ground.
    """
    before, after, air = done.before, done.after, done.air
    overstory = done.setting.site.overstory > 0
    net_below = below.longwave - after.longwave_up
    share = torch.where(snow.covered | snow.thin, 1.0, after.attenuation)
    heat = _soil_heat(done)
    pack = torch.where(snow.covered, after.surface_temperature, air.temperature)
    trees = overstory & (done.setting.site.vegetated > 0)
    return EnergyFluxes(
        *fluxes,
        net_shortwave=_sunlight_on_trees(done, below.canopy_albedo)
        + (1.0 - fluxes.albedo) * below.shortwave,
        net_longwave=torch.where(overstory, below.canopy_longwave, net_below),
        longwave_above=torch.where(trees, air.longwave, 0.0),
        longwave_below=below.longwave,
        latent=snow.latent + below.canopy_latent,
        latent_of_ice=snow.latent_of_ice + below.canopy_latent_of_ice,
        sensible=torch.where(overstory, 0.0, snow.sensible),
        ground_latent=snow.latent,
        ground_latent_of_ice=snow.latent_of_ice,
        ground_sensible=snow.sensible,
        from_ground=share * heat.conducted,
        released=heat.released,
        through_snow=torch.where(snow.covered, _through_snow(done), 0.0),
        skin_temperature=torch.where(snow.thin, before.surface_temperature, pack),
    )


def _sunlight_on_trees(done: Pass, albedo: Tensor) -> Tensor:
    """Shortwave radiation that an overstory absorbs, mean of the tile [W m-2]."""
    site, fraction = done.setting.site, done.setting.cover.fraction
    trees = (site.overstory > 0) & (site.vegetated > 0)
    absorbed = (1.0 - albedo) * ((1.0 - done.after.attenuation) * done.air.shortwave)
    return torch.where(trees & (fraction > 0), absorbed, 0.0)


def _through_snow(done: Pass) -> Tensor:
    """Heat flux through a pack [W m-2], over its mean depth in the pass."""
    before, after = done.before, done.after
    conductivity = c.SNOW_CONDUCTIVITY * after.snow_density * after.snow_density
    depth = (before.snow_depth + after.snow_depth) / 2.0
    return ratio(conductivity, depth) * (after.surface_temperature - done.air.temperature)


class SoilHeat(NamedTuple):
    """Heat of the soil during a pass; both (lane,)."""

    conducted: Tensor  # to the surface [W m-2]
    released: Tensor  # by layer 1 [W m-2]


def _soil_heat(done: Pass) -> SoilHeat:
    """Heat of a soil whose surface has the temperature of the air."""
    ground, surface, base = done.setting.ground, done.air.temperature, done.after.base_temperature
    before, after = done.before.soil_temperatures, SoilTemperatures(surface, base)
    released = heat_released(ground, before, after, done.seconds)
    return SoilHeat(ground_heat_flux(ground, surface, base), released)
