"""LSTM_Z, an LSTM from a cell's time series and attributes to its parameters."""

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.networks.layers import draw_uniform, drop


class LstmZ(nn.Module):
    """Linear layer with ReLU, LSTM, dropout, linear layer with sigmoid.

    The last day's hidden state gives the parameters on the unit scale of their priors (Tsai et al.
    2021, g_Z).

    Args:
        inputs: features of a day: forcing, observation, whether it was observed, attributes.
        hidden: units of the first layer and of the LSTM.
        dropout: share of the last hidden state that training leaves out [1].
        start: (output,) values in (0, 1) near which the untrained network's output lies.
    """

    def __init__(self, inputs: int, hidden: int, dropout: float, start: Tensor):
        super().__init__()
        self.dropout = dropout
        self.register_buffer("start", start.to(torch.float32))
        self.enter = nn.utils.skip_init(nn.Linear, inputs, hidden)
        self.lstm = nn.LSTM(hidden, hidden, device="meta").to_empty(device="cpu")
        self.head = nn.utils.skip_init(nn.Linear, hidden, len(start))

    def initialise(self, generator: torch.Generator) -> "LstmZ":
        """Draw all weights uniformly within 1 / sqrt(fan in), and return the network."""
        for layer, fan in (
            (self.enter, self.enter.in_features),
            (self.lstm, self.lstm.hidden_size),
            (self.head, self.head.in_features),
        ):
            draw_uniform(layer, fan, generator)
        with torch.no_grad():
            self.head.bias.copy_(torch.logit(self.start))
        return self

    def forward(self, series: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Parameters (cell, output) in the unit interval.

        Args:
            series: (day, cell, input).
            generator: of the random numbers of dropout; None for no dropout.
        """
        _, (last, _) = self.lstm(torch.relu(self.enter(series)))
        return torch.sigmoid(self.head(drop(last[0], self.dropout, generator)))
