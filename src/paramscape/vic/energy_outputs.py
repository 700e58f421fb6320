"""VIC's output variables of energy that it writes in water-balance mode too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c

if TYPE_CHECKING:
    from paramscape.vic.outputs import StepView


def _mean(name: str, sign: float = 1.0) -> Callable[[StepView], Tensor]:
    return lambda view: sign * getattr(view.result.fluxes, name) / view.passes


def _net_radiation(view: StepView) -> Tensor:
    return _mean("net_shortwave")(view) + _mean("net_longwave")(view)


def _snowy_trees(view: StepView) -> Tensor:
    """Whether there is an overstory, and snow was there or fell in the last pass."""
    return (view.site.overstory > 0) & (view.result.fluxes.snowy > 0)


def _incoming_longwave(view: StepView) -> Tensor:
    """That of the trees in the snow regime, else that of the ground."""
    above, below = _mean("longwave_above")(view), _mean("longwave_below")(view)
    return torch.where(_snowy_trees(view), above, below)


def _skin(view: StepView) -> Tensor:
    return view.result.fluxes.skin_temperature


def _radiating(view: StepView) -> Tensor:
    """Temperature that the sky sees [C]."""
    return torch.where(_snowy_trees(view), view.state("foliage_temperature"), _skin(view))


def _radiated(view: StepView) -> Tensor:
    """Fourth power of the radiating temperature [K4]."""
    kelvin = _radiating(view) + c.FREEZING_POINT
    return kelvin * kelvin * kelvin * kelvin


def _of_bare_soil(view: StepView) -> Tensor:
    """Temperature of the bare tile, and its share, for a mean over such lanes."""
    bare = 1.0 - view.vegetated
    return torch.stack([_radiating(view) * bare, bare])


def _of_vegetation(view: StepView) -> Tensor:
    """Temperature of the foliage or the skin, and 1, both of vegetated lanes only."""
    trees = view.site.overstory > 0
    leaves = torch.where(trees, view.state("foliage_temperature"), _radiating(view))
    return torch.stack([leaves * view.vegetated, view.vegetated])


def _snow_flux(view: StepView) -> Tensor:
    """Heat flux through the snow; 0 where the last pass had none."""
    return torch.where(view.result.fluxes.snowy > 0, _mean("through_snow")(view), 0.0)


ENERGY: dict[str, Callable[[StepView], Tensor]] = {
    "OUT_BARESOILT": _of_bare_soil,
    "OUT_DELTAH": _mean("released", -1.0),
    "OUT_GRND_FLUX": _mean("from_ground", -1.0),
    "OUT_IN_LONG": _incoming_longwave,
    "OUT_LATENT": _mean("latent", -1.0),
    "OUT_LATENT_SUB": _mean("latent_of_ice", -1.0),
    "OUT_LWNET": _mean("net_longwave"),
    "OUT_RAD_TEMP": _radiated,
    "OUT_R_NET": _net_radiation,
    "OUT_SENSIBLE": _mean("sensible", -1.0),
    "OUT_SNOW_FLUX": _snow_flux,
    "OUT_SURF_TEMP": _skin,
    "OUT_SWNET": _mean("net_shortwave"),
    "OUT_VEGT": _of_vegetation,
}
ENERGY_OF_BANDS: dict[str, Callable[[StepView], Tensor]] = {
    "OUT_GRND_FLUX_BAND": _mean("from_ground", -1.0),
    "OUT_LATENT_BAND": _mean("ground_latent", -1.0),
    "OUT_LATENT_SUB_BAND": _mean("ground_latent_of_ice"),
    "OUT_LWNET_BAND": _mean("net_longwave"),
    "OUT_SENSIBLE_BAND": _mean("ground_sensible", -1.0),
    "OUT_SNOW_FLUX_BAND": _snow_flux,
    "OUT_SWNET_BAND": _mean("net_shortwave"),
}
ENERGY_OF_CELL: dict[str, Callable[[Tensor], Tensor]] = {
    "OUT_RAD_TEMP": lambda rows: rows**0.25,
}
