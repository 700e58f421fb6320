"""FFN_A, a feed-forward network from a cell's attributes to its parameters."""

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.networks.layers import draw_uniform, drop


class FfnA(nn.Module):
    """Two linear layers with ReLU and dropout, and a linear layer with sigmoid.

    The output is the parameters on the unit scale of their priors (Tsai et al. 2021, g_A).

    Args:
        inputs: attributes of a cell.
        hidden: units of each hidden layer.
        dropout: share of each hidden layer's values that training leaves out [1].
        start: (output,) values in (0, 1) near which the untrained network's output lies.
    """

    def __init__(self, inputs: int, hidden: int, dropout: float, start: Tensor):
        super().__init__()
        self.dropout = dropout
        self.register_buffer("start", start.to(torch.float32))
        self.layers = nn.ModuleList(
            nn.utils.skip_init(nn.Linear, size, hidden) for size in (inputs, hidden)
        )
        self.head = nn.utils.skip_init(nn.Linear, hidden, len(start))

    def initialise(self, generator: torch.Generator) -> "FfnA":
        """Draw all weights uniformly within 1 / sqrt(fan in), and return the network."""
        for layer in (*self.layers, self.head):
            draw_uniform(layer, layer.in_features, generator)
        with torch.no_grad():
            self.head.bias.copy_(torch.logit(self.start))
        return self

    def forward(self, attributes: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Parameters (cell, output) in the unit interval.

        Args:
            attributes: (cell, input), standardised.
            generator: of the random numbers of dropout; None for no dropout.
        """
        values = attributes
        for layer in self.layers:
            values = drop(torch.relu(layer(values)), self.dropout, generator)
        return torch.sigmoid(self.head(values))
