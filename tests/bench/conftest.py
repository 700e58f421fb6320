"""A tiny run of the benchmark."""

import pytest

from paramscape.bench.session import Bench, Settings


@pytest.fixture
def bench(tmp_path) -> Bench:
    """The quick case on one core, each timing repeated once."""
    return Bench(Settings(quick=True, repeats=1), tmp_path, cores=1)
