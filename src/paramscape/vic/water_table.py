"""Position of the water table in the soil column, from the moisture of its layers."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.columns import Columns
from paramscape.vic.land_constants import Layers
from paramscape.vic.parameters import Parameters
from paramscape.vic.processes.safe_math import power

POINTS = 11  # of each curve of moisture against the position of the water table
CENTIMETRES = 100.0
UNSATURATED = 999.0  # mark of a layer without a water table


class WaterTable(NamedTuple):
    """Curves of moisture against the position of the water table.

    position [cm, negative below the surface] and moisture [mm] are (curve, point, lane): one curve
    for each layer, the last for the whole column. depth [m] and capacity [mm] are (layer, lane).
    """

    position: Tensor
    moisture: Tensor
    depth: Tensor
    capacity: Tensor

    def level(self, moisture: Tensor) -> Tensor:
        """Water table (lane,) [cm] in the lowest layer that is not full; moisture (layer, lane)."""
        count = moisture.shape[0]
        levels = [self._read(layer, moisture[layer]) for layer in range(count)]
        bottom = -CENTIMETRES * self.depth.cumsum(0)
        full = self.capacity - moisture <= torch.finfo(torch.float64).eps
        result = torch.zeros_like(moisture[0])
        for layer in range(count):
            dry = levels[layer] == UNSATURATED
            here = torch.where(dry, bottom[layer], levels[layer])
            result = torch.where(full[layer], result, here)
        return result

    def lumped_level(self, moisture: Tensor) -> Tensor:
        """Water table (lane,) [cm] of the moisture of all layers, as if drained from the top."""
        level = self._read(-1, moisture.sum(0))
        return torch.where(level == UNSATURATED, -CENTIMETRES * self.depth.sum(0), level)

    def _read(self, curve: int, moisture: Tensor) -> Tensor:
        """Position on a curve, linear between its points; `UNSATURATED` below the last."""
        points, positions = self.moisture[curve], self.position[curve]
        result = torch.full_like(moisture, UNSATURATED)
        result = torch.where(moisture == points[-1], positions[-1], result)
        above = moisture > points[-1]
        for point in range(POINTS - 2, -1, -1):
            low, high = points[point + 1], points[point]
            share = (moisture - low) / (high - low)
            between = positions[point + 1] + (positions[point] - positions[point + 1]) * share
            result = torch.where(above, between, result)
            above = above & (moisture > high)
        return result


def water_table_of(parameters: Parameters, columns: Columns, layers: Layers) -> WaterTable:
    """Curves of the water table of every lane.

    Raises:
        ValueError: if the parameters lack `bubble`.
    """
    if "bubble" not in parameters.soil:
        raise ValueError(
            "OUT_ZWT and OUT_ZWT_LUMPED need the bubbling pressure: the parameter file has no "
            "variable 'bubble'"
        )
    if not parameters.soil["bubble"].isfinite().all():
        raise ValueError("OUT_ZWT and OUT_ZWT_LUMPED need `bubble` in every active cell; fill it")
    names = ("expt", "bubble")
    return water_table(layers, *(columns.soil(parameters, name) for name in names))


def water_table(layers: Layers, expt: Tensor, bubble: Tensor) -> WaterTable:
    """Curves of the water table, of hydrostatic moisture profiles (Frolking et al. 2002).

    Above the water table relative moisture is (height / bubble)^(-1 / b), b = (expt - 3) / 2.

    Args:
        layers: of the lanes.
        expt: (layer, lane) Brooks-Corey exponent.
        bubble: (layer, lane) bubbling pressure [cm].
    """
    exponent = 0.5 * (expt - 3.0)
    top = CENTIMETRES * (layers.depth.cumsum(0) - layers.depth)
    steps = torch.arange(POINTS, dtype=expt.dtype, device=expt.device)[:, None] / (POINTS - 1)
    positions, moistures = [], []
    for layer in range(expt.shape[0]):
        thickness = layers.depth[layer] * CENTIMETRES
        below = steps * thickness
        share = (thickness - below + _drained(below, exponent[layer], bubble[layer])) / thickness
        positions.append(-top[layer] - below)
        moistures.append(_moisture(share.clamp(0, 1), layers, layer))
    below = steps * layers.depth.sum(0) * CENTIMETRES
    positions.append(-below)
    moistures.append(torch.stack([_column(b, layers, exponent, bubble) for b in below]))
    return WaterTable(torch.stack(positions), torch.stack(moistures), layers.depth, layers.capacity)


def _drained(height: Tensor, exponent: Tensor, bubble: Tensor) -> Tensor:
    """Water [cm of saturated soil] held in `height` [cm] above the water table."""
    power_law = power((height + bubble) / bubble, (exponent - 1.0) / exponent)
    return -(exponent / (exponent - 1.0)) * bubble * (1.0 - power_law)


def _moisture(share: Tensor, layers: Layers, layer: int) -> Tensor:
    residual = layers.residual[layer]
    return share * (layers.capacity[layer] - residual) + residual


def _column(below: Tensor, layers: Layers, exponent: Tensor, bubble: Tensor) -> Tensor:
    """Moisture (lane,) [mm] of all layers with the water table `below` the surface [cm].

    Tension is continuous between layers; a layer wholly above the water table is integrated from
    there, as in VIC, not from its own bottom.
    """
    depth = layers.depth * CENTIMETRES
    top = depth.cumsum(0) - depth
    total = torch.zeros_like(below)
    reached = torch.zeros_like(below, dtype=torch.bool)
    for layer in range(depth.shape[0] - 1, -1, -1):
        own, held = exponent[layer], bubble[layer]
        full = (below <= top[layer]) & ~reached if layer else torch.zeros_like(reached)
        height = (below - top[layer]).clamp(min=0)
        share = (depth[layer] - height + _drained(height, own, held)) / depth[layer]
        if layer + 1 < depth.shape[0]:
            edge, under = top[layer + 1], bubble[layer + 1]
            tension = power(
                ((below - edge).clamp(min=0) + under) / under, own / exponent[layer + 1]
            )
            height = edge - held + held * tension - top[layer]
            share = torch.where(reached, _drained(height, own, held) / depth[layer], share)
        moisture = torch.where(full, layers.capacity[layer], _moisture(share, layers, layer))
        total = total + moisture
        reached = reached | ~full
    return torch.where(below == 0, layers.capacity.sum(0), total)
