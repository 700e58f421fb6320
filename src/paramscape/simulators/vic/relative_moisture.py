"""States with relative soil moisture: the water of a layer over the water that it can hold.

Parameters that change the depths of the layers also change what a kept state means. With the same
relative moisture a deeper soil holds more water, as it would after a spin-up. With the same
moisture in mm it would be too dry, and a shallower soil could not hold it.
"""

import torch
from torch import Tensor

from paramscape.vic import Parameters, State
from paramscape.vic.state import LAYERS


def to_relative_moisture(state: State, capacity: Tensor) -> Tensor:
    """Values (member?, variable, column) of a state, its moisture divided by the capacity.

    Args:
        state: of the columns.
        capacity: (member?, layer, column) [mm].
    """
    return torch.cat([state.soil_moisture / capacity, state.values[..., len(LAYERS) :, :]], -2)


def from_relative_moisture(values: Tensor, capacity: Tensor) -> State:
    """State of values with relative moisture; inverse of `to_relative_moisture`.

    Args:
        values: (member?, variable, column), moisture as a fraction of the capacity [1].
        capacity: (member?, layer, column) [mm], possibly of other parameters. Either argument has
            a member axis, both have one, or none.
    """
    moisture = values[..., : len(LAYERS), :] * capacity
    rest = values[..., len(LAYERS) :, :]
    return State(torch.cat([moisture, rest.expand(*moisture.shape[:-2], *rest.shape[-2:])], -2))


def capacity_of(parameters: Parameters, cell: Tensor) -> Tensor:
    """Water that the layers can hold: 1000 depth (1 - bulk_density / soil_density).

    Args:
        parameters: of the cells.
        cell: (column,) index of each column's cell.

    Returns:
        (member?, layer, column) [mm].
    """
    soil = parameters.soil
    solid = soil["bulk_density"] / soil["soil_density"]
    return (1000.0 * soil["depth"] * (1.0 - solid))[..., cell, :].transpose(-1, -2)
