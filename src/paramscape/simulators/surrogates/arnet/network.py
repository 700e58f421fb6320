"""Autoregressive dense encoder-decoder: one day's images from those of the day before."""

from collections.abc import Sequence
from typing import TypedDict, Unpack

import torch
from torch import Tensor, nn

from paramscape.simulators.surrogates.network import Scaling, SurrogateNetwork
from paramscape.study.quantities import FORCINGS

_MOMENTUM = 0.02  # of the running statistics, which a simulation uses
_HIDDEN_RANGE = 3.0  # bound of the hidden channels, for which training gives no range


class ArnetShape(TypedDict):
    """Size of the network.

    layers: number of layers of each of the three dense blocks. growth: channels that each layer
    adds. enter: channels, odd kernel size and stride of the first convolution; 48, 7 and 2 in Mo
    et al. (2019). The last convolution has the same stride. hidden_channels: outputs that are fed
    back like the targets, but have no true values. parameters: number of parameters.
    """

    layers: Sequence[int]
    growth: int
    enter: Sequence[int]
    hidden_channels: int
    parameters: int


class ArnetNetwork(SurrogateNetwork):
    """Image to image: y_t = f(parameters, forcing_t, y_{t-1}, mask) (Mo et al. 2019).

    A convolution of stride 2 or 1, three dense blocks with one level down and up between
    them, and a transposed 5x5 convolution back to the full size. Batch normalisation and ReLU
    precede each convolution except the first. Transposed convolutions are given the size of their
    output, so that images of any size come back in that size. The outputs are linear: the
    standardised targets.

    Args:
        targets: names of the outputs with true values, which come first and are fed back, too.
        scaling: constants of standardisation.
        shape: size of the network.

    Attributes:
        bounds: (2, state), lowest and highest values that may be fed back.
    """

    kind = "arnet"

    def __init__(self, targets: Sequence[str], scaling: Scaling, **shape: Unpack[ArnetShape]):
        growth = shape["growth"]
        lists = {"layers": list(shape["layers"]), "enter": list(shape["enter"])}
        super().__init__(targets, scaling, **{**shape, **lists})
        self.states = len(self.targets) + shape["hidden_channels"]
        channels, kernel, stride = shape["enter"]
        inputs = shape["parameters"] + 1 + len(FORCINGS) + self.states
        outer, middle, inner = shape["layers"]
        width = channels + outer * growth
        halved = width // 2
        deep = halved + middle * growth
        risen = deep // 2 + inner * growth
        widest = torch.tensor([[-_HIDDEN_RANGE], [_HIDDEN_RANGE]])
        self.register_buffer("bounds", widest.repeat(1, self.states))
        self.enter = _convolution(inputs, channels, kernel, stride)
        self.outer = _Dense(channels, outer, growth)
        self.down = nn.Sequential(
            _normalised(width, _convolution(width, halved, 1, 1)),
            _normalised(halved, _convolution(halved, halved, 3, 2)),
        )
        self.middle = _Dense(halved, middle, growth)
        self.rise = _normalised(deep, _convolution(deep, deep // 2, 1, 1))
        self.up = _Up(deep // 2, deep // 2, 3, 2)
        self.inner = _Dense(deep // 2, inner, growth)
        self.narrow = _normalised(risen, _convolution(risen, risen // 2, 1, 1))
        self.leave = _Up(risen // 2, self.states, 5, stride, bias=True)

    def initialise(self, generator: torch.Generator) -> "ArnetNetwork":
        """Draw all weights from normal distributions (He et al. 2015), and return the network.

        The hidden channels start at 0, because single days do not train them.
        """
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.kaiming_normal_(module.weight, generator=generator)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        with torch.no_grad():
            self.leave.grow.weight[:, len(self.targets) :] = 0.0
        return self

    def forward(self, still: Tensor, forcing: Tensor, before: Tensor) -> Tensor:
        """Standardised targets and hidden channels of one day.

        Args:
            still: (image, parameter + 1, lat, lon), parameters in the unit cube and the mask.
            forcing: (image, variable, lat, lon), standardised.
            before: (image, state, lat, lon), the result of the day before.

        Returns:
            (image, state, lat, lon).
        """
        image = torch.cat([still, forcing, before], 1)
        full = image.shape[-2:]
        image = self.outer(self.enter(image))
        half = image.shape[-2:]
        image = self.middle(self.down(image))
        image = self.inner(self.up(self.rise(image), half))
        return self.leave(self.narrow(image), full)


class _Dense(nn.Module):
    """Layers that each read the outputs of all layers before."""

    def __init__(self, channels: int, layers: int, growth: int):
        super().__init__()
        widths = [channels + i * growth for i in range(layers)]
        self.layers = nn.ModuleList(_normalised(w, _convolution(w, growth, 3, 1)) for w in widths)

    def forward(self, image: Tensor) -> Tensor:
        for layer in self.layers:
            image = torch.cat([image, layer(image)], 1)
        return image


class _Up(nn.Module):
    """Normalisation, ReLU and a transposed convolution to a given size."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, bias: bool = False):
        super().__init__()
        self.norm = nn.BatchNorm2d(inputs, momentum=_MOMENTUM)
        self.grow = nn.utils.skip_init(
            nn.ConvTranspose2d, inputs, outputs, kernel, stride, kernel // 2, bias=bias
        )

    def forward(self, image: Tensor, size: Sequence[int]) -> Tensor:
        return self.grow(torch.relu(self.norm(image)), output_size=list(size))


def _convolution(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Conv2d:
    """Convolution that keeps the size (stride 1) or halves it, rounded up (stride 2)."""
    return nn.utils.skip_init(nn.Conv2d, inputs, outputs, kernel, stride, kernel // 2, bias=False)


def _normalised(channels: int, layer: nn.Module) -> nn.Sequential:
    return nn.Sequential(nn.BatchNorm2d(channels, momentum=_MOMENTUM), nn.ReLU(), layer)
