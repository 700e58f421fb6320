"""Intervals of few members hold what they promise, and the score is fair."""

import pytest
import torch

from paramscape.calibration.smoother.posterior import fair_crps, plotting_quantile, widened


def test_intervals_of_24_normal_members_hold_nine_tenths_of_further_draws():
    draw = torch.Generator().manual_seed(2)
    members = torch.randn(24, 20_000, generator=draw, dtype=torch.float64)
    further = torch.randn(20_000, generator=draw, dtype=torch.float64)
    low, high = plotting_quantile(members, 0.05), plotting_quantile(members, 0.95)
    assert float(((low <= further) & (further <= high)).double().mean()) == pytest.approx(
        0.9, abs=0.01
    )
    low, high = members.quantile(0.05, 0), members.quantile(0.95, 0)
    assert float(((low <= further) & (further <= high)).double().mean()) == pytest.approx(
        0.83, abs=0.01
    )


def test_quantiles_do_not_depend_on_the_order_of_members():
    members = torch.tensor([3.0, 1.0, 2.0])
    assert plotting_quantile(members, 0.5) == 2.0
    assert plotting_quantile(members, 0.01) == 1.0
    assert plotting_quantile(members, 0.375) == pytest.approx(1.5)


def test_the_fair_score_of_members_around_the_value_is_zero():
    assert fair_crps(torch.tensor([0.0, 1.0]), torch.tensor(0.5)) == pytest.approx(0.0)


def test_the_fair_score_does_not_depend_on_the_number_of_members_on_average():
    draw = torch.Generator().manual_seed(8)
    value = torch.randn(40_000, generator=draw, dtype=torch.float64)
    scores = [
        float(
            fair_crps(torch.randn(count, 40_000, generator=draw, dtype=torch.float64), value).mean()
        )
        for count in (3, 30)
    ]
    # The score of a calibrated normal forecast is 1 / sqrt(pi).
    assert scores == pytest.approx([torch.pi**-0.5] * 2, abs=0.01)


def test_widened_members_keep_their_median():
    members = torch.tensor([[0.0], [1.0], [4.0]])
    torch.testing.assert_close(widened(members, 2.0), torch.tensor([[-1.0], [1.0], [7.0]]))
