"""A small model that a surrogate can learn: evaporation from a bucket-like memory of rain."""

import numpy as np
import pytest
import torch

from paramscape.grid.cells import Cells
from paramscape.simulators.surrogates.samples import Samples
from paramscape.study import Lstm

DAYS, LEAD, CELLS = 120, 9, 4
DOMAIN = Cells(
    np.array([[True, True, False], [False, True, True]]),
    np.array([32.0, 32.25]),
    np.array([112.0, 112.25, 112.5]),
)


def simple_model(forcing, parameters):
    """(member, time, cell, 1): a decaying memory of variable 0, scaled by two parameters."""
    memory = torch.zeros(parameters.shape[0], forcing.shape[1])
    values = []
    for day in forcing:
        memory = 0.6 * memory + day[:, 0]
        values.append((0.5 + parameters[..., 0]) * memory + 2.0 * parameters[..., 6] + 3.0)
    return torch.stack(values, 1).unsqueeze(-1)


def make_samples(members, seed):
    shared = torch.Generator().manual_seed(99)
    own = torch.Generator().manual_seed(seed)
    forcing = torch.rand(LEAD + DAYS, CELLS, 7, generator=shared)
    parameters = torch.rand(members, CELLS, 7, generator=own)
    targets = simple_model(forcing, parameters)[:, LEAD:]
    return Samples(forcing * 10.0 + 5.0, parameters, targets, LEAD, ("et",), DOMAIN)


@pytest.fixture(scope="session")
def samples():
    """Samples of training, validation and test members."""
    return make_samples(12, 1), make_samples(4, 2), make_samples(4, 3)


@pytest.fixture
def settings():
    """A training of a few seconds."""
    return Lstm(
        hidden=16,
        days=10,
        batch=100,
        windows_per_epoch=2000,
        validation_windows=500,
        epochs=3,
        patience=2,
        learning_rate=0.01,
    )
