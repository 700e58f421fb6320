"""Which days and cells are learned from: in an epoch, each of them once."""

import pytest
import torch

from paramscape.calibration.learning.minibatches import (
    random_windows,
    single_days,
    windows_of_cells,
)
from paramscape.study import StatefulWindows


def seeded():
    return torch.Generator().manual_seed(1)


def used_days(batches):
    return sorted(day for batch in batches for day in batch.days[batch.used].tolist())


def test_every_single_day_is_learned_from_once_in_an_epoch():
    batches = single_days(90, 16, seeded())
    assert used_days(batches) == list(range(90))
    assert {len(b.windows.first_days) for b in batches} == {15}
    assert all(b.windows.days == 1 for b in batches)


@pytest.mark.parametrize("days", [12, 30, 31, 59, 90, 100])
@pytest.mark.parametrize("windows", [1, 2, 40])
def test_windows_use_every_day_of_the_period_once(days, windows):
    batches = random_windows(days, StatefulWindows(days=30, windows=windows), seeded())
    assert used_days(batches) == list(range(days))
    assert max(len(b.windows.first_days) for b in batches) <= windows
    for batch in batches:
        assert batch.days.min() >= 0 and batch.days.max() < days
        assert batch.used.any(1).all()


def test_the_last_window_is_moved_back_to_end_with_the_period():
    batches = random_windows(101, StatefulWindows(days=30, windows=2), seeded())
    first = torch.cat([b.windows.first_days for b in batches])
    assert sorted(first.tolist()) == [0, 26, 52, 75]
    assert {b.windows.days for b in batches} == {26}


def test_no_window_is_left_with_the_few_days_of_a_remainder():
    """730 days in windows of 243 would leave a mini-batch of a single day."""
    batches = random_windows(730, StatefulWindows(days=243, windows=1), seeded())
    assert sorted(int(b.used.sum()) for b in batches) == [181, 183, 183, 183]


def test_every_day_of_every_cell_is_used_once():
    cells = torch.arange(17)
    batches = windows_of_cells(100, StatefulWindows(days=30, windows=3), cells, 9, seeded())
    count = torch.zeros(100, 17, dtype=torch.int)
    for batch in batches:
        assert len(batch.windows.cells) <= 9
        assert len(batch.windows.first_days) <= 3
        for day in batch.days[batch.used]:
            count[day, batch.windows.cells] += 1
    assert (count == 1).all()


def test_another_epoch_deals_other_groups_in_another_order():
    generator, cut = seeded(), StatefulWindows(days=30, windows=3)
    epochs = [windows_of_cells(100, cut, torch.arange(17), 9, generator) for _ in range(2)]
    groups = [{tuple(b.windows.cells.tolist()) for b in batches} for batches in epochs]
    assert groups[0] != groups[1]


def test_an_epoch_of_the_paper_has_few_batches_of_each_cell():
    batches = windows_of_cells(730, StatefulWindows(windows=12), torch.arange(408), 50, seeded())
    assert len(batches) == 9 * 3
