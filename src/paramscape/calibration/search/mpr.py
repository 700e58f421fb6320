"""Multiscale parameter regionalisation: from soil to VIC's parameters by global coefficients.

Transfer functions work on native soil pixels, upscaling operators make cells of them (Samaniego et
al. 2010). With the default coefficients they give the default parameters; see
`parameters.transfer_functions`.
"""

import torch
from torch import Tensor

from paramscape.calibration.search.soil_pixels import SoilPixels
from paramscape.parameters import transfer_functions as functions
from paramscape.parameters.priors import PriorBox
from paramscape.parameters.transfer_functions import POWERS, Coefficient

_SETS_AT_ONCE = 8


def coefficients_of(soil: SoilPixels, names: tuple[str, ...]) -> tuple[Coefficient, ...]:
    """The coefficients that the named parameters depend on."""
    return functions.coefficients(soil.relief is not None, names)


def parameters_of(coefficients: Tensor, soil: SoilPixels, cells: int, priors: PriorBox) -> Tensor:
    """Parameter fields of coefficient sets.

    Pixels are aggregated by the harmonic mean (Ds, Dsmax, Ws, Ksat) or the arithmetic one, both
    weighted by area, then cells are clipped into the priors.

    Args:
        coefficients: (set, coefficient), in the order of `coefficients_of(soil, priors.names)`.
        soil: the pixels.
        cells: number of cells.
        priors: names and bounds of the parameters.

    Returns:
        (set, cell, parameter) physical values inside the priors.

    Raises:
        ValueError: if the soil has pixels of another number of cells.
    """
    if int(soil.cell.max()) + 1 != cells:
        raise ValueError(f"the soil has pixels of {int(soil.cell.max()) + 1} cells, not of {cells}")
    parts = coefficients.split(_SETS_AT_ONCE)
    blocks = [[_of_block(some, block, priors) for block in soil.blocks] for some in parts]
    return torch.cat([torch.cat(row, 1) for row in blocks])


def _of_block(coefficients: Tensor, soil: SoilPixels, priors: PriorBox) -> Tensor:
    """Parameters (set, cell, parameter) of a few sets and cells."""
    found = upscaled(coefficients, soil, priors.names)
    inside = {
        name: found[name].clamp(low, high)
        for name, low, high in zip(
            priors.names, priors.low.tolist(), priors.high.tolist(), strict=True
        )
    }
    if "Ds" in inside:
        inside["Ds"] = torch.minimum(inside["Ds"], inside["Ws"])
    return torch.stack([inside[name] for name in priors.names], -1)


def upscaled(coefficients: Tensor, soil: SoilPixels, names: tuple[str, ...]) -> dict[str, Tensor]:
    """Parameters (set, cell) by name, not yet inside the priors.

    Args:
        coefficients: (set, coefficient), in the order of `coefficients_of(soil, names)`.
        soil: the pixels.
        names: of the parameters that the coefficients are for.
    """
    known = [c.name for c in coefficients_of(soil, names)]
    given = dict(zip(known, coefficients.unsqueeze(-1).unbind(1), strict=True))
    g = functions.with_defaults(given)
    cells = int(soil.cell.max()) + 1
    fine = functions.of_pixels(g, soil.fields)
    means = {n: power_mean(_by_set(fine[n]), p, soil, cells) for n, p in POWERS.items()}
    return functions.of_cells(g, means, _cell_means(soil, cells))


def _by_set(values: Tensor) -> Tensor:
    """(set, pixel); what no coefficient changes has one set."""
    return values if values.ndim == 2 else values[None]


def _cell_means(soil: SoilPixels, cells: int) -> functions.CellMeans:
    """Means (1, cell) of depth, relief, and of clay minus sand."""

    def mean(values: Tensor) -> Tensor:
        return power_mean(values[None], 1.0, soil, cells)

    relief = None if soil.relief is None else mean(soil.relief)
    return functions.CellMeans(mean(soil.depth), relief, mean(soil.clay - soil.sand))


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
