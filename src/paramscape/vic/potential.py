"""Potential evaporation as VIC reports it."""

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.penman_monteith import canopy_resistance, penman_monteith
from paramscape.vic.snow_free import leaf_of
from paramscape.vic.surface import Air, Resistances, Setting, soil_resistance


def potential_evaporation(
    air: Air, setting: Setting, net_longwave: Tensor, over: Resistances
) -> Tensor:
    """Unstressed transpiration and soil evaporation, weighted by the canopy fraction.

    The albedo is that of the class, also over snow and for the bare tile.

    Args:
        air: of the pass.
        setting: of the model step.
        net_longwave: (lane,) [W m-2].
        over: resistances of the canopy and of the surface from which the soil evaporates.

    Returns:
        (lane,) [mm d-1].
    """
    shortwave = (1.0 - setting.cover.class_albedo) * air.shortwave
    radiation = shortwave + net_longwave
    resistance = canopy_resistance(leaf_of(setting), shortwave, air.temperature, air.deficit, 1.0)
    transpiration = penman_monteith(
        air.evaporative,
        radiation,
        over.canopy,
        resistance,
        setting.site.architectural,
    )
    soil = penman_monteith(
        air.evaporative,
        radiation,
        soil_resistance(setting, over.ground),
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
    over = Resistances(canopy, winds.resistance_ground)
    return potential_evaporation(air, setting, air.longwave - air.emitted, over)
