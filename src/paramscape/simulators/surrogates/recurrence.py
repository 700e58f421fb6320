"""Recurrence of an LSTM with inputs that are constant in time, for learning on a CPU.

`torch.nn.LSTM` computes the same. Here the constant inputs are projected once, a whole step is one
matrix product, and no gradients are computed for frozen weights. Features come before windows in
memory, so that each gate is one contiguous block.
"""

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx, once_differentiable

_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input
_tanh_backward = torch.ops.aten.tanh_backward.grad_input


class LstmStates(NamedTuple):
    """hidden: hidden states (..., hidden, window). cell: cell state (hidden, window)."""

    hidden: Tensor
    cell: Tensor


def hidden_states(
    inputs: Tensor, constant: Tensor, weight: Tensor, start: LstmStates, first: int
) -> LstmStates:
    """Hidden states after the steps from `first` on, and the cell state after the last.

    i, f, o = sigmoid and g = tanh of weight [h; x_t] + constant; c = f c + i g; h = o tanh(c)
    (Hochreiter and Schmidhuber 1997, with forget gates). Gates are ordered i, f, g, o.

    Args:
        inputs: (step, feature, window), the inputs that change in time; no gradient flows to them.
        constant: (4 hidden, window), projection of the constant inputs plus bias.
        weight: (4 hidden, hidden + feature), recurrent weights, then those of `inputs`.
        start: states (hidden, window) before the first step; no gradient flows to them.
        first: number of steps at the start whose hidden states are not returned.

    Returns:
        hidden states (step, hidden, window), and the last cell state without gradient.
    """
    return LstmStates(*_Recurrence.apply(inputs, constant, weight, *start, first))


def _activate(gates: Tensor, hidden: int) -> tuple[Tensor, ...]:
    """Apply the gates' activations in place and return the four gates (hidden, window)."""
    gates[: 2 * hidden].sigmoid_()
    gates[2 * hidden : 3 * hidden].tanh_()
    gates[3 * hidden :].sigmoid_()
    return gates.view(4, hidden, -1).unbind(0)


class _Recurrence(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: FunctionCtx,
        inputs: Tensor,
        constant: Tensor,
        weight: Tensor,
        start: Tensor,
        start_cell: Tensor,
        first: int,
    ) -> tuple[Tensor, Tensor]:
        steps, features, windows = inputs.shape
        hidden = weight.shape[0] // 4
        states = inputs.new_empty(steps + 1, hidden + features, windows)
        states[:steps, hidden:] = inputs
        states[0, :hidden] = start
        cells = inputs.new_empty(steps + 1, hidden, windows)
        cells[0] = start_cell
        squashed = inputs.new_empty(steps, hidden, windows)
        gates = inputs.new_empty(steps, 4 * hidden, windows)
        for step in range(steps):
            torch.addmm(constant, weight, states[step], out=gates[step])
            opening, forget, candidate, output = _activate(gates[step], hidden)
            torch.mul(forget, cells[step], out=cells[step + 1])
            cells[step + 1].addcmul_(opening, candidate)
            torch.tanh(cells[step + 1], out=squashed[step])
            torch.mul(output, squashed[step], out=states[step + 1, :hidden])
        ctx.save_for_backward(states, cells, squashed, gates, weight)
        ctx.first = first
        last_cell = cells[steps].clone()
        ctx.mark_non_differentiable(last_cell)
        return states[first + 1 :, :hidden].clone(), last_cell

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, d_states: Tensor, _: Tensor | None) -> tuple[Tensor | None, ...]:
        states, cells, squashed, gates, weight = ctx.saved_tensors
        steps, hidden = squashed.shape[:2]
        d_gates = torch.empty_like(gates[0])
        d_state = torch.zeros_like(cells[0])
        d_cell, scratch = torch.zeros_like(d_state), torch.empty_like(d_state)
        d_constant = torch.zeros_like(d_gates)
        d_weight = torch.zeros_like(weight) if ctx.needs_input_grad[2] else None
        recurrent = weight[:, :hidden].t()
        for step in reversed(range(steps)):
            if step >= ctx.first:
                d_state += d_states[step - ctx.first]
            opening, forget, candidate, output = gates[step].view(4, hidden, -1).unbind(0)
            d_opening, d_forget, d_candidate, d_output = d_gates.view(4, hidden, -1).unbind(0)
            torch.mul(d_state, squashed[step], out=d_output)
            torch.mul(d_state, output, out=scratch)
            d_cell += _tanh_backward(scratch, squashed[step], grad_input=scratch)
            torch.mul(d_cell, candidate, out=d_opening)
            torch.mul(d_cell, cells[step], out=d_forget)
            torch.mul(d_cell, opening, out=d_candidate)
            _through_activations(d_gates, gates[step], hidden)
            d_cell *= forget
            d_constant += d_gates
            if d_weight is not None:
                d_weight.addmm_(d_gates, states[step].t())
            if step:
                torch.mm(recurrent, d_gates, out=d_state)
        return None, d_constant, d_weight, None, None, None


def _through_activations(d_gates: Tensor, gates: Tensor, hidden: int) -> None:
    """Replace gradients of activated gates by gradients before the activation, in place."""
    for part, backward in (
        (slice(0, 2 * hidden), _sigmoid_backward),
        (slice(2 * hidden, 3 * hidden), _tanh_backward),
        (slice(3 * hidden, 4 * hidden), _sigmoid_backward),
    ):
        backward(d_gates[part], gates[part], grad_input=d_gates[part])
