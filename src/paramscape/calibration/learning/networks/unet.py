"""The generator network, a U-Net from attribute images to parameter images."""

import torch
from torch import Tensor, nn

from paramscape.calibration.learning.networks.layers import convolution, group_norm

_SLOPE = 0.2


class UNet(nn.Module):
    """U-Net of four levels for images of any size.

    Contracting 3x3 convolutions of stride 1, 2, 2, 2 with leaky ReLU (slope 0.2), expanding
    transposed convolutions to the size of their skip connection, so that no padding or cropping is
    needed; group normalisation, because there is only one image. The output is linear: parameters
    on the unit scale of their priors, which only the range loss keeps in range (Sun et al. 2024,
    section 2.1.2 and figure 2, which do not give the layers' sizes).

    Args:
        inputs: channels of the input: attributes and the mask of active cells.
        channels: of the first layer.
        start: (output,) values near which the untrained network's output lies everywhere.
    """

    def __init__(self, inputs: int, channels: int, start: Tensor):
        super().__init__()
        widths = [channels, 2 * channels, 4 * channels, 4 * channels]
        self.register_buffer("start", start.to(torch.float32))
        self.contract = nn.ModuleList(
            convolution(a, b, 1 if i == 0 else 2)
            for i, (a, b) in enumerate(zip([inputs, *widths], widths, strict=False))
        )
        self.contract_norm = nn.ModuleList(
            [nn.Identity(), group_norm(widths[1]), group_norm(widths[2]), nn.Identity()]
        )
        outputs = [widths[2], widths[1], widths[0]]
        incoming = [widths[3], 2 * widths[2], 2 * widths[1]]
        self.expand = nn.ModuleList(
            nn.utils.skip_init(nn.ConvTranspose2d, a, b, 3, 2, 1)
            for a, b in zip(incoming, outputs, strict=True)
        )
        self.expand_norm = nn.ModuleList(group_norm(width) for width in outputs)
        self.head = convolution(2 * widths[0], len(start), 1)

    def initialise(self, generator: torch.Generator) -> "UNet":
        """Draw all weights and return the network.

        Normal weights as in He et al. (2015); the last layer's are a hundredth of that.
        """
        for layer in (*self.contract, *self.expand, self.head):
            nn.init.kaiming_normal_(layer.weight, _SLOPE, generator=generator)
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            self.head.weight.mul_(0.01)
            self.head.bias.copy_(self.start)
        return self

    def forward(self, image: Tensor) -> Tensor:
        """Output images (image, output, lat, lon) of input images (image, input, lat, lon)."""
        skips = []
        for layer, norm in zip(self.contract, self.contract_norm, strict=True):
            image = nn.functional.leaky_relu(norm(layer(image)), _SLOPE)
            skips.append(image)
        image = skips.pop()
        for layer, norm in zip(self.expand, self.expand_norm, strict=True):
            skip = skips.pop()
            grown = norm(layer(image, output_size=skip.shape[-2:]))
            image = torch.cat([nn.functional.relu(grown), skip], 1)
        return self.head(image)
