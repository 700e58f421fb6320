"""Conversion between values of active cells and images of the grid."""

import torch
from torch import Tensor

from paramscape.grid.cells import Cells


def to_image(values: Tensor, cells: Cells) -> Tensor:
    """Images (..., lat, lon) of values (..., cell); 0 outside the active cells."""
    index = torch.from_numpy(cells.flat_index).to(values.device)
    flat = values.new_zeros(*values.shape[:-1], cells.shape[0] * cells.shape[1])
    return flat.index_copy(-1, index, values).unflatten(-1, cells.shape)


def from_image(image: Tensor, cells: Cells) -> Tensor:
    """Values (..., cell) of images (..., lat, lon)."""
    index = torch.from_numpy(cells.flat_index).to(image.device)
    return image.flatten(-2).index_select(-1, index)


def active_image(cells: Cells, like: Tensor) -> Tensor:
    """(lat, lon): 1 in active cells and 0 outside, of the type and device of `like`."""
    return to_image(like.new_ones(cells.count), cells)
