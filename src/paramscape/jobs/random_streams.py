"""Streams of random numbers, one for each purpose and epoch of a calibration."""

import numpy as np
import torch

WEIGHTS, EPOCH, COMPLEX = range(3)


def stream(seed: int, *key: int) -> torch.Generator:
    """A generator of its own for each key, such as (EPOCH, 12), on the CPU."""
    state = np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))


def numbers(seed: int, *key: int) -> np.random.Generator:
    """A generator of NumPy's of its own for each key, such as (COMPLEX, problem, loop)."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
