"""Spectral normalisation of a layer's weights."""

import torch
from torch import Tensor, nn

_FIRST_ITERATIONS = 30


class SpectralNorm(nn.Module):
    """Parametrisation W / sigma(W) of a layer's weight (Miyato et al. 2018).

    sigma is estimated by power iteration from a fixed start: 30 iterations at first, and one for
    each use in training.

    Args:
        weight: (output, ...) initial weight.
    """

    def __init__(self, weight: Tensor):
        super().__init__()
        self.register_buffer("left", nn.functional.normalize(weight.new_ones(len(weight)), dim=0))
        self.register_buffer("right", weight.new_zeros(weight[0].numel()))
        for _ in range(_FIRST_ITERATIONS):
            self._iterate(weight.flatten(1))

    def forward(self, weight: Tensor) -> Tensor:
        """The weight divided by its largest singular value."""
        matrix = weight.flatten(1)
        if self.training:
            self._iterate(matrix)
        # Copies, because the next iteration changes the buffers before this gradient is computed.
        sigma = self.left.clone() @ matrix @ self.right.clone()
        return weight / sigma.clamp(min=1e-12)

    @torch.no_grad()
    def _iterate(self, matrix: Tensor) -> None:
        self.right.copy_(nn.functional.normalize(matrix.t() @ self.left, dim=0))
        self.left.copy_(nn.functional.normalize(matrix @ self.right, dim=0))
