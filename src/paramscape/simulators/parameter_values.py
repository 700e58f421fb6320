"""Check of the parameter values that a simulator is given."""

from collections.abc import Sequence

import torch
from torch import Tensor


def require_parameter_values(values: Tensor, cells: int, names: Sequence[str]) -> None:
    """Refuse parameter values of the wrong shape, or values that are not finite.

    Args:
        values: (member?, cell, parameter), physical.
        cells: number of the simulator's cells.
        names: of the parameters, in their order.

    Raises:
        ValueError: naming both shapes, or the first value with its cell and member.
    """
    if values.ndim not in (2, 3) or tuple(values.shape[-2:]) != (cells, len(names)):
        raise ValueError(
            f"parameters must be (member?, cell, parameter) with {cells} cells and {len(names)} "
            f"parameters ({', '.join(names)}); got shape {tuple(values.shape)}"
        )
    broken = ~torch.isfinite(values)
    if broken.any():
        *member, cell, parameter = broken.nonzero()[0].tolist()
        place = f"cell {cell}" + (f" of member {member[0]}" if member else "")
        raise ValueError(
            f"parameters must be finite, but {names[parameter]} is {float(values[broken][0])} in "
            f"{place}; {int(broken.sum())} of {values.numel()} values are not finite. Look at the "
            "method or the file that gives them"
        )
