"""Layers without hidden randomness: their weights are drawn when `initialise` is called."""

from math import gcd

from torch import nn

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
