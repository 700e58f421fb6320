"""Dropout whose random numbers depend on the sample alone, not on the mini-batch around it."""

from math import prod

import torch
from torch import Tensor

_GAMMA = 0x9E3779B97F4A7C15 - 2**64
_FIRST = 0xBF58476D1CE4E5B9 - 2**64
_SECOND = 0x94D049BB133111EB - 2**64
_BITS = 53


def dropout_keys(samples: int, generator: torch.Generator) -> Tensor:
    """(sample,) keys, one stream of random numbers for each sample."""
    return torch.randint(2**63 - 1, (samples,), generator=generator)


class KeyedDropout:
    """The dropout of one pass through a network.

    The number that decides on the i-th value of a sample is the i-th of SplitMix64 with the
    sample's key as seed (Steele et al. 2014), so that samples can be cut into micro-batches, and
    passed through the network twice, with the same result.

    Args:
        keys: (sample,) int64 of `dropout_keys`; None for no dropout.
        share: of the values that are set to zero [1].
    """

    def __init__(self, keys: Tensor | None, share: float):
        self._keys = keys
        self._share, self._used = share, 0

    def __call__(self, values: Tensor) -> Tensor:
        """Set a random share of values (sample, ...) to zero and scale the others up."""
        if self._keys is None or self._share == 0:
            return values
        kept = self._kept(prod(values.shape[1:]), self._share).view(values.shape)
        return values * kept.to(values) / (1.0 - self._share)

    def seen(self, tokens: int, share: float) -> Tensor | None:
        """(sample, token) bool, which whole tokens are seen: all but a random share of them.

        A sample sees all of its tokens where it would see none. None without dropout of tokens.
        """
        if self._keys is None or share == 0:
            return None
        kept = self._kept(tokens, share)
        return kept | ~kept.any(1, keepdim=True)

    def hidden(self, share: float) -> Tensor | None:
        """(sample,) bool, a random share of the samples; None if none is hidden."""
        if self._keys is None or share == 0:
            return None
        return ~self._kept(1, share)[:, 0]

    def _kept(self, count: int, share: float) -> Tensor:
        """(sample, value) bool: whether each of the next values of a sample is kept."""
        places = torch.arange(self._used, self._used + count, device=self._keys.device)
        self._used += count
        drawn = split_mix(self._keys[:, None], places)
        return ((drawn >> (64 - _BITS)) & (2**_BITS - 1)) >= int(share * 2**_BITS)


def split_mix(seeds: Tensor, places: Tensor) -> Tensor:
    """The numbers at places (counted from 0) of SplitMix64's streams, as signed 64-bit integers.

    Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators", figure 16, with
    the constants of its variant 13. Both arguments are int64; their shapes are broadcast.
    """
    mixed = seeds + (places + 1) * _GAMMA
    mixed = (mixed ^ _shift(mixed, 30)) * _FIRST
    mixed = (mixed ^ _shift(mixed, 27)) * _SECOND
    return mixed ^ _shift(mixed, 31)


def _shift(values: Tensor, bits: int) -> Tensor:
    """Shift to the right with zeros from the left; PyTorch repeats the sign instead."""
    return (values >> bits) & (2 ** (64 - bits) - 1)
