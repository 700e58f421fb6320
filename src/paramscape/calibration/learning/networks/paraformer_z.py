"""ParaFormer_Z, a transformer from a cell's attributes and time series to its parameters."""

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.networks.attention import (
    Attention,
    AttributeTokens,
    EncoderLayer,
    FeedForward,
    draw_linear,
    head_of,
    linear,
    positions,
)
from paramscape.calibration.learning.networks.keyed_dropout import KeyedDropout
from paramscape.calibration.learning.networks.neighbour_attention import NeighbourAttention
from paramscape.study import ParaFormerSeries


class ParaFormerZ(nn.Module):
    """Attributes that ask a cell's days by cross-attention (Li and Lu 2023, equations 9 to 12).

    An encoder reads the days; the tokens of the attributes, after one self-attention, are the
    queries to them. The mean over the attributes gives the parameters on the unit scale of their
    priors, or one query for each parameter, which attends to attributes and days. They may leave
    the unit interval, which the boundary loss penalises. Attention stays within one cell, unless
    the settings ask for neighbours: then the attributes also attend to the cells around.

    Args:
        attributes: number of a cell's attributes.
        inputs: features of a day: forcing, observation, whether it was observed.
        settings: sizes, norm, dropout and neighbours.
        start: (output,) values near which the untrained network's output lies.
        around: features of a neighbour.
    """

    def __init__(
        self,
        attributes: int,
        inputs: int,
        settings: ParaFormerSeries,
        start: Tensor,
        around: int = 0,
    ):
        super().__init__()
        width, heads = settings.width, settings.heads
        self.norm, self.pooling = settings.norm, settings.pooling
        self.dropout, self.attribute_dropout = settings.dropout, settings.attribute_dropout
        self.register_buffer("start", start.to(torch.float32))
        self.enter = linear(inputs, width)
        self.encoder = nn.ModuleList(
            EncoderLayer(width, heads, self.norm) for _ in range(settings.layers)
        )
        self.tokens = AttributeTokens(attributes, width)
        self.within, self.across = Attention(width, heads), Attention(width, heads)
        self.feed_forward = FeedForward(width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.head = head_of(settings, len(start))
        self.hide_own = settings.hide_own
        self.around = NeighbourAttention(around, width, heads) if settings.neighbours else None

    def initialise(self, generator: torch.Generator) -> "ParaFormerZ":
        """Draw all weights uniformly within 1 / sqrt(fan in), and return the network."""
        self.tokens.initialise(generator)
        draw_linear(self, generator)
        self.head.initialise(self.start, generator)
        if self.around is not None:
            self.around.initialise(generator)
        return self

    def forward(
        self,
        attributes: Tensor,
        series: Tensor,
        features: Tensor | None = None,
        near: Tensor | None = None,
        keys: Tensor | None = None,
    ) -> Tensor:
        """Parameters (sample, output) on the unit scale.

        Args:
            attributes: (sample, attribute), standardised.
            series: (sample, day, input), standardised: forcing, observation, whether it was
                observed. Missing observations are 0.
            features: (sample, neighbour, feature), only with neighbours.
            near: (sample, neighbour) bool, which neighbours there are.
            keys: (sample,) of dropout, see `dropout_keys`; None for no dropout.
        """
        drop = KeyedDropout(keys, self.dropout)
        seen = drop.seen(attributes.shape[1], self.attribute_dropout)
        days = self._read(_hidden(series, drop.hidden(self.hide_own)), drop)
        queries = self.across.query(self._among_attributes(self.tokens(attributes), drop, seen))
        taken = drop(self.across.attend(queries, days)) + queries
        if features is not None:
            taken = self.around(taken, features, near, drop)
        tokens = self._feed_forward(taken, drop)
        if self.pooling == "queries":
            tokens = torch.cat([tokens, days], 1)
            seen = None if seen is None else _also(seen, days.shape[1])
        return self.head(tokens, seen)

    def _read(self, series: Tensor, drop: KeyedDropout) -> Tensor:
        """Tokens (sample, day, width) of the days."""
        tokens = self.enter(series)
        tokens = drop(tokens + positions(*tokens.shape[1:]).to(tokens))
        for layer in self.encoder:
            tokens = layer(tokens, drop)
        return tokens

    def _among_attributes(self, tokens: Tensor, drop: KeyedDropout, seen: Tensor | None) -> Tensor:
        norm = self.norms[0]
        if self.norm == "pre":
            read = norm(tokens)
            return tokens + drop(self.within(read, read, seen))
        return norm(tokens + drop(self.within(tokens, tokens, seen)))

    def _feed_forward(self, tokens: Tensor, drop: KeyedDropout) -> Tensor:
        norm = self.norms[1]
        if self.norm == "pre":
            return tokens + drop(self.feed_forward(norm(tokens)))
        return norm(tokens + drop(self.feed_forward(tokens)))


def _also(seen: Tensor, days: int) -> Tensor:
    """(sample, attribute + day) bool: the attributes that are seen, and all days."""
    return torch.cat([seen, seen.new_ones(len(seen), days)], 1)


def _hidden(series: Tensor, hidden: Tensor | None) -> Tensor:
    """The series without the observations of hidden samples (sample,)."""
    if hidden is None:
        return series
    shown = torch.ones_like(series)
    shown[..., -2:] = (~hidden)[:, None, None].to(series)
    return series * shown
