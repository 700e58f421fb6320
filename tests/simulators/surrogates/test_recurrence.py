"""The fast recurrence against the LSTM of PyTorch, its legible twin."""

import pytest
import torch
from torch import nn

from paramscape.simulators.surrogates.recurrence import hidden_states

STEPS, WINDOWS, MOVING, STILL, HIDDEN = 9, 5, 3, 2, 4


def problem(dtype=torch.float64):
    generator = torch.Generator().manual_seed(1)
    lstm = nn.LSTM(MOVING + STILL, HIDDEN).to(dtype)
    moving = torch.randn(STEPS, WINDOWS, MOVING, dtype=dtype, generator=generator)
    still = torch.randn(WINDOWS, STILL, dtype=dtype, generator=generator).requires_grad_()
    start = torch.randn(2, WINDOWS, HIDDEN, dtype=dtype, generator=generator)
    return lstm, moving, still, start


def fast(lstm, moving, still, start, first=0):
    w_moving, w_still = lstm.weight_ih_l0.split([MOVING, STILL], 1)
    bias = (lstm.bias_ih_l0 + lstm.bias_hh_l0).unsqueeze(1)
    weight = torch.cat([lstm.weight_hh_l0, w_moving], 1)
    constant = bias + w_still @ still.t()
    before = (start[0].t(), start[1].t())
    states, cell = hidden_states(moving.transpose(1, 2), constant, weight, before, first)
    return states.transpose(1, 2), cell.t()


def legible(lstm, moving, still, start, first=0):
    inputs = torch.cat([moving, still.expand(len(moving), -1, -1)], -1)
    states, (_, cell) = lstm(inputs, (start[:1], start[1:]))
    return states[first:], cell[0]


@pytest.mark.parametrize("first", [0, 4, STEPS - 1])
def test_the_recurrence_equals_the_lstm_of_pytorch(first):
    parts = problem()
    for mine, theirs in zip(fast(*parts, first), legible(*parts, first), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("first", [0, 4, STEPS - 1])
def test_gradients_equal_those_of_pytorch(first):
    parts = problem()
    lstm, _, still, _ = parts
    leaves = [still, *lstm.parameters()]
    shape = (STEPS - first, WINDOWS, HIDDEN)
    weights = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    ours, theirs = (
        torch.autograd.grad((run(*parts, first)[0] * weights).sum(), leaves)
        for run in (fast, legible)
    )
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-12)


def test_a_series_cut_in_two_gives_what_the_whole_gives():
    lstm, moving, still, start = problem()
    whole, cell = fast(lstm, moving, still, start)
    former, middle = fast(lstm, moving[:4], still, start)
    between = torch.stack([former[-1], middle])
    latter, end = fast(lstm, moving[4:], still, between)
    torch.testing.assert_close(torch.cat([former, latter]), whole, rtol=0, atol=1e-12)
    torch.testing.assert_close(end, cell, rtol=0, atol=1e-12)


def test_frozen_weights_get_no_gradient_and_the_inputs_still_do():
    parts = problem()
    lstm, _, still, _ = parts
    (expected,) = torch.autograd.grad(fast(*parts)[0].square().sum(), still)
    lstm.requires_grad_(False)
    (frozen,) = torch.autograd.grad(fast(*parts)[0].square().sum(), still)
    torch.testing.assert_close(frozen, expected)
