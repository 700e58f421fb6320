"""What the parts of a pass in the snow regime give each other."""

from typing import NamedTuple

from torch import Tensor

from paramscape.vic.surface import Surface


class Below(NamedTuple):
    """What reaches the ground below the vegetation; all (lane,)."""

    rain: Tensor  # [mm], mean of the tile
    snow: Tensor  # [mm], mean of the tile
    shortwave: Tensor  # [W m-2]
    longwave: Tensor  # [W m-2]
    canopy_evaporation: Tensor  # [mm], mean of the tile
    canopy_sublimation: Tensor  # [m], mean of the tile
    canopy_longwave: Tensor  # net longwave of the canopy, mean of the tile [W m-2]
    canopy_resistance: Tensor  # last used by the canopy's energy balance [s m-1]
    canopy_albedo: Tensor
    canopy_latent: Tensor  # heat of vaporization of the canopy, mean of the tile [W m-2]
    canopy_latent_of_ice: Tensor  # heat of sublimation of the canopy, mean of the tile [W m-2]


class GroundSnow(NamedTuple):
    """The ground after a pass."""

    surface: Surface
    water: Tensor  # rain or outflow reaching the soil [mm]
    melt: Tensor  # outflow of the pack as reported [mm]
    sublimation: Tensor  # [m]
    net_longwave: Tensor  # of the ground [W m-2]
    covered: Tensor  # bool: a pack with its own surface remains
    lying: Tensor  # bool: there was a pack, or snow fell on the ground
    thin: Tensor  # bool: a pack remains, too thin for its own surface temperature
    latent: Tensor  # heat of vaporization [W m-2]
    latent_of_ice: Tensor  # heat of sublimation [W m-2]
    sensible: Tensor  # [W m-2]
