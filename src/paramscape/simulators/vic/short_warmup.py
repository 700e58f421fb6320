"""Short warm-up: states for many parameter sets without a whole warm-up of every tile.

Soils remember the last wet season, and how much of it they keep depends on the parameters. So the
warm-up is run for each parameter set with the largest tile of each cell alone; the other tiles
change in the same ratio.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from paramscape.simulators.vic.engine import Engine
from paramscape.simulators.vic.relative_moisture import (
    capacity_of,
    from_relative_moisture,
    to_relative_moisture,
)
from paramscape.vic import Parameters, State
from paramscape.vic.state import LAYERS


@dataclass(frozen=True)
class ShortWarmup:
    """States of one day, derived from those of reference parameters.

    largest: VIC with the largest tile of each cell.
    days: from the warm-up's start to that day, as positions on the forcing's axis.
    cell: (column,) cell of each column of all tiles.
    reference: (variable, column), state of all tiles under the reference parameters, with relative
        moisture.
    reference_moisture: (layer, cell), relative moisture [1] of the largest tiles under the
        reference parameters.
    """

    largest: Engine
    days: slice
    cell: Tensor
    reference: Tensor
    reference_moisture: Tensor

    @classmethod
    def of(cls, engine: Engine, values: Tensor, days: slice) -> "ShortWarmup":
        """Run reference values (cell, parameter) with all tiles, and with the largest alone."""
        cell, calibrated = engine.columns.cell, engine.calibrated(values)
        state = engine.advance(calibrated, days)
        reference = to_relative_moisture(state, capacity_of(calibrated, cell))
        largest = replace(engine, parameters=with_largest_tiles(engine.parameters))
        return cls(largest, days, cell, reference, _cell_moisture(largest, values, days))

    def state(self, values: Tensor) -> State:
        """The state (member?, variable, column) from which a run with these values starts.

        The relative moisture of each layer is that of the reference, times the moisture of the
        cell's largest tile over that under the reference parameters, and at most 1.

        Args:
            values: (member?, cell, parameter).
        """
        change = _cell_moisture(self.largest, values, self.days) / self.reference_moisture
        moisture = self.reference[: len(LAYERS)] * change[..., self.cell]
        rest = self.reference[len(LAYERS) :]
        rest = rest.expand(*moisture.shape[:-2], *rest.shape)
        relative = torch.cat([moisture.clamp(max=1.0), rest], -2)
        capacity = capacity_of(self.largest.calibrated(values), self.cell)
        return from_relative_moisture(relative, capacity)


def with_largest_tiles(parameters: Parameters) -> Parameters:
    """The same cells, each with its largest tile only."""
    cover = parameters.vegetation["Cv"]
    rows, largest = torch.arange(len(cover), device=cover.device), cover.argmax(1)
    only = torch.zeros_like(cover).index_put((rows, largest), torch.ones_like(cover[:, 0]))
    tile = (cover > 0).cumsum(1)[rows, largest] - 1
    nveg = (tile != parameters.nveg).to(parameters.nveg.dtype)
    return replace(parameters, vegetation={**parameters.vegetation, "Cv": only}, nveg=nveg)


def _cell_moisture(engine: Engine, values: Tensor, days: slice) -> Tensor:
    """Relative moisture (member?, layer, cell), cell means, after some days from a cold start."""
    parameters, columns = engine.calibrated(values), engine.columns
    state = engine.advance(parameters, days)
    relative = to_relative_moisture(state, capacity_of(parameters, columns.cell))
    moisture = relative[..., : len(LAYERS), :]
    means = moisture.new_zeros(*moisture.shape[:-1], columns.cells)
    return means.index_add(-1, columns.cell, moisture * columns.weight)
