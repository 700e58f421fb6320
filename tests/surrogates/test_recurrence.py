"""The fast recurrence against the LSTM of PyTorch, its legible twin."""

import torch
from torch import nn

from paramscape.surrogates.recurrence import last_hidden

STEPS, WINDOWS, MOVING, STILL, HIDDEN = 9, 5, 3, 2, 4


def problem(dtype=torch.float64):
    generator = torch.Generator().manual_seed(1)
    lstm = nn.LSTM(MOVING + STILL, HIDDEN).to(dtype)
    moving = torch.randn(STEPS, WINDOWS, MOVING, dtype=dtype, generator=generator)
    still = torch.randn(WINDOWS, STILL, dtype=dtype, generator=generator).requires_grad_()
    return lstm, moving, still


def fast(lstm, moving, still):
    w_moving, w_still = lstm.weight_ih_l0.split([MOVING, STILL], 1)
    bias = (lstm.bias_ih_l0 + lstm.bias_hh_l0).unsqueeze(1)
    weight = torch.cat([lstm.weight_hh_l0, w_moving], 1)
    return last_hidden(moving.transpose(1, 2), bias + w_still @ still.t(), weight).t()


def legible(lstm, moving, still):
    return lstm(torch.cat([moving, still.expand(STEPS, -1, -1)], -1))[0][-1]


def test_the_recurrence_equals_the_lstm_of_pytorch():
    lstm, moving, still = problem()
    torch.testing.assert_close(
        fast(lstm, moving, still), legible(lstm, moving, still), rtol=0, atol=1e-12
    )


def test_gradients_equal_those_of_pytorch():
    lstm, moving, still = problem()
    leaves = [still, *lstm.parameters()]
    target = torch.randn(
        WINDOWS, HIDDEN, dtype=torch.float64, generator=torch.Generator().manual_seed(2)
    )
    ours = torch.autograd.grad((fast(lstm, moving, still) * target).sum(), leaves)
    theirs = torch.autograd.grad((legible(lstm, moving, still) * target).sum(), leaves)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-12)


def test_frozen_weights_get_no_gradient_and_the_inputs_still_do():
    lstm, moving, still = problem()
    (expected,) = torch.autograd.grad(fast(lstm, moving, still).square().sum(), still)
    lstm.requires_grad_(False)
    (frozen,) = torch.autograd.grad(fast(lstm, moving, still).square().sum(), still)
    torch.testing.assert_close(frozen, expected)
