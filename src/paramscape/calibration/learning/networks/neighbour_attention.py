"""Attention of a cell to the cells around it."""

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.networks.attention import (
    Attention,
    FeedForward,
    draw_linear,
    linear,
)
from paramscape.calibration.learning.networks.keyed_dropout import KeyedDropout


class NeighbourAttention(nn.Module):
    """Adds to a cell's tokens what they take from one token for each neighbour.

    A further learned token stands for no neighbour, so that cells without neighbours have one to
    attend to. The attention's last layer starts at 0: untrained, neighbours change nothing.

    Args:
        features: of a neighbour.
        width: of a token.
        heads: of the attention.
    """

    def __init__(self, features: int, width: int, heads: int):
        super().__init__()
        self.enter, self.feed_forward = linear(features, width), FeedForward(width)
        self.nobody = nn.Parameter(torch.empty(width))
        self.norm, self.attention = nn.LayerNorm(width), Attention(width, heads)

    def initialise(self, generator: torch.Generator) -> None:
        """Draw the weights as those of other networks, but for the last layer."""
        draw_linear(self, generator)
        with torch.no_grad():
            self.nobody.uniform_(-1.0, 1.0, generator=generator)
            for weight in self.attention.out.parameters():
                weight.zero_()

    def forward(self, tokens: Tensor, features: Tensor, near: Tensor, drop: KeyedDropout) -> Tensor:
        """Tokens (sample, token, width).

        Args:
            tokens: of the cells.
            features: (sample, neighbour, feature).
            near: (sample, neighbour) bool, which neighbours there are.
            drop: dropout of the pass.
        """
        around = self.enter(features)
        around = around + self.feed_forward(around)
        around = torch.cat([self.nobody.expand(len(around), 1, -1), around], 1)
        seen = torch.cat([near.new_ones(len(near), 1), near], 1)
        return tokens + drop(self.attention(self.norm(tokens), around, seen))
