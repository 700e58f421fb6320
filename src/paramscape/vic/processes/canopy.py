"""Water on the canopy, and transpiration by soil layer (Liang et al. 1994)."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.safe_math import power, ratio


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
    """How soil moisture shares out transpiration; (layer, lane) unless noted."""

    share: Tensor  # roots that draw water
    factor: Tensor  # soil moisture factor of the canopy resistance, above 0
    given: Tensor  # what of its share of the transpiration with `factor` a layer gives
    taking: Tensor  # roots that take over what the last dry layer does not give
    lacking_root: Tensor  # (lane,) roots of that layer
    lacking: Tensor  # (lane,) what it does not give of their share
    taking_root: Tensor  # (lane,) roots outside of dry layers
    room: Tensor  # water above the wilting point [mm], negative below it


class RootedSoil(NamedTuple):
    """Moisture limits and roots of the layers; all (layer, lane)."""

    critical: Tensor  # [mm]
    wilting: Tensor  # [mm]
    root: Tensor  # fraction of roots


def water_uptake(soil: RootedSoil, moisture: Tensor) -> Uptake:
    """Distribute transpiration over the layers, by VIC's two cases.

    Where water is plentiful for the majority of the roots, transpiration is unstressed and wet
    layers take over what dry ones cannot give (in VIC's program, what the last dry one cannot).
    Elsewhere each layer has its own stress. Depends on `moisture` (layer, lane) [mm] alone.
    """
    rooted = soil.root > 0
    available = torch.cat([torch.where(rooted[:-1], moisture[:-1], 0.0), moisture[-1:]])
    wet = available >= soil.critical
    span = (soil.critical - soil.wilting).clamp(min=1e-10)
    stress = ((available - soil.wilting) / span).clamp(min=0)
    factor = torch.where(wet, 1.0, stress)
    plentiful = _plentiful(soil, moisture, rooted)
    drawn = factor > 0
    lacking_root, lacking, remaining = torch.zeros_like(factor[:3])
    remaining = remaining + 1.0
    for layer in range(factor.shape[0]):
        dry = plentiful & ~wet[layer]
        lacking_root = torch.where(dry, soil.root[layer], lacking_root)
        lacking = torch.where(dry, 1.0 - factor[layer], lacking)
        remaining = torch.where(dry, remaining - soil.root[layer], remaining)
    return Uptake(
        share=torch.where(plentiful | drawn, soil.root, 0.0),
        factor=torch.where(plentiful | ~drawn, 1.0, factor),
        given=torch.where(plentiful, factor, 1.0),
        taking=torch.where(plentiful & wet, soil.root, 0.0),
        lacking_root=lacking_root,
        lacking=lacking,
        taking_root=remaining.clamp(min=0),
        room=moisture - soil.wilting,
    )


def _plentiful(soil: RootedSoil, moisture: Tensor, rooted: Tensor) -> Tensor:
    """Whether upper or lower layers with the majority of the roots are above critical moisture."""
    upper = torch.where(rooted[:-1], moisture[:-1], 0.0).sum(0)
    critical = torch.where(rooted[:-1], soil.critical[:-1], 0.0).sum(0)
    upper_wet = upper >= critical
    lower_wet = moisture[-1] >= soil.critical[-1]
    both = upper_wet & lower_wet & (critical > 0)
    lower_root = soil.root[-1]
    return both | (upper_wet & (1.0 - lower_root >= 0.5)) | (lower_wet & (lower_root >= 0.5))


def shared_out(uptake: Uptake, transpired: Tensor) -> Tensor:
    """Transpiration [mm] of each layer, of the potential one (layer, lane) at its `factor`.

    Args:
        uptake: from `water_uptake`.
        transpired: of a canopy whose roots are all in soil like the layer's [mm].
    """
    own = transpired * uptake.given * uptake.share
    spare = transpired * uptake.lacking_root * uptake.lacking
    return own + ratio(uptake.taking * spare, uptake.taking_root.expand_as(spare))
