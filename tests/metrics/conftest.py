"""A masked grid with a coast and a hole, and noisy fields on it."""

from __future__ import annotations

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def mask():
    active = np.ones((12, 9), dtype=np.int32)
    active[:3, :2] = 0
    active[9:, 6:] = 0
    active[5, 4] = 0
    return active


@pytest.fixture
def pair(rng, mask):
    """Simulation and observation (time, lat, lon), NaN outside the mask, without gaps."""
    observed = 2 + np.sin(np.arange(40) / 6)[:, None, None] + rng.gamma(2, 0.3, (40, *mask.shape))
    simulated = 0.2 + 0.8 * observed + rng.normal(0, 0.3, observed.shape)
    outside = mask == 0
    observed[:, outside] = np.nan
    simulated[:, outside] = np.nan
    return simulated, observed
