"""Independent streams of random numbers, one for each purpose and its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    import torch

_SPAWN_KEYS = {
    "weights": (0,),
    "epoch": (1,),
    "sce-ua": (2,),
    "surrogate validation": (2,),
    "near pilot": (),
}
_ENTROPY_ONLY = ("ensemble member", "skill pairs")


def seed_sequence(seed: int, purpose: str, *keys: int) -> np.random.SeedSequence:
    """The root of a stream, independent of the streams of other seeds, purposes and keys.

    A new purpose is any word: its root is SeedSequence([seed, crc32(purpose), *keys]). Seven
    purposes keep the roots that published results were made with. `weights`, `epoch`, `sce-ua`,
    `surrogate validation` and `near pilot` spawn from the seed by number; some of their roots are
    the same, but no job draws from two of those. `ensemble member` and `skill pairs` take seed and
    keys alone.

    Args:
        seed: of the study, the run or the twin.
        purpose: what the numbers are for.
        keys: of the stream within the purpose, such as an epoch. A purpose has the same number of
            keys throughout: NumPy pads with zeros, so that a last key of 0 is that of no key.
    """
    if purpose in _SPAWN_KEYS:
        return np.random.SeedSequence(seed, spawn_key=(*_SPAWN_KEYS[purpose], *keys))
    if purpose in _ENTROPY_ONLY:
        return np.random.SeedSequence([seed, *keys])
    return np.random.SeedSequence([seed, crc32(purpose.encode()), *keys])


def numpy_generator(seed: int, purpose: str, *keys: int) -> np.random.Generator:
    """NumPy's generator of a stream, see `seed_sequence`."""
    return np.random.default_rng(seed_sequence(seed, purpose, *keys))


def torch_generator(seed: int, purpose: str, *keys: int) -> torch.Generator:
    """PyTorch's generator of a stream on the CPU, see `seed_sequence`."""
    import torch

    state = seed_sequence(seed, purpose, *keys).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))
