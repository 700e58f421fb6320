"""The discriminator, which tells observed daily images from simulated ones."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import register_parametrization

from paramscape.calibration.learning.networks.layers import convolution
from paramscape.calibration.learning.networks.spectral_norm import SpectralNorm

_SLOPE = 0.2
_LEVELS = 3


class Discriminator(nn.Module):
    """DCGAN-type network with a linear score for a whole image or for each of its parts.

    A 3x3 convolution of stride 2 with leaky ReLU (slope 0.2), two more with batch normalisation
    in between, and a convolution over the remaining image (Sun et al. 2024, section 2.1.2; Radford
    et al. 2015). Batch normalisation always uses the statistics of the batch, and is left out if
    these come from a single value.

    Args:
        inputs: channels of the input: forcing, target, and the mask of observed cells.
        channels: of the first layer; each further layer has twice as many.
        shape: (lat, lon) size of the images.
        spectral_norm: whether the layers' weights are divided by their largest singular values.
        patch: whether the last convolution is a 3x3 one that scores parts of the image (Isola et
            al. 2017).
    """

    def __init__(
        self,
        inputs: int,
        channels: int,
        shape: tuple[int, int],
        spectral_norm: bool = False,
        patch: bool = False,
    ):
        super().__init__()
        self.spectral_norm = spectral_norm
        widths = [inputs, *(channels * 2**level for level in range(_LEVELS))]
        self.convolutions = nn.ModuleList(
            convolution(a, b, 2, bias=i == 0) for i, (a, b) in enumerate(pairwise(widths))
        )
        self.norms = nn.ModuleList(
            nn.Identity() if i == 0 else nn.BatchNorm2d(width, track_running_stats=False)
            for i, width in enumerate(widths[1:])
        )
        for _ in range(_LEVELS):
            shape = (-(-shape[0] // 2), -(-shape[1] // 2))
        self.head = (
            convolution(widths[-1], 1, 1)
            if patch
            else nn.utils.skip_init(nn.Conv2d, widths[-1], 1, shape)
        )

    def initialise(self, generator: torch.Generator) -> "Discriminator":
        """Draw normal weights, standard deviation 0.02 (Radford et al.), and return the network."""
        for layer in (*self.convolutions, self.head):
            nn.init.normal_(layer.weight, std=0.02, generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
            if self.spectral_norm:
                register_parametrization(layer, "weight", SpectralNorm(layer.weight.detach()))
        return self

    def forward(self, image: Tensor) -> Tensor:
        """Scores (image, part) of images (image, input, lat, lon).

        1 means observed, 0 simulated; there is one part if the network scores whole images.
        """
        for layer, norm in zip(self.convolutions, self.norms, strict=True):
            image = layer(image)
            if image[:, 0].numel() > 1:
                image = norm(image)
            image = nn.functional.leaky_relu(image, _SLOPE)
        return self.head(image).flatten(1)
