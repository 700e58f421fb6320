"""Windows and runs start from the states of a model, here of a leaky bucket in each cell."""

from datetime import date

import pytest
import torch

from paramscape.simulators.interface import Windows
from paramscape.simulators.state_cache import KeptStates, StateCache
from paramscape.study import LearningPeriods, Period

PERIODS = LearningPeriods(
    warmup=Period(start=date(2001, 1, 1), end=date(2001, 1, 6)),
    train=Period(start=date(2001, 1, 7), end=date(2001, 1, 18)),
    validation=Period(start=date(2001, 1, 21), end=date(2001, 1, 25)),
)
CELLS, WARMUP, TRAIN, EVERY = 3, 6, 12, 5
RAIN = torch.rand(30, CELLS, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
SLOW = torch.tensor([[0.9], [0.8], [0.7]], dtype=torch.float64)
QUICK = SLOW / 2


class Bucket:
    """Water w_t = share w_{t-1} + rain_t, from 1 on; kept as w / (1 + share)."""

    kept = KeptStates(-1, torch.float64, torch.float64, torch.device("cpu"))

    def __init__(self):
        self.replayed, self.warmups = [], []

    def land(self, parameters):
        return parameters[:, 0]

    def cold_start(self, land):
        return torch.ones_like(land)

    def advance(self, land, state, days, cells=slice(None)):
        for day in days:
            state = land * state + RAIN[WARMUP + day, cells]
        return state

    def values(self, land, state):
        return (state / (1 + land))[None]

    def replay(self, land, values, windows):
        self.replayed.append((windows.first_days.tolist(), windows.days))
        cells = slice(None) if windows.cells is None else windows.cells
        ends = []
        for start, first in zip(values, windows.first_days.tolist(), strict=True):
            days = range(first, first + windows.days)
            state = self.advance(land, start[0] * (1 + land), days, cells)
            ends.append(self.values(land, state))
        return torch.stack(ends)

    def places(self, cells):
        return cells

    def short_warmup(self, parameters, day):
        self.warmups.append(day)
        reached = self.advance(
            self.land(parameters), torch.ones(CELLS).double(), range(-WARMUP, day)
        )
        return lambda others: others[..., 0] * reached

    def water(self, parameters, day):
        """Water of a run from the cold start on."""
        return self.advance(parameters[:, 0], torch.ones(CELLS).double(), range(-WARMUP, day))


@pytest.fixture
def bucket():
    return Bucket()


@pytest.fixture
def cache(bucket):
    """States of slow buckets, kept every five days."""
    cache = StateCache(bucket, PERIODS, EVERY)
    cache.respin(SLOW)
    return cache


def windows(*first, days=2, cells=None):
    return Windows(torch.tensor(first), days, None if cells is None else torch.tensor(cells))


def test_a_window_starts_from_the_state_of_the_continuous_run(cache, bucket):
    first = (0, 5, 10, 3, 8, 6)
    starts = cache.starts(bucket.land(SLOW), windows(*first))
    expected = torch.stack([bucket.values(SLOW[:, 0], bucket.water(SLOW, day)) for day in first])
    torch.testing.assert_close(starts, expected, rtol=0, atol=1e-14)


def test_only_windows_between_kept_states_are_replayed_those_of_one_gap_together(cache, bucket):
    cache.starts(bucket.land(SLOW), windows(0, 3, 5, 8, 6))
    assert sorted(bucket.replayed) == [([0, 5], 3), ([5], 1)]


def test_some_cells_start_from_their_own_states_in_the_order_asked_for(cache, bucket):
    whole = cache.starts(bucket.land(SLOW), windows(5, 7))
    some = cache.starts(bucket.land(SLOW)[[2, 0]], windows(5, 7, cells=[2, 0]))
    assert torch.equal(some, whole[..., [2, 0]])


def test_days_are_replayed_with_the_parameters_of_the_window(cache, bucket):
    quick = cache.starts(bucket.land(QUICK), windows(6))[0]
    kept = cache.state_dict()["states"][1, 0] * (1 + QUICK[:, 0])
    expected = bucket.advance(QUICK[:, 0], kept, range(5, 6))
    torch.testing.assert_close(quick[0] * (1 + QUICK[:, 0]), expected)


def test_a_window_renews_the_state_that_is_kept_after_its_last_day(cache):
    before = cache.state_dict()["states"]
    assert before.shape == (3, 1, CELLS)
    values = torch.arange(2.0 * CELLS).double().reshape(2, 1, CELLS)
    cache.renew(values, windows(3, 4, days=2))
    assert torch.equal(cache.state_dict()["states"][1], values[0])
    assert torch.equal(cache.state_dict()["states"][[0, 2]], before[[0, 2]])
    cache.renew(values[:1, :, :1], windows(7, days=3, cells=[1]))
    after = cache.state_dict()["states"][2]
    assert after[0, 1] == values[0, 0, 0] and torch.equal(after[:, [0, 2]], before[2][:, [0, 2]])


def test_a_window_that_ends_with_training_renews_nothing(cache):
    before = cache.state_dict()["states"]
    cache.renew(torch.zeros(1, 1, CELLS), windows(10, days=2))
    assert torch.equal(cache.state_dict()["states"], before)


def test_a_run_after_training_continues_the_respin_of_the_same_parameters(cache, bucket):
    start = cache.start_of_run(SLOW, PERIODS.validation)
    assert start.day == TRAIN
    torch.testing.assert_close(start.state, bucket.water(SLOW, TRAIN))


@pytest.mark.parametrize(
    ("parameters", "period"),
    [(QUICK, PERIODS.validation), (SLOW, PERIODS.train), (SLOW[None], PERIODS.validation)],
)
def test_every_other_run_starts_with_the_whole_warm_up(cache, parameters, period):
    start = cache.start_of_run(parameters, period)
    assert start.day == -WARMUP and start.state is None


def test_a_short_warm_up_starts_from_the_respun_parameters_and_is_made_once(cache, bucket):
    members = torch.stack([SLOW, QUICK])
    for _ in range(2):
        start = cache.start_of_run(members, PERIODS.train, warmup_days=2)
        assert start.day == -2
        torch.testing.assert_close(start.state, members[..., 0] * bucket.water(SLOW, -2))
    assert bucket.warmups == [-2]
    cache.respin(QUICK)
    cache.start_of_run(members, PERIODS.train, warmup_days=2)
    assert bucket.warmups == [-2, -2]


@pytest.mark.parametrize("days", [WARMUP, 100])
def test_a_short_warm_up_of_the_whole_length_is_the_whole_one(cache, bucket, days):
    start = cache.start_of_run(SLOW, PERIODS.train, warmup_days=days)
    assert start.day == -WARMUP and start.state is None and not bucket.warmups


def test_a_restored_cache_starts_windows_as_the_first_one_and_shares_no_memory(cache, bucket):
    restored = StateCache(bucket, PERIODS, EVERY)
    restored.load_state_dict(cache.state_dict())
    expected = cache.starts(bucket.land(SLOW), windows(5, 8))
    cache.renew(torch.zeros(1, 1, CELLS), windows(3, days=2))
    assert torch.equal(restored.starts(bucket.land(SLOW), windows(5, 8)), expected)


def test_an_empty_cache_is_saved_and_restored(bucket):
    empty, filled = (StateCache(bucket, PERIODS, EVERY) for _ in range(2))
    filled.respin(SLOW)
    filled.load_state_dict(empty.state_dict())
    with pytest.raises(RuntimeError, match=r"call respin\(parameters\) once before simulating"):
        filled.starts(bucket.land(SLOW), windows(0))


def test_what_a_cache_cannot_start_is_refused(cache, bucket):
    with pytest.raises(ValueError, match="start them between 0 and 10"):
        cache.starts(bucket.land(SLOW), windows(11))
    with pytest.raises(ValueError, match="got cache_every=0"):
        StateCache(bucket, PERIODS, 0)
    with pytest.raises(RuntimeError, match="before a run with a short warm-up"):
        StateCache(bucket, PERIODS, EVERY).start_of_run(SLOW, PERIODS.train, 3)
