"""Base of all surrogates' networks: named targets, and scaling of inputs and outputs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from paramscape.study.quantities import TARGETS


@dataclass(frozen=True)
class Scaling:
    """Means and standard deviations from training members and the training period.

    forcing_mean, forcing_std: (variable,) in the forcing's units.
    target_mean, target_std: (target,) in the targets' units.
    """

    forcing_mean: Tensor
    forcing_std: Tensor
    target_mean: Tensor
    target_std: Tensor


class SurrogateNetwork(nn.Module):
    """A network from forcing and unit-scaled parameters to targets; base of all kinds.

    The constants of standardisation are saved with the weights.

    Args:
        targets: names of the network's outputs, in their order.
        scaling: the constants.
        shape: the other arguments of the kind's constructor, plain values.

    Raises:
        ValueError: if a target is unknown or there is none.
    """

    kind: ClassVar[str]

    def __init__(self, targets: Sequence[str], scaling: Scaling, **shape: Any):
        super().__init__()
        unknown = set(targets) - set(TARGETS)
        if unknown or not targets:
            raise ValueError(
                f"a surrogate's targets are some of {', '.join(TARGETS)}; got {list(targets)}"
            )
        self.targets, self.shape = tuple(targets), shape
        for name, values in asdict(scaling).items():
            self.register_buffer(name, values.to(torch.float32))

    def standardise_forcing(self, forcing: Tensor) -> Tensor:
        """Standardised forcing (..., variable) of physical values in the order of FORCINGS."""
        return (forcing.to(self.forcing_mean) - self.forcing_mean) / self.forcing_std

    def standardise_targets(self, targets: Tensor) -> Tensor:
        """Standardised targets (..., target) of physical values."""
        return (targets.to(self.target_mean) - self.target_mean) / self.target_std

    def to_physical(self, standardised: Tensor) -> Tensor:
        """Targets (..., target) in their units of standardised values."""
        return standardised * self.target_std + self.target_mean
