"""Infiltration, drainage and baseflow (Liang et al. 1994, 1996; Francini and Pacciani 1991)."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes.safe_math import power, ratio, to_the_last_digit


class RunoffSoil(NamedTuple):
    """Soil parameters of runoff; (lane,) or (layer, lane)."""

    infilt: Tensor
    capacity: Tensor  # of each layer [mm]
    residual: Tensor  # moisture of each layer [mm]
    upper_capacity: Tensor  # of all layers but the last together [mm]
    drain_scale: Tensor  # (layer - 1, lane) m K / (W - residual) of a runoff step
    drain_power: Tensor  # (layer - 1, lane) m = expt - 1
    drain_term: Tensor  # (layer - 1, lane) m K / (W - residual)^expt; 0 in single precision
    linear: Tensor  # baseflow of a full layer by its linear part [mm per runoff step]
    nonlinear: Tensor  # what the power law adds to it when full [mm per runoff step]
    threshold: Tensor  # Ws
    exponent: Tensor  # c


class RunoffResult(NamedTuple):
    """What leaves and stays after a model step."""

    moisture: Tensor  # (layer, lane) [mm]
    runoff: Tensor  # (lane,) [mm]
    baseflow: Tensor  # (lane,) [mm]
    evaporation: Tensor  # (layer, lane) [mm], the last layer's lowered where it ran dry


def surface_runoff(soil: RunoffSoil, moisture: Tensor, water: Tensor) -> Tensor:
    """Water [mm] that the variable infiltration capacity curve does not take in.

    p - M + w + M (1 - (i_0 + p) / i_m)^(1 + b) (Wood et al. 1992) for all layers but the last.

    Args:
        soil: parameters.
        moisture: (layer, lane) before the step [mm].
        water: (lane,) rain and melt reaching the ground in the step [mm].
    """
    limit = soil.upper_capacity
    stored = torch.minimum(moisture[:-1].sum(0), limit)
    shape = 1.0 + soil.infilt
    largest = shape * limit
    start = largest * (1.0 - _unsaturated(soil, stored / limit))
    rest = power(1.0 - (start + water) / largest, shape)
    excess = (water - limit + stored + limit * rest).clamp(min=0)
    return torch.where(water > 0, excess, 0.0)


def _unsaturated(soil: RunoffSoil, wetness: Tensor) -> Tensor:
    """Share of the infiltration capacity still free; VIC goes by way of the saturated area."""
    shape = 1.0 + soil.infilt
    if not to_the_last_digit(wetness):
        return power(1.0 - wetness, 1.0 / shape)
    saturated = 1.0 - power(1.0 - wetness, soil.infilt / shape)
    return power(1.0 - saturated, 1.0 / soil.infilt)


def drainage(drainable: Tensor, pore: Tensor, scale: Tensor, exponent: Tensor) -> Tensor:
    """Water [mm] drained from a layer in a step, by the exact integral of Brooks and Corey.

    x (1 - [1 + m K / W (x / W)^m]^(-1/m)); the form by log and exp keeps its digits and cannot
    overflow.

    Args:
        drainable: x, water above residual moisture [mm].
        pore: W, capacity above residual moisture [mm].
        scale: m K / W of the step.
        exponent: m = expt - 1.
    """
    relative = (drainable / pore).clamp(min=torch.finfo(pore.dtype).tiny)
    return -drainable * torch.expm1(torch.log1p(scale * relative**exponent) / -exponent)


def baseflow(soil: RunoffSoil, moisture: Tensor) -> Tensor:
    """Baseflow [mm per runoff step] of the last layer holding `moisture` (lane,) [mm].

    Linear up to wetness Ws, then with a power law added that ends in Dsmax at saturation.
    """
    wetness = (moisture - soil.residual[-1]) / (soil.capacity[-1] - soil.residual[-1])
    above = 1.0 - soil.threshold
    above = torch.where(above > 0, above, 1.0)
    excess = power((wetness - soil.threshold) / above, soil.exponent)
    return (soil.linear * wetness + soil.nonlinear * excess).clamp(min=0)


def route_soil_water(
    soil: RunoffSoil, moisture: Tensor, water: Tensor, evaporation: Tensor, steps: int
) -> RunoffResult:
    """Move water through three layers over one model step.

    Evaporation, drainage and baseflow leave together in `steps` equal substeps. A layer above
    capacity gives the excess to the layer above it and finally to runoff; a layer below residual
    moisture drains less.

    Args:
        soil: parameters.
        moisture: (layer, lane) [mm].
        water: (lane,) reaching the ground [mm].
        evaporation: (layer, lane) [mm] of the model step, from each layer.
        steps: number of substeps.
    """
    drive = drive_of_substeps(soil, moisture, water, evaporation, steps)
    excess, released = torch.zeros_like(water), torch.zeros_like(water)
    for _ in range(steps):
        substep = runoff_substep(soil, moisture, drive)
        moisture = substep.moisture
        excess = excess + substep.saturation_excess
        released = released + substep.baseflow
    return routed(moisture, drive.surface_runoff + excess, released, evaporation)


def possible_evaporation(soil: RunoffSoil, moisture: Tensor, evaporation: Tensor) -> Tensor:
    """Evaporation (layer, lane) but none from a layer at residual moisture.

    VIC takes this much out of the soil and counts all; see `Options.water_balance`.
    """
    available = (moisture - soil.residual).clamp(min=0)
    shared = available * ratio(evaporation, available)  # rounds as in VIC; 0 where it is dry
    return torch.where(evaporation > 0, shared, evaporation)


class Drive(NamedTuple):
    """What moves water in each substep of a model step."""

    infiltration: Tensor  # (lane,) [mm per substep]
    drawn: Tensor  # (layer, lane) evaporation [mm per substep]
    surface_runoff: Tensor  # (lane,) of the infiltration capacity curve [mm per model step]


class Substep(NamedTuple):
    """Moisture after a substep, and what left the soil in it."""

    moisture: Tensor  # (layer, lane) [mm]
    saturation_excess: Tensor  # (lane,) water above the capacity of layer 1 [mm]
    baseflow: Tensor  # (lane,) [mm], negative where the last layer ran dry


def drive_of_substeps(
    soil: RunoffSoil, moisture: Tensor, water: Tensor, evaporation: Tensor, steps: int | Tensor
) -> Drive:
    """Divide the water of a model step among its substeps; arguments of `route_soil_water`.

    VIC decides once per model step that a layer at residual moisture gives no evaporation.
    """
    runoff = surface_runoff(soil, moisture, water)
    drawn = possible_evaporation(soil, moisture, evaporation / steps)
    return Drive(water / steps - runoff / steps, drawn, runoff)


def routed(moisture: Tensor, runoff: Tensor, released: Tensor, evaporation: Tensor) -> RunoffResult:
    """Result of a model step.

    Where the baseflow of all substeps is negative, the last layer ran dry: baseflow is then 0, and
    the evaporation of that layer is lowered by the deficit.

    Args:
        moisture: (layer, lane) after the step [mm].
        runoff: (lane,) surface runoff and saturation excess [mm].
        released: (lane,) sum of the substeps' baseflow [mm].
        evaporation: (layer, lane) asked from the soil [mm].
    """
    deficit = released.clamp(max=0)
    evaporation = torch.cat([evaporation[:2], (evaporation[2] + deficit)[None]])
    return RunoffResult(moisture, runoff, released - deficit, evaporation)


LEAST_DRAINABLE = 1e-8  # [mm]; below it, VIC's form of drainage has no digit left


def _drained(soil: RunoffSoil, moisture: Tensor) -> Tensor:
    """Drainage (layer - 1, lane) [mm] from `moisture` of the upper layers without evaporation."""
    residual = soil.residual[:2]
    drainable = (moisture - residual).clamp(min=0)
    pore = soil.capacity[:2] - residual
    if not to_the_last_digit(moisture):
        return drainage(drainable, pore, soil.drain_scale, soil.drain_power)
    exponent = -soil.drain_power
    held = drainable.clamp(min=LEAST_DRAINABLE) ** exponent + soil.drain_term
    left = held ** (1.0 / exponent)
    return torch.where(drainable > LEAST_DRAINABLE, moisture - left - residual, 0.0)


def runoff_substep(soil: RunoffSoil, moisture: Tensor, drive: Drive) -> Substep:
    """One substep: drainage and baseflow, then what is above capacity rises layer by layer.

    Args:
        soil: parameters.
        moisture: (layer, lane) before the substep [mm].
        drive: of the model step.
    """
    residual, capacity = soil.residual, soil.capacity
    upper, last = moisture[:2], moisture[2]
    infiltration, drawn = drive.infiltration, drive.drawn
    drained = _drained(soil, upper - drawn[:2])
    from_first, from_second = drained.unbind(0)
    lost_first, lost_second = (drained + drawn[:2]).unbind(0)

    wanted = upper[0] + infiltration - lost_first
    first = torch.minimum(torch.maximum(wanted, residual[0]), capacity[0])
    from_first = from_first + (wanted - first)
    wanted = upper[1] + from_first - lost_second
    second = torch.maximum(wanted, residual[1])
    from_second = from_second + (wanted - second)
    base = baseflow(soil, last)
    wanted = last + (from_second - (drawn[2] + base))
    third = torch.maximum(wanted, residual[2])
    base = base + (wanted - third)

    second = second + (third - capacity[2]).clamp(min=0)
    first = first + (second - capacity[1]).clamp(min=0)
    excess = (first - capacity[0]).clamp(min=0)
    return Substep(torch.minimum(torch.stack([first, second, third]), capacity), excess, base)
