"""Parts of ParaFormer: attention, encoder layer, tokens of attributes, positions of days."""

from typing import Literal

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.networks.keyed_dropout import KeyedDropout
from paramscape.calibration.learning.networks.layers import draw_uniform
from paramscape.study import ParaFormer

_FEED_FORWARD = 4
_WAVE = 10000.0

Norm = Literal["post", "pre"]


def linear(inputs: int, outputs: int) -> nn.Linear:
    """A linear layer whose weights `draw_linear` draws."""
    return nn.utils.skip_init(nn.Linear, inputs, outputs)


def draw_linear(network: nn.Module, generator: torch.Generator) -> None:
    """Draw the weights of all linear layers of a network uniformly within 1 / sqrt(fan in)."""
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            draw_uniform(layer, layer.in_features, generator)


class Attention(nn.Module):
    """Scaled dot-product attention with several heads (Vaswani et al. 2017, section 3.2).

    Args:
        width: of a token.
        heads: that share the width.

    Raises:
        ValueError: if the heads do not divide the width.
    """

    def __init__(self, width: int, heads: int):
        super().__init__()
        if width % heads:
            raise ValueError(f"{heads} heads do not divide a width of {width}; choose others")
        self.heads = heads
        self.query, self.key, self.value, self.out = (linear(width, width) for _ in range(4))

    def forward(self, tokens: Tensor, sources: Tensor, seen: Tensor | None = None) -> Tensor:
        """What tokens (sample, token, width) take from sources (sample, source, width).

        Args:
            tokens: that attend.
            sources: that they attend to.
            seen: (sample, source) bool, which sources they see; all by default.
        """
        return self.attend(self.query(tokens), sources, seen)

    def attend(self, queries: Tensor, sources: Tensor, seen: Tensor | None = None) -> Tensor:
        """The same for queries (sample, token, width), which are projected already."""
        parts = (self._split(x) for x in (queries, self.key(sources), self.value(sources)))
        mask = None if seen is None else seen[:, None, None, :]
        mixed = nn.functional.scaled_dot_product_attention(*parts, attn_mask=mask)
        return self.out(mixed.transpose(1, 2).flatten(2))

    def _split(self, values: Tensor) -> Tensor:
        """(sample, head, token, width of a head)."""
        return values.unflatten(2, (self.heads, -1)).transpose(1, 2)


class FeedForward(nn.Module):
    """max(0, x W1 + b1) W2 + b2 of each token, four times as wide inside."""

    def __init__(self, width: int):
        super().__init__()
        self.widen, self.narrow = linear(width, _FEED_FORWARD * width), linear(4 * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (..., width)."""
        return self.narrow(torch.relu(self.widen(tokens)))


class EncoderLayer(nn.Module):
    """Self-attention and feed-forward network, each with residual, dropout and layer norm.

    Args:
        width: of a token.
        heads: of the attention.
        norm: layer norm of each sum with its residual (`post`, Vaswani et al. 2017), or of what
            attention and feed-forward network read (`pre`, Xiong et al. 2020).
    """

    def __init__(self, width: int, heads: int, norm: Norm):
        super().__init__()
        self.norm = norm
        self.attention, self.feed_forward = Attention(width, heads), FeedForward(width)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))

    def forward(self, tokens: Tensor, drop: KeyedDropout, seen: Tensor | None = None) -> Tensor:
        """Tokens (sample, token, width); `seen` (sample, token) says which of them are attended."""
        first, second = self.norms
        if self.norm == "pre":
            read = first(tokens)
            tokens = tokens + drop(self.attention(read, read, seen))
            return tokens + drop(self.feed_forward(second(tokens)))
        tokens = first(tokens + drop(self.attention(tokens, tokens, seen)))
        return second(tokens + drop(self.feed_forward(tokens)))


class AttributeTokens(nn.Module):
    """One token for each attribute: h_j = a_j w_j + c_j.

    w_j is Li and Lu's (2023) equation 4; c_j is added, because without it an attribute at its mean
    would be a token of zeros. Each attribute has its own weights, so tokens have no positions.

    Args:
        attributes: number of them.
        width: of a token.
    """

    def __init__(self, attributes: int, width: int):
        super().__init__()
        self.weight, self.bias = (nn.Parameter(torch.empty(attributes, width)) for _ in range(2))

    def initialise(self, generator: torch.Generator) -> None:
        """Draw the weights uniformly within 1."""
        draw_uniform(self, 1, generator)

    def forward(self, attributes: Tensor) -> Tensor:
        """Tokens (sample, attribute, width) of attributes (sample, attribute)."""
        return attributes.unsqueeze(-1) * self.weight + self.bias


def positions(days: int, width: int) -> Tensor:
    """(day, width) positions: sin and cos of day / 10000^(2i / width), in turn.

    Vaswani et al. (2017), section 3.5.
    """
    place = torch.arange(width)
    rate = _WAVE ** (-2.0 * (place // 2).double() / width)
    angle = torch.arange(days).double()[:, None] * rate
    return torch.where(place % 2 == 0, angle.sin(), angle.cos()).to(torch.float32)


class MeanHead(nn.Module):
    """A linear layer on the mean of the tokens.

    Args:
        width: of a token.
        outputs: number of values.
    """

    def __init__(self, width: int, outputs: int):
        super().__init__()
        self.out = linear(width, outputs)

    def initialise(self, start: Tensor, generator: torch.Generator) -> None:
        """See `_draw_last`."""
        _draw_last(self.out, start, generator)

    def forward(self, tokens: Tensor, seen: Tensor | None = None) -> Tensor:
        """(sample, output) of tokens (sample, token, width), of which `seen` count."""
        if seen is None:
            return self.out(tokens.mean(1))
        share = seen.to(tokens) / seen.sum(1, keepdim=True)
        return self.out((tokens * share.unsqueeze(-1)).sum(1))


class QueryHead(nn.Module):
    """Attention of one learned query for each output, and a linear layer for each.

    Args:
        width: of a token.
        heads: of the attention.
        outputs: number of values.
    """

    def __init__(self, width: int, heads: int, outputs: int):
        super().__init__()
        self.queries = nn.Parameter(torch.empty(outputs, width))
        self.attention, self.out = Attention(width, heads), linear(width, outputs)

    def initialise(self, start: Tensor, generator: torch.Generator) -> None:
        """Draw the queries uniformly within 1, the other weights as those of other networks."""
        with torch.no_grad():
            self.queries.uniform_(-1.0, 1.0, generator=generator)
        draw_linear(self.attention, generator)
        _draw_last(self.out, start, generator)

    def forward(self, tokens: Tensor, seen: Tensor | None = None) -> Tensor:
        """(sample, output) of tokens (sample, token, width), of which `seen` are attended."""
        queries = self.queries.expand(len(tokens), -1, -1)
        found = self.attention(queries, tokens, seen)
        return (found * self.out.weight).sum(-1) + self.out.bias


def head_of(settings: ParaFormer, outputs: int) -> MeanHead | QueryHead:
    """The last layer that the settings ask for."""
    if settings.pooling == "queries":
        return QueryHead(settings.width, settings.heads, outputs)
    return MeanHead(settings.width, outputs)


def _draw_last(layer: nn.Linear, start: Tensor, generator: torch.Generator) -> None:
    """Draw a last layer's weights, a hundredth as large as those of others; its bias is `start`.

    An untrained network then gives every cell about the same parameters.
    """
    draw_uniform(layer, layer.in_features, generator)
    with torch.no_grad():
        layer.weight.mul_(0.01)
        layer.bias.copy_(start)
