"""Potential evaporation as VIC reports it."""

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.penman_monteith import canopy_resistance, penman_monteith
from paramscape.vic.snow_free import leaf_of
from paramscape.vic.surface import Air, Setting, soil_resistance


def potential_evaporation(
    air: Air, setting: Setting, net_longwave: Tensor, resistances: tuple[Tensor, Tensor]
) -> Tensor:
    """Rate [mm d-1] of unstressed transpiration and soil evaporation, by canopy fraction.

    The albedo is that of the class, also over snow and for the bare tile.

    Args:
        air: of the pass.
        setting: of the model step.
        net_longwave: (lane,) [W m-2].
        resistances: of the canopy and of the surface under the soil's evaporation [s m-1].
    """
    canopy_air, surface_air = resistances
    shortwave = (1.0 - setting.cover.class_albedo) * air.shortwave
    radiation = shortwave + net_longwave
    resistance = canopy_resistance(leaf_of(setting), shortwave, air.temperature, air.deficit, 1.0)
    transpiration = penman_monteith(
        air.evaporative,
        radiation,
        canopy_air,
        resistance,
        setting.site.architectural,
    )
    soil = penman_monteith(
        air.evaporative,
        radiation,
        soil_resistance(setting, surface_air),
        0.0,
        c.SOIL_ARCHITECTURAL_RESISTANCE,
    )
    fraction = setting.cover.fraction
    return fraction * transpiration + (1.0 - fraction) * soil


def snow_free_potential(air: Air, setting: Setting) -> Tensor:
    """Potential evaporation rate [mm d-1] of lanes without snow."""
    winds = setting.winds
    canopy = torch.where(
        setting.site.overstory > 0, winds.resistance_canopy, winds.resistance_ground
    )
    return potential_evaporation(
        air, setting, air.longwave - air.emitted, (canopy, winds.resistance_ground)
    )
