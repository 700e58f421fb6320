"""Infiltration, drainage and baseflow (Liang et al. 1994, 1996; Francini and Pacciani 1991)."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes.safe_math import power, ratio, to_the_last_digit


class RunoffSoil(NamedTuple):
    """Soil parameters of runoff; (column,) or (layer, column)."""

    infilt: Tensor
    capacity: Tensor  # of each layer [mm]
    residual: Tensor  # moisture of each layer [mm]
    upper_capacity: Tensor  # of all layers but the last together [mm]
    drain_scale: Tensor  # (layer - 1, column) m K / (W - residual) of a runoff step
    drain_power: Tensor  # (layer - 1, column) m = expt - 1
    drain_term: Tensor  # (layer - 1, column) m K / (W - residual)^expt; 0 in single precision
    linear: Tensor  # baseflow of a full layer by its linear part [mm per runoff step]
    nonlinear: Tensor  # what the power law adds to it when full [mm per runoff step]
    threshold: Tensor  # Ws
    exponent: Tensor  # c


class RunoffResult(NamedTuple):
    """What leaves and stays after a model step."""

    moisture: Tensor  # (layer, column) [mm]
    runoff: Tensor  # (column,) [mm]
    baseflow: Tensor  # (column,) [mm]
    evaporation: Tensor  # (layer, column) [mm], the last layer's lowered where it ran dry


def surface_runoff(soil: RunoffSoil, moisture: Tensor, water: Tensor) -> Tensor:
    """Water [mm] that the variable infiltration capacity curve does not take in.

    p - M + w + M (1 - (i_0 + p) / i_m)^(1 + b) (Wood et al. 1992) for all layers but the last.

    Args:
        soil: parameters.
        moisture: (layer, column) before the step [mm].
        water: (column,) rain and melt reaching the ground in the step [mm].
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
    """Baseflow [mm per runoff step] of the last layer holding `moisture` (column,) [mm].

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

    Evaporation, drainage and baseflow leave together in `steps` equal sub-steps. A layer above
    capacity gives the excess upward and finally to runoff; below residual moisture it draws on
    its own drainage.

    Args:
        soil: parameters.
        moisture: (layer, column) [mm].
        water: (column,) reaching the ground [mm].
        evaporation: (layer, column) [mm] of the model step, from each layer.
        steps: number of sub-steps.
    """
    drive = drive_of_steps(soil, moisture, water, evaporation, steps)
    shed, slow = torch.zeros_like(water), torch.zeros_like(water)
    for _ in range(steps):
        moisture, spilled, base = runoff_step(soil, moisture, drive)
        shed = shed + spilled
        slow = slow + base
    return routed(moisture, (drive.quick + shed, slow), evaporation)


def possible_evaporation(soil: RunoffSoil, moisture: Tensor, evaporation: Tensor) -> Tensor:
    """Evaporation (layer, column) but none from a layer at residual moisture.

    VIC takes this much out of the soil and counts all; see `Options.water_balance`.
    """
    available = (moisture - soil.residual).clamp(min=0)
    shared = available * ratio(evaporation, available)  # rounds as in VIC; 0 where it is dry
    return torch.where(evaporation > 0, shared, evaporation)


class Drive(NamedTuple):
    """What moves water in each sub-step of a model step."""

    infiltration: Tensor  # (column,) [mm per sub-step]
    drawn: Tensor  # (layer, column) evaporation [mm per sub-step]
    quick: Tensor  # (column,) surface runoff of the model step [mm]


def drive_of_steps(
    soil: RunoffSoil, moisture: Tensor, water: Tensor, evaporation: Tensor, steps: int | Tensor
) -> Drive:
    """Share out the water of a model step among its sub-steps; arguments of `route_soil_water`.

    VIC decides once per model step that a layer at residual moisture gives no evaporation.
    """
    quick = surface_runoff(soil, moisture, water)
    drawn = possible_evaporation(soil, moisture, evaporation / steps)
    return Drive(water / steps - quick / steps, drawn, quick)


def routed(moisture: Tensor, left: tuple[Tensor, Tensor], evaporation: Tensor) -> RunoffResult:
    """Result of a model step; negative baseflow of its sum, in `left` behind runoff, is a deficit.

    Evaporation of the last layer gives way to it.
    """
    runoff, slow = left
    deficit = slow.clamp(max=0)
    evaporation = torch.cat([evaporation[:2], (evaporation[2] + deficit)[None]])
    return RunoffResult(moisture, runoff, slow - deficit, evaporation)


LEAST_DRAINABLE = 1e-8  # [mm]; below it, VIC's form of drainage has no digit left


def _drained(soil: RunoffSoil, moisture: Tensor) -> Tensor:
    """Drainage (layer - 1, column) [mm] from `moisture` of the upper layers without evaporation."""
    residual = soil.residual[:2]
    drainable = (moisture - residual).clamp(min=0)
    pore = soil.capacity[:2] - residual
    if not to_the_last_digit(moisture):
        return drainage(drainable, pore, soil.drain_scale, soil.drain_power)
    exponent = -soil.drain_power
    held = drainable.clamp(min=LEAST_DRAINABLE) ** exponent + soil.drain_term
    left = held ** (1.0 / exponent)
    return torch.where(drainable > LEAST_DRAINABLE, moisture - left - residual, 0.0)


def runoff_step(soil: RunoffSoil, moisture: Tensor, drive: Drive) -> tuple[Tensor, Tensor, Tensor]:
    """One sub-step; returns moisture (layer, column), water shed at the top and baseflow [mm]."""
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
    shed = (first - capacity[0]).clamp(min=0)
    return torch.minimum(torch.stack([first, second, third]), capacity), shed, base
