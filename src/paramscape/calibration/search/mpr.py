"""Multiscale parameter regionalisation: from soil to VIC's parameters by global coefficients.

Transfer functions work on native soil pixels, upscaling operators make cells of them (Samaniego et
al. 2010). The functions are those of Mizukami et al. (2017) but for baseflow, whose dimensions
did not agree. Where there is no terrain model, constants and texture stand in for it.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.calibration.search.soil_pixels import SoilPixels
from paramscape.parameters.priors import PriorBox
from paramscape.study.parameters import GAN_PO_PARAMETERS as PARAMETERS


@dataclass(frozen=True)
class Coefficient:
    """A coefficient that holds for the whole domain, with its range and default."""

    name: str
    default: float
    low: float
    high: float


_WITH_TERRAIN = (
    Coefficient("infilt_level", 0.0, -2.0, 1.0),
    Coefficient("infilt_relief", 1.0, 0.8, 1.2),
)
_WITHOUT_TERRAIN = (
    Coefficient("infilt_level", 0.0, -3.0, 3.0),
    Coefficient("infilt_texture", 1.0, -5.0, 5.0),
)
_OF_SOIL = (
    Coefficient("conductivity_level", -0.6, -0.66, -0.54),
    Coefficient("retention_level", 3.1, 2.5, 3.6),
    Coefficient("retention_clay", 0.157, 0.1, 0.2),
    Coefficient("baseflow_wetness", 1.0, 0.001, 2.0),
    Coefficient("linear_drainage", 0.25, -1.0, 1.5),
    Coefficient("nonlinear_drainage", 0.25, -1.0, 1.5),
    Coefficient("depth_factor", 1.0, 0.1, 4.0),
    Coefficient("second_share", 0.3, 0.12, 0.5),
)

SLOPE = 0.01  # tangent of the slope where there is no terrain model [1]
FIRST_DEPTH = 0.1  # of the top layer [m]
NONLINEARITY = 2.0  # exponent of VIC's nonlinear baseflow [1]
_INCH_PER_HOUR = 25.4 * 24.0  # [mm d-1]
_KPA_PER_CM = 0.0980665
_HARMONIC = ("Ds", "Dsmax", "Ws")
_SETS_AT_ONCE = 8


def coefficients_of(soil: SoilPixels) -> tuple[Coefficient, ...]:
    """The coefficients that are calibrated; the two of infiltration depend on the terrain model."""
    return (*(_WITHOUT_TERRAIN if soil.relief is None else _WITH_TERRAIN), *_OF_SOIL)


def parameters_of(coefficients: Tensor, soil: SoilPixels, cells: int, priors: PriorBox) -> Tensor:
    """Parameter fields of coefficient sets.

    Pixels are clipped into the priors, then aggregated by the harmonic mean (Ds, Dsmax, Ws) or
    the arithmetic one (the others), both weighted by area. Either keeps Ds <= Ws.

    Args:
        coefficients: (set, coefficient), in the order of `coefficients_of(soil)`.
        soil: the pixels.
        cells: number of cells.
        priors: bounds of the parameters.

    Returns:
        (set, cell, parameter) physical values inside the priors.

    Raises:
        ValueError: if the soil has pixels of another number of cells.
    """
    if int(soil.cell.max()) + 1 != cells:
        raise ValueError(f"the soil has pixels of {int(soil.cell.max()) + 1} cells, not of {cells}")
    parts = coefficients.split(_SETS_AT_ONCE)
    blocks = [[_upscaled(some, block, priors) for block in soil.blocks] for some in parts]
    return torch.cat([torch.cat(row, 1) for row in blocks])


def _upscaled(coefficients: Tensor, soil: SoilPixels, priors: PriorBox) -> Tensor:
    """Parameters (set, cell, parameter) of a few sets and cells."""
    fine = _clip(_of_pixels(coefficients, soil), priors)
    cells = int(soil.cell[-1]) + 1
    powers = {name: -1.0 if name in _HARMONIC else 1.0 for name in PARAMETERS}
    means = {name: power_mean(fine[name], powers[name], soil, cells) for name in PARAMETERS}
    return torch.stack(list(_clip(means, priors).values()), -1)


def transfer(coefficients: Tensor, soil: SoilPixels) -> Tensor:
    """Parameters of every pixel, (set, pixel, parameter), not yet clipped.

    Ks = 10^(conductivity_level + 0.0126 sand - 0.0064 clay) inch/h (Cosby et al. 1984);
    retention b_ret = retention_level + retention_clay clay - 0.003 sand; expt = 3 + 2 b_ret;
    total depth = depth_factor times the profile's, depth2 = second_share of it, depth3 what is
    left under a top layer of 0.1 m.
    """
    values = _of_pixels(coefficients, soil)
    return torch.stack([values[name] for name in PARAMETERS], -1)


def _of_pixels(coefficients: Tensor, soil: SoilPixels) -> dict[str, Tensor]:
    """`transfer`'s parameters (set, pixel) by name."""
    names = [c.name for c in coefficients_of(soil)]
    g = dict(zip(names, coefficients.unsqueeze(-1).unbind(1), strict=True))
    retention = g["retention_level"] + g["retention_clay"] * soil.clay - 0.003 * soil.sand
    texture = _INCH_PER_HOUR * 10 ** (0.0126 * soil.sand - 0.0064 * soil.clay)
    ws = g["baseflow_wetness"] * field_capacity(soil, retention) / soil.porosity
    slope = SLOPE if soil.slope is None else soil.slope
    flow = 10 ** g["conductivity_level"] * (texture * slope)
    ds, dsmax, ws = baseflow(flow, ws, g["linear_drainage"], g["nonlinear_drainage"])
    total = g["depth_factor"] * soil.depth
    depth2 = g["second_share"] * total
    return {
        "infilt": infiltration(soil, *coefficients.unsqueeze(-1).unbind(1)[:2]),
        "Ds": ds,
        "Dsmax": dsmax,
        "Ws": ws,
        "depth2": depth2,
        "depth3": total - depth2 - FIRST_DEPTH,
        "expt": 3.0 + 2.0 * retention,
    }


def infiltration(soil: SoilPixels, level: Tensor, second: Tensor) -> Tensor:
    """Shape of the infiltration curve b.

    (ln s - level) / (ln s + 10 second), s the standard deviation of elevation in the cell [m]
    (Mizukami et al. 2017). Without a terrain model a logistic curve in texture stands in for it,
    0.5 / (1 + exp(-(level + second (clay - sand) / 100))).
    """
    if soil.relief is None:
        return 0.5 * torch.sigmoid(level + second * (soil.clay - soil.sand) / 100.0)
    return (soil.relief - level) / (soil.relief + 10.0 * second)


def field_capacity(soil: SoilPixels, retention: Tensor) -> Tensor:
    """Water content at field capacity, porosity (psi_fc / psi_s)^(-1 / b_ret) [m3 m-3].

    psi_s = -10^(1.54 - 0.0095 sand + 0.0063 silt) cm; psi_fc is -33 kPa, -20 kPa from 50 % and
    -10 kPa from 70 % of sand (Mizukami et al. 2017).
    """
    saturated = _KPA_PER_CM * 10 ** (1.54 - 0.0095 * soil.sand + 0.0063 * soil.silt)
    capacity = torch.full_like(soil.sand, 33.0)
    capacity = torch.where(soil.sand >= 50.0, 20.0, capacity)
    capacity = torch.where(soil.sand >= 70.0, 10.0, capacity)
    suction = (capacity / saturated).clamp(min=1.0)
    return soil.porosity * torch.exp(-suction.log() / retention)


def baseflow(
    flow: Tensor, wetness: Tensor, linear: Tensor, nonlinear: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Ds, Dsmax [mm d-1] and Ws of the ARNO curve, in a form that is clean in its dimensions.

    With q1 = 10^-linear and q2 = 10^-nonlinear (1 - Ws)^c:
    Dsmax = Ks slope (q1 + q2), Ds = Ws q1 / (q1 + q2), so that Ds <= Ws always.

    Args:
        flow: saturated hydraulic conductivity times the tangent of the slope [mm d-1].
        wetness: Ws before it is kept within 0.05 to 1 [1].
        linear, nonlinear: negative logarithms of the two drainage factors [1].
    """
    ws = wetness.clamp(0.05, 1.0)
    slow, fast = 10**-linear, 10**-nonlinear * (1.0 - ws) ** NONLINEARITY
    return ws * slow / (slow + fast), flow * (slow + fast), ws


def power_mean(values: Tensor, power: float, soil: SoilPixels, cells: int) -> Tensor:
    """(sum w x^p / sum w)^(1/p) over the pixels of each cell, w their area.

    Args:
        values: (set, pixel), above 0 for powers other than 1.
        power: p; 1 is the arithmetic mean, -1 the harmonic one.
        soil: gives each pixel's cell and weight.
        cells: number of cells.

    Returns:
        (set, cell).
    """
    raised = values if power == 1.0 else values**power
    mean = _sums(raised * soil.weight, soil, cells) / _sums(soil.weight, soil, cells)
    return mean if power == 1.0 else mean ** (1.0 / power)


def _sums(values: Tensor, soil: SoilPixels, cells: int) -> Tensor:
    """Sums (..., cell) over the pixels of each cell."""
    if soil.even:
        return values.unflatten(-1, (cells, -1)).sum(-1)
    return values.new_zeros(*values.shape[:-1], cells).index_add(-1, soil.cell, values)


def _clip(values: dict[str, Tensor], priors: PriorBox) -> dict[str, Tensor]:
    """Each parameter within its bounds, and Ds below Ws."""
    bounds = zip(priors.low.tolist(), priors.high.tolist(), strict=True)
    clipped = {
        name: values[name].clamp(low, high)
        for name, (low, high) in zip(PARAMETERS, bounds, strict=True)
    }
    return clipped | {"Ds": torch.minimum(clipped["Ds"], clipped["Ws"])}
