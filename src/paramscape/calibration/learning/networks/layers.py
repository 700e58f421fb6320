"""Layers that draw no random numbers when they are made; `initialise` draws their weights."""

from math import gcd

import torch
from torch import Tensor, nn

_GROUPS = 4


def convolution(inputs: int, outputs: int, stride: int, bias: bool = True) -> nn.Conv2d:
    """3x3 convolution that keeps the size (stride 1) or halves it, rounded up (stride 2)."""
    return nn.utils.skip_init(nn.Conv2d, inputs, outputs, 3, stride, 1, bias=bias)


def group_norm(channels: int) -> nn.GroupNorm:
    """Normalisation over groups of at least two channels.

    It does not depend on the number of images, and works on images of a single pixel.
    """
    groups = gcd(_GROUPS, channels)
    return nn.GroupNorm(groups if channels // groups > 1 else 1, channels)


def draw_uniform(layer: nn.Module, fan: int, generator: torch.Generator) -> None:
    """Draw all weights of a layer uniformly within 1 / sqrt(fan)."""
    with torch.no_grad():
        for weight in layer.parameters():
            weight.uniform_(-(fan**-0.5), fan**-0.5, generator=generator)


def drop(values: Tensor, share: float, generator: torch.Generator | None) -> Tensor:
    """Set a random share of the values to zero and scale the others up, which keeps the mean.

    Without a generator, or with a share of 0, the values are returned unchanged.
    """
    if generator is None or share == 0:
        return values
    kept = torch.rand(values.shape, generator=generator) >= share
    return values * kept.to(values) / (1.0 - share)
