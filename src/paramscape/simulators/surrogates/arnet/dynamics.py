"""Daily simulation with the encoder-decoder, on the cells of a domain."""

import torch
from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.grid.images import active_image, from_image, to_image
from paramscape.simulators.surrogates.arnet.network import ArnetNetwork
from paramscape.simulators.surrogates.free_run import SimulatedDays


class ArnetDynamics:
    """The state is the day before's standardised targets and hidden channels; see `Dynamics`.

    Targets that are fed back are clamped to the range of the training members. Outside the active
    cells every image is 0, whatever the network gives there.

    Args:
        network: the encoder-decoder.
        domain: the active cells.
    """

    couples_cells = True

    def __init__(self, network: ArnetNetwork, domain: Cells):
        self.network, self.domain = network, domain

    def start(self, runs: int, cells: int) -> Tensor:
        """Zeros, which are the mean targets (y_0 of Mo et al. 2019)."""
        return self.network.forcing_mean.new_zeros(runs, cells, self.network.states)

    def advance(self, forcing: Tensor, unit: Tensor, state: Tensor) -> SimulatedDays:
        """Simulate all runs as images of the domain."""
        mask = active_image(self.domain, unit).expand(len(unit), 1, -1, -1)
        still = torch.cat([self._image(unit), mask], 1)
        low, high = self.network.bounds
        values, targets = [], len(self.network.targets)
        for day in forcing:
            image = self.network(still, self._image(day), self._image(state.clamp(low, high)))
            state = from_image(image, self.domain).transpose(1, 2)
            values.append(state[..., :targets])
        return SimulatedDays(torch.stack(values), state)

    def _image(self, values: Tensor) -> Tensor:
        """Images (run, variable, lat, lon) of values (run, cell, variable)."""
        return to_image(values.transpose(1, 2), self.domain)
