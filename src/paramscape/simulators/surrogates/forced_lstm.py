"""LSTM over days of forcing with constant parameters, and a linear layer to the outputs."""

import torch
from torch import Tensor, nn

from paramscape.simulators.surrogates.recurrence import LstmStates, hidden_states
from paramscape.study.quantities import FORCINGS


class ForcedLstm(nn.Module):
    """An LSTM of each day's forcing and the parameters, and a linear layer of its hidden states.

    The constructor sets no weights, so that it draws no global random numbers: call `initialise`,
    or load weights.

    Args:
        hidden: units of the LSTM.
        parameters: number of parameters.
        outputs: of the linear layer.
    """

    def __init__(self, hidden: int, parameters: int, outputs: int):
        super().__init__()
        self.hidden, self.inputs = hidden, [len(FORCINGS), parameters]
        self.lstm = nn.LSTM(sum(self.inputs), hidden, device="meta").to_empty(device="cpu")
        self.head = nn.Linear(hidden, outputs, device="meta").to_empty(device="cpu")

    @torch.no_grad()
    def initialise(self, generator: torch.Generator, forget_bias: float = 0.0) -> None:
        """Draw all weights uniformly within 1 / sqrt(hidden).

        Args:
            generator: of the weights.
            forget_bias: added to the forget gate's bias; above 0 the untrained LSTM remembers
                longer.
        """
        bound = self.hidden**-0.5
        for weight in self.parameters():
            weight.uniform_(-bound, bound, generator=generator)
        self.lstm.bias_ih_l0[self.hidden : 2 * self.hidden] += forget_bias

    def forward(
        self, forcing: Tensor, parameters: Tensor, state: Tensor | None = None, first: int = 0
    ) -> tuple[Tensor, Tensor]:
        """Outputs of the days from `first` on, and the state after the last day.

        Args:
            forcing: (day, lane, variable), standardised; no gradient flows to it.
            parameters: (lane, parameter) in the unit cube.
            state: (lane, 2 hidden), hidden state, then cell state, or None for zeros; no
                gradient flows to it.
            first: number of days at the start whose outputs are not returned.

        Returns:
            (day, lane, output), and the state (lane, 2 hidden) without gradient.
        """
        lanes = parameters.shape[0]
        if state is None:
            state = parameters.new_zeros(lanes, 2 * self.hidden)
        hidden, cell = state.detach().split(self.hidden, 1)
        if torch.is_grad_enabled() and forcing.device.type == "cpu":
            states, cell = self._recur(forcing, parameters, LstmStates(hidden, cell), first)
        else:
            still = parameters.expand(forcing.shape[0], *parameters.shape)
            start = (hidden.unsqueeze(0).contiguous(), cell.unsqueeze(0).contiguous())
            states, (_, cell) = self.lstm(torch.cat([forcing, still], -1), start)
            states, cell = states[first:], cell[0]
        return self.head(states), torch.cat([states[-1], cell], 1).detach()

    def _recur(
        self, forcing: Tensor, parameters: Tensor, start: LstmStates, first: int
    ) -> LstmStates:
        """Hidden states (day, lane, hidden) and last cell state; constant inputs projected once."""
        lstm = self.lstm
        moving, still = lstm.weight_ih_l0.split(self.inputs, 1)
        bias = (lstm.bias_ih_l0 + lstm.bias_hh_l0).unsqueeze(1)
        weight = torch.cat([lstm.weight_hh_l0, moving], 1)
        constant = torch.addmm(bias, still, parameters.t())
        first_states = LstmStates(start.hidden.t(), start.cell.t())
        states, cell = hidden_states(forcing.transpose(1, 2), constant, weight, first_states, first)
        return LstmStates(states.transpose(1, 2), cell.t())
