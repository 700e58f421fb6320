"""Fixtures shared by all tests."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

REPOSITORY = Path(__file__).resolve().parents[1]
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference cases and sample files next to the repository."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs ../shared (reference cases and sample files), which is absent")
    return folder


@pytest.fixture(autouse=True)
def own_log_handlers() -> Iterator[None]:
    """Remove handlers that a test adds, because they write to its captured stderr."""
    logger = logging.getLogger("paramscape")
    before = list(logger.handlers)
    yield
    logger.handlers[:] = before
