"""Learning of the LSTM surrogate, and its predictions for members."""

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from paramscape.simulators.surrogates.lstm.network import LstmNetwork
from paramscape.simulators.surrogates.samples import Samples, scaling_of
from paramscape.study import Lstm, random_streams

_CHUNK = 8192  # windows predicted at once; the results do not depend on it


def untrained(training: Samples, settings: Lstm, seed: int) -> LstmNetwork:
    """A network with random weights; training members give its constants of standardisation."""
    shape = (settings.hidden, settings.days, training.parameter_count)
    network = LstmNetwork(*shape, training.names, scaling_of(training))
    return network.initialise(random_streams.torch_generator(seed, "weights")).to(
        training.forcing.device
    )


class LstmLearner:
    """The mean squared error of random windows; see `training.Learner`.

    Validation is over fixed windows of validation members.

    Args:
        network: to be trained.
        training, validation: samples of the members of each role, in physical units.
        settings: of the network and its training.
        seed: root of the fixed windows' random numbers.
    """

    loss = "mse"
    patient_from = 0

    def __init__(
        self,
        network: LstmNetwork,
        training: Samples,
        validation: Samples,
        settings: Lstm,
        seed: int,
    ):
        self.network, self.settings = network, settings
        self._training = training.standardised(network)
        self._validation = validation.standardised(network)
        generator = random_streams.torch_generator(seed, "surrogate validation")
        self._index = validation.draw(settings.validation_windows, settings.days, generator)

    def draw(self, epoch: int, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Mini-batches of windows (member, cell, last day)."""
        count, days = self.settings.windows_per_epoch, self.settings.days
        return self._training.draw(count, days, generator).split(self.settings.batch, 1)

    def backward(self, batch: Tensor, generator: torch.Generator) -> float:
        """Mean squared error of the windows' last days."""
        forcing, parameters, target = self._training.gather(batch, self.settings.days)
        loss = nn.functional.mse_loss(self.network(forcing, parameters), target)
        loss.backward()
        return float(loss.detach())

    @torch.no_grad()
    def validate(self) -> float:
        """Mean squared error over the fixed windows."""
        self.network.eval()
        total = 0.0
        for chunk in self._index.split(_CHUNK, 1):
            forcing, parameters, target = self._validation.gather(chunk, self.settings.days)
            total += float((self.network(forcing, parameters) - target).square().sum())
        return total / (self._index.shape[1] * len(self.network.targets))


@torch.no_grad()
def predict(network: LstmNetwork, samples: Samples) -> np.ndarray:
    """The surrogate's targets on every day of the samples at which a whole window ends.

    Returns:
        (member, day, cell, target), physical; the last days of the samples' targets.
    """
    scaled = samples.standardised(network)
    members, days, cells = samples.targets.shape[:3]
    first = samples.first_day(network.days)
    grid = torch.cartesian_prod(torch.arange(first, days), torch.arange(cells)).t()
    predicted = np.empty((members, days - first, cells, len(network.targets)), np.float32)
    for member in tqdm(range(members), desc="predicting", unit="member", delay=5):
        chunks = []
        for day, cell in (chunk.unbind(0) for chunk in grid.split(_CHUNK, 1)):
            index = torch.stack([torch.full_like(day, member), cell, day])
            forcing, parameters, _ = scaled.gather(index.to(samples.forcing.device), network.days)
            chunks.append(network.to_physical(network(forcing, parameters)).cpu())
        predicted[member] = torch.cat(chunks).view(days - first, cells, -1).numpy()
    return predicted
