"""Water on the canopy, and transpiration by soil layer (Liang et al. 1994)."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic import constants as c
from paramscape.vic.ops import power, ratio


class CanopyBalance(NamedTuple):
    """The canopy after a step; all per unit of canopy area."""

    store: Tensor  # [mm]
    evaporation: Tensor  # [mm]
    throughfall: Tensor  # [mm]
    dry_fraction: Tensor  # of the canopy and the step


def canopy_balance(
    store: Tensor, rain: Tensor, capacity: Tensor, potential: Tensor, seconds: float
) -> CanopyBalance:
    """Evaporate, fill and spill the canopy store (Deardorff 1978, 2/3 power).

    In a step of a whole day the rain of the step can evaporate with the store; in a shorter one
    only the store can. Negative potential evaporation (dew) fills the store.

    Args:
        store: water on the canopy [mm].
        rain: [mm].
        capacity: of the canopy [mm]; 0 where there are no leaves.
        potential: evaporation of a wet canopy [mm d-1].
        seconds: length of the step.
    """
    spilled = (store - capacity).clamp(min=0)
    store = torch.minimum(store, capacity)
    wet = power(ratio(store, capacity), 2.0 / 3.0)
    demand = wet * potential * seconds / c.SECONDS_PER_DAY
    supply = store + rain * (seconds == c.SECONDS_PER_DAY)
    positive = demand > 0
    share = torch.where(positive, supply / torch.where(positive, demand, 1.0), 1.0).clamp(max=1.0)
    evaporation = share * demand
    dry = torch.where(capacity > 0, 1.0 - share * wet, 0.0)
    filled = (store + (rain - evaporation)).clamp(min=0)
    excess = (filled - capacity).clamp(min=0)
    return CanopyBalance(torch.minimum(filled, capacity), evaporation, spilled + excess, dry)


class Uptake(NamedTuple):
    """How soil moisture shares out transpiration; both (layer, column)."""

    share: Tensor  # of the potential transpiration of `factor`
    factor: Tensor  # soil moisture factor of the canopy resistance, above 0


class RootedSoil(NamedTuple):
    """Moisture limits and roots of the layers; all (layer, column)."""

    critical: Tensor  # [mm]
    wilting: Tensor  # [mm]
    root: Tensor  # fraction of roots


def water_uptake(soil: RootedSoil, moisture: Tensor) -> Uptake:
    """Distribute transpiration over the layers, by VIC's two cases.

    Where water is plentiful for the majority of the roots, transpiration is unstressed and wet
    layers take over what dry ones cannot give (in VIC's program, what the last dry one cannot).
    Elsewhere each layer has its own stress. Depends on `moisture` (layer, column) [mm] alone.
    """
    rooted = soil.root > 0
    available = torch.cat([torch.where(rooted[:-1], moisture[:-1], 0.0), moisture[-1:]])
    wet = available >= soil.critical
    span = (soil.critical - soil.wilting).clamp(min=1e-10)
    stress = ((available - soil.wilting) / span).clamp(min=0)
    factor = torch.where(wet, 1.0, stress)
    plentiful = _plentiful(soil, moisture, rooted)
    shared = _shares_when_plentiful(soil.root, factor, wet)
    drawn = factor > 0
    share = torch.where(plentiful, shared, torch.where(drawn, soil.root, 0.0))
    return Uptake(share, torch.where(plentiful | ~drawn, 1.0, factor))


def _plentiful(soil: RootedSoil, moisture: Tensor, rooted: Tensor) -> Tensor:
    """Whether upper or lower layers with the majority of the roots are above critical moisture."""
    upper = torch.where(rooted[:-1], moisture[:-1], 0.0).sum(0)
    critical = torch.where(rooted[:-1], soil.critical[:-1], 0.0).sum(0)
    upper_wet = upper >= critical
    lower_wet = moisture[-1] >= soil.critical[-1]
    both = upper_wet & lower_wet & (critical > 0)
    lower_root = soil.root[-1]
    return both | (upper_wet & (1.0 - lower_root >= 0.5)) | (lower_wet & (lower_root >= 0.5))


def _shares_when_plentiful(root: Tensor, factor: Tensor, wet: Tensor) -> Tensor:
    """Layer shares (layer, column) with the compensation by wet layers."""
    missing = root * (1.0 - factor)
    spare = torch.zeros_like(root[0])
    remaining = torch.ones_like(root[0])
    for layer in range(root.shape[0]):
        dry = ~wet[layer]
        spare = torch.where(dry, missing[layer], spare)
        remaining = torch.where(dry, remaining - root[layer], remaining)
    taken_over = ratio(spare, remaining.clamp(min=0))
    return root * factor + torch.where(wet, root * taken_over, 0.0)
