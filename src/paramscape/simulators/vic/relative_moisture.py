"""States with soil moisture as its share of what the layers can hold.

Parameters that change the layers' depths also change what a kept state means. At a fixed share of
the capacity a deeper soil holds more water, as it would after a spin-up; with fixed moisture it
would be drier, and a shallower one could not hold it.
"""

import torch
from torch import Tensor

from paramscape.vic import Parameters, State
from paramscape.vic.state import LAYERS


def to_relative_moisture(state: State, capacity: Tensor) -> Tensor:
    """Values (member?, variable, column) of a state with moisture as its share of the capacity."""
    return torch.cat([state.soil_moisture / capacity, state.values[..., len(LAYERS) :, :]], -2)


def from_relative_moisture(wetness: Tensor, capacity: Tensor) -> State:
    """The state of which `to_relative_moisture` gave these values, for layers of another capacity.

    Args:
        wetness: (member?, variable, column).
        capacity: (member?, layer, column) [mm]; either has a member axis, both, or none.
    """
    moisture = wetness[..., : len(LAYERS), :] * capacity
    rest = wetness[..., len(LAYERS) :, :]
    return State(torch.cat([moisture, rest.expand(*moisture.shape[:-2], *rest.shape[-2:])], -2))


def capacity_of(parameters: Parameters, cell: Tensor) -> Tensor:
    """Water that the layers can hold, (member?, layer, column) [mm].

    Args:
        parameters: of the cells.
        cell: (column,) index of each column's cell.
    """
    soil = parameters.soil
    solid = soil["bulk_density"] / soil["soil_density"]
    return (1000.0 * soil["depth"] * (1.0 - solid))[..., cell, :].transpose(-1, -2)
