"""Streams of random numbers: independent by purpose, and those of published results."""

from zlib import crc32

import numpy as np
import pytest
import torch
from numpy.random import SeedSequence, default_rng

from paramscape.study.random_streams import numpy_generator, seed_sequence, torch_generator

ROOTS = {
    ("weights",): SeedSequence(7, spawn_key=(0,)),
    ("epoch", 12): SeedSequence(7, spawn_key=(1, 12)),
    ("sce-ua", 3, 4): SeedSequence(7, spawn_key=(2, 3, 4)),
    ("surrogate validation",): SeedSequence(7, spawn_key=(2,)),
    ("near pilot", 1, 2): SeedSequence(7, spawn_key=(1, 2)),
    ("ensemble member", 9): SeedSequence([7, 9]),
    ("skill pairs",): SeedSequence(7),
    ("truth: surface infilt", 5): SeedSequence([7, crc32(b"truth: surface infilt"), 5]),
}


@pytest.mark.parametrize("stream", ROOTS, ids=lambda stream: stream[0])
def test_the_streams_of_published_results_are_kept(stream) -> None:
    found, expected = seed_sequence(7, *stream), ROOTS[stream]
    assert np.array_equal(found.generate_state(4), expected.generate_state(4))
    numbers = default_rng(expected).random(5)
    assert np.array_equal(numpy_generator(7, *stream).random(5), numbers)


def test_other_seeds_purposes_and_keys_are_other_streams() -> None:
    streams = [(7, "noise"), (8, "noise"), (7, "gaps"), (7, "noise", 1), (7, "noise", 2)]
    drawn = {tuple(numpy_generator(*stream).integers(2**62, size=2)) for stream in streams}
    drawn |= {tuple(torch.randint(2**62, (2,), generator=torch_generator(*s))) for s in streams}
    assert len(drawn) == 2 * len(streams)


def test_a_stream_starts_again_at_its_first_number() -> None:
    first, second = (torch_generator(7, "epoch", 3) for _ in range(2))
    assert torch.equal(torch.rand(4, generator=first), torch.rand(4, generator=second))
