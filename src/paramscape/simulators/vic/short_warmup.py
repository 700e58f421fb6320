"""Where evaluations of many parameter sets start, without a whole warm-up of every tile.

Soils remember the last wet season, and how much of it they keep depends on the parameters. So the
warm-up is run for each set with the largest tile of each cell alone; the other tiles follow it.
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
from paramscape.vic.columns import Columns, columns_of
from paramscape.vic.state import LAYERS


@dataclass(frozen=True)
class ShortWarmup:
    """States of one day, made from those of reference parameters.

    engine: of the largest tiles. days: from the warm-up's start to that day, in days of the
    forcing. reference: state (variable, column) of all tiles under the reference parameters, with
    moisture as its share of capacity. wetness: (layer, cell) of the largest tiles under them.
    """

    engine: Engine
    days: slice
    cell: Tensor
    reference: Tensor
    wetness: Tensor

    @classmethod
    def of(cls, engine: Engine, values: Tensor, days: slice) -> "ShortWarmup":
        """Run reference parameters (cell, parameter) with all tiles and with the largest."""
        cell = columns_of(engine.parameters, engine.options, 1).cell
        calibrated = engine.calibrated(values)
        reference = to_relative_moisture(
            engine.advance(calibrated, days), capacity_of(calibrated, cell)
        )
        few = replace(engine, parameters=with_largest_tiles(engine.parameters))
        return cls(few, days, cell, reference, _wetness(few, values, days))

    def state(self, values: Tensor) -> State:
        """The state (member?, variable, column) from which parameters are led in.

        Each layer's share of capacity is that of the reference, times what the largest tile of
        the cell holds over what it holds under the reference parameters.

        Args:
            values: (member?, cell, parameter).
        """
        change = _wetness(self.engine, values, self.days) / self.wetness
        moisture = self.reference[: len(LAYERS)] * change[..., self.cell]
        rest = self.reference[len(LAYERS) :]
        rest = rest.expand(*moisture.shape[:-2], *rest.shape)
        wetness = torch.cat([moisture.clamp(max=1.0), rest], -2)
        return from_relative_moisture(
            wetness, capacity_of(self.engine.calibrated(values), self.cell)
        )


def with_largest_tiles(parameters: Parameters) -> Parameters:
    """The same cells, each with its largest tile only."""
    cover = parameters.vegetation["Cv"]
    rows, largest = torch.arange(len(cover), device=cover.device), cover.argmax(1)
    only = torch.zeros_like(cover).index_put((rows, largest), torch.ones_like(cover[:, 0]))
    tile = (cover > 0).cumsum(1)[rows, largest] - 1
    nveg = (tile != parameters.nveg).to(parameters.nveg.dtype)
    return replace(parameters, vegetation={**parameters.vegetation, "Cv": only}, nveg=nveg)


def _wetness(engine: Engine, values: Tensor, days: slice) -> Tensor:
    """Moisture over capacity (member?, layer, cell) after some days from a cold start."""
    parameters = engine.calibrated(values)
    columns: Columns = columns_of(engine.parameters, engine.options, 1)
    state = engine.advance(parameters, days)
    share = to_relative_moisture(state, capacity_of(parameters, columns.cell))[
        ..., : len(LAYERS), :
    ]
    means = share.new_zeros(*share.shape[:-1], columns.cells)
    return means.index_add(-1, columns.cell, share * columns.weight)
