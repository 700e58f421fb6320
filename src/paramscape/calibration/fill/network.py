"""An LSTM that predicts today's observation and reads yesterday's."""

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.networks.layers import draw_uniform, drop


class DataIntegrationLstm(nn.Module):
    """Linear layer with ReLU, LSTM, dropout, linear layer, in a closed loop.

    The input of day t is its forcing, the cell's attributes, and z(t - 1) with a flag: the
    observation of the day before if there was one, else the network's own value of that day (Fang
    et al. 2017, Geophys. Res. Lett. 44, 11030-11039; Fang and Shen 2020).

    Args:
        drivers: features of a day besides z and its flag.
        hidden: units of the first layer and of the LSTM.
        dropout: share of the hidden state that training leaves out before the last layer [1].
    """

    def __init__(self, drivers: int, hidden: int, dropout: float):
        super().__init__()
        self.dropout = dropout
        self.enter = nn.utils.skip_init(nn.Linear, drivers, hidden)
        self.integrate = nn.utils.skip_init(nn.Linear, 2, hidden, bias=False)
        self.cell = nn.LSTMCell(hidden, hidden, device="meta").to_empty(device="cpu")
        self.head = nn.utils.skip_init(nn.Linear, hidden, 1)

    def initialise(self, generator: torch.Generator) -> "DataIntegrationLstm":
        """Draw all weights uniformly within 1 / sqrt(fan in), and return the network."""
        inputs, hidden = self.enter.in_features + 2, self.head.in_features
        layers = {self.enter: inputs, self.integrate: inputs, self.cell: hidden, self.head: hidden}
        for layer, fan in layers.items():
            draw_uniform(layer, fan, generator)
        return self

    def forward(
        self,
        drivers: Tensor,
        observed: Tensor,
        first: Tensor,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Standardised values (day, cell); each day is estimated without its own observation.

        Args:
            drivers: (day, cell, feature).
            observed: (day, cell) standardised observations, NaN where missing.
            first: (cell,) z of the day before the first, which is flagged as not observed.
            generator: of the random numbers of dropout; None for no dropout.
        """
        entered, present = self.enter(drivers), torch.isfinite(observed)
        z, flag, state, found = first, torch.zeros_like(first), None, []
        for day in range(len(drivers)):
            seen = self.integrate(torch.stack([z, flag], -1))
            state = self.cell(torch.relu(entered[day] + seen), state)
            value = self.head(drop(state[0], self.dropout, generator)).squeeze(-1)
            found.append(value)
            z = torch.where(present[day], observed[day].nan_to_num(), value)
            flag = present[day].to(value)
        return torch.stack(found)
