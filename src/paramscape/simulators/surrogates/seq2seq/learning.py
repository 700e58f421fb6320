"""Learning of the sequence-to-sequence surrogate."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from paramscape.simulators.surrogates.free_run import free_run
from paramscape.simulators.surrogates.samples import SampleBatch, Samples, scaling_of
from paramscape.simulators.surrogates.seq2seq.network import Seq2seqDynamics, Seq2seqNetwork
from paramscape.study import Seq2seq, random_streams


def untrained(training: Samples, settings: Seq2seq, seed: int) -> Seq2seqNetwork:
    """A network with random weights; training members give its constants of standardisation."""
    shape = (settings.hidden, training.parameter_count)
    network = Seq2seqNetwork(*shape, training.names, scaling_of(training))
    network.initialise(random_streams.torch_generator(seed, "weights"), settings.forget_bias)
    return network.to(training.forcing.device)


class _Series(NamedTuple):
    """Whole series of some members and cells.

    forcing: (time, series, variable). parameters: (series, parameter). targets: (day, series,
    target), which start `warmup_days` after the forcing.
    """

    forcing: Tensor
    parameters: Tensor
    targets: Tensor
    warmup_days: int


class Seq2seqLearner:
    """The mean squared error of random series after their warm-up; see `training.Learner`.

    Validation is a free run of cells of validation members through all forcing, as in a
    simulation, and compares the training period.

    Args:
        network: to be trained.
        training, validation: samples of the members of each role, in physical units.
        settings: of the network and its training.
        seed: root of the random numbers that choose the validation's cells.

    Raises:
        ValueError: if there is not enough forcing for one series.
    """

    loss = "mse"
    patient_from = 0

    def __init__(
        self,
        network: Seq2seqNetwork,
        training: Samples,
        validation: Samples,
        settings: Seq2seq,
        seed: int,
    ):
        self.network, self.settings = network, settings
        self._training = training.standardised(network)
        self._days = min(settings.days, training.targets.shape[1])
        self._first = max(0, settings.warmup_days - training.warmup_days)
        if self._first + self._days > training.targets.shape[1]:
            raise ValueError(
                f"series of {settings.warmup_days} and {self._days} days need as many days of "
                f"forcing, but there are {len(training.forcing)}; shorten "
                "surrogate.seq2seq.warmup_days or lengthen the warm-up before the training period"
            )
        self._validation = _some_series(
            validation.standardised(network),
            settings.validation_series,
            random_streams.torch_generator(seed, "surrogate validation"),
        )

    def draw(self, epoch: int, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Mini-batches of series (member, cell, first learned day), as distinct as possible."""
        members, days, cells = self._training.targets.shape[:3]
        count = self.settings.series_per_epoch
        places = torch.cat(
            [
                torch.randperm(members * cells, generator=generator)
                for _ in range(-(-count // (members * cells)))
            ]
        )[:count]
        starts = torch.randint(self._first, days - self._days + 1, (count,), generator=generator)
        index = torch.stack([places // cells, places % cells, starts])
        return index.to(self._training.forcing.device).split(self.settings.batch, 1)

    def backward(self, batch: Tensor, generator: torch.Generator) -> float:
        """Mean squared error of the series after their warm-up."""
        forcing, parameters, target = self._gather(batch)
        values, _ = self.network(forcing, parameters, first=self.settings.warmup_days)
        loss = nn.functional.mse_loss(values, target)
        loss.backward()
        return float(loss.detach())

    @torch.no_grad()
    def validate(self) -> float:
        """Mean squared error of the free run of the validation's cells."""
        series, dynamics = self._validation, Seq2seqDynamics(self.network)
        state = dynamics.start(1, len(series.parameters))
        unit = series.parameters.unsqueeze(0)
        values = free_run(dynamics, series.forcing, unit, state, series.warmup_days).values
        return float((values[0] - series.targets).square().mean())

    def _gather(self, index: Tensor) -> SampleBatch:
        """Series of forcing with their warm-up, and targets (day, series, target) after it."""
        member, cell, first = index
        samples, warmup = self._training, self.settings.warmup_days
        steps = torch.arange(-warmup, self._days, device=first.device).unsqueeze(1)
        days = first + steps
        forcing = samples.forcing[days + samples.warmup_days, cell]
        return SampleBatch(
            forcing,
            samples.parameters[member, cell],
            samples.targets[member, days[warmup:], cell],
        )


def _some_series(samples: Samples, count: int, generator: torch.Generator) -> _Series:
    """`count` distinct series of members and cells, or all if there are fewer."""
    members, _, cells = samples.targets.shape[:3]
    chosen = torch.randperm(members * cells, generator=generator)[:count]
    member, cell = chosen // cells, chosen % cells
    targets = samples.targets[member, :, cell].transpose(0, 1)
    unit = samples.parameters[member, cell]
    return _Series(samples.forcing[:, cell], unit, targets, samples.warmup_days)
