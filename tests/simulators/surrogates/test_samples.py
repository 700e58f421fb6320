"""Windows: what they hold, and what stops at the door."""

from dataclasses import replace

import pytest
import torch

from paramscape.simulators.surrogates.samples import scaling_of


def test_a_window_holds_the_days_up_to_its_last_and_that_days_target(samples):
    training = samples[0]
    index = torch.tensor([[3, 0], [2, 1], [5, 0]])  # member, cell, day
    forcing, parameters, target = training.gather(index, 10)
    assert forcing.shape == (10, 2, 7)
    last = training.warmup_days + 5
    torch.testing.assert_close(forcing[:, 0], training.forcing[last - 9 : last + 1, 2])
    torch.testing.assert_close(parameters[0], training.parameters[3, 2])
    torch.testing.assert_close(target[1], training.targets[0, 0, 1])


def test_drawn_windows_lie_inside_and_reach_every_member_cell_and_day(samples):
    training = replace(
        samples[0], warmup_days=0, forcing=samples[0].forcing[samples[0].warmup_days :]
    )
    index = training.draw(20000, 10, torch.Generator().manual_seed(0))
    assert index[2].min() == 9 and index[2].max() == training.targets.shape[1] - 1
    assert index[0].unique().numel() == 12 and index[1].unique().numel() == 4


def test_too_short_a_record_for_one_window_is_refused(samples):
    with pytest.raises(ValueError, match="windows of 200 days"):
        samples[0].draw(5, 200, torch.Generator())


def test_constants_come_from_the_days_of_the_targets_alone(samples):
    training = samples[0]
    warmup_days = training.forcing.clone()
    warmup_days[: training.warmup_days] = 1e6
    scaling = scaling_of(replace(training, forcing=warmup_days))
    assert scaling.forcing_mean.max() < 20
    expected = training.targets.double().std(correction=0)
    torch.testing.assert_close(scaling.target_std[0], expected)


def test_a_gap_in_the_forcing_is_named_before_training(samples):
    training = samples[0]
    broken = training.forcing.clone()
    broken[7, 2, 1] = float("nan")
    with pytest.raises(ValueError, match=r"time 7, cell 2, variable 1 \(prcp\)"):
        replace(training, forcing=broken)


def test_parts_that_do_not_fit_are_refused(samples):
    training = samples[0]
    with pytest.raises(ValueError, match="does not fit targets"):
        replace(training, warmup_days=3)
    with pytest.raises(ValueError, match="do not fit"):
        replace(training, parameters=training.parameters[:5])
    with pytest.raises(ValueError, match="do not fit a domain"):
        replace(training, names=("et", "runoff"))
