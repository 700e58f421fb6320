"""ParaFormer_A, a transformer from a cell's attributes to its parameters."""

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.networks.attention import (
    AttributeTokens,
    EncoderLayer,
    draw_linear,
    head_of,
)
from paramscape.calibration.learning.networks.keyed_dropout import KeyedDropout
from paramscape.study import ParaFormer


class ParaFormerA(nn.Module):
    """Encoder over the tokens of a cell's attributes (Li and Lu 2023, equations 4 to 8).

    The mean of the last tokens gives the parameters on the unit scale of their priors, or one query
    for each parameter. They may leave the unit interval, which the boundary loss penalises.

    Args:
        attributes: number of a cell's attributes.
        settings: sizes, norm and dropout.
        start: (output,) values near which the untrained network's output lies.
    """

    def __init__(self, attributes: int, settings: ParaFormer, start: Tensor):
        super().__init__()
        width = settings.width
        self.dropout, self.attribute_dropout = settings.dropout, settings.attribute_dropout
        self.register_buffer("start", start.to(torch.float32))
        self.tokens = AttributeTokens(attributes, width)
        self.encoder = nn.ModuleList(
            EncoderLayer(width, settings.heads, settings.norm) for _ in range(settings.layers)
        )
        self.head = head_of(settings, len(start))

    def initialise(self, generator: torch.Generator) -> "ParaFormerA":
        """Draw all weights uniformly within 1 / sqrt(fan in), and return the network."""
        self.tokens.initialise(generator)
        draw_linear(self, generator)
        self.head.initialise(self.start, generator)
        return self

    def forward(self, attributes: Tensor, keys: Tensor | None = None) -> Tensor:
        """Parameters (sample, output) on the unit scale.

        Args:
            attributes: (sample, attribute), standardised.
            keys: (sample,) of dropout, see `dropout_keys`; None for no dropout.
        """
        drop = KeyedDropout(keys, self.dropout)
        tokens = self.tokens(attributes)
        seen = drop.seen(attributes.shape[1], self.attribute_dropout)
        for layer in self.encoder:
            tokens = layer(tokens, drop, seen)
        return self.head(tokens, seen)
