"""Learning of the autoregressive encoder-decoder: single days first, then longer runs."""

from bisect import bisect_right
from typing import NamedTuple

import torch
from torch import Tensor, nn

from paramscape.simulators.surrogates.arnet.dynamics import ArnetDynamics
from paramscape.simulators.surrogates.arnet.network import ArnetNetwork, ArnetShape
from paramscape.simulators.surrogates.free_run import run_members
from paramscape.simulators.surrogates.samples import Samples, scaling_of
from paramscape.study import Arnet, Rollout, random_streams

_LOSSES = {"l1": nn.functional.l1_loss, "mse": nn.functional.mse_loss}


def targets_of(target: str, settings: Arnet) -> tuple[str, ...]:
    """The calibrated target and what else is fed back."""
    return tuple(dict.fromkeys((target, *settings.feedback)))


def untrained(training: Samples, settings: Arnet, seed: int) -> ArnetNetwork:
    """A network with random weights; training members give constants and bounds of its state."""
    shape = ArnetShape(
        layers=settings.layers,
        growth=settings.growth,
        enter=(settings.channels, settings.kernel, settings.stride),
        hidden_channels=settings.hidden_channels,
        parameters=training.parameter_count,
    )
    network = ArnetNetwork(training.names, scaling_of(training), **shape)
    network.initialise(random_streams.torch_generator(seed, "weights")).to(training.forcing.device)
    targets = network.standardise_targets(training.targets)
    seen = torch.stack([targets.amin((0, 1, 2)), targets.amax((0, 1, 2))])
    network.bounds[:, : len(training.names)] = seen
    return network


class _Runs(NamedTuple):
    """Runs under way.

    member, cell: (run, cell) from which each cell takes forcing, parameters and targets.
    state: (run, cell, state).
    """

    member: Tensor
    cell: Tensor
    state: Tensor


class ArnetLearner:
    """The error of short runs that start from true states with noise; see `training.Learner`.

    The curriculum `settings.rollouts` starts with single days and makes the runs longer; its
    stages have equally many epochs, and patience counts from the last stage. Weights change after
    every `settings.bptt_days` days of a run, and gradients flow back through these days. Runs
    longer than a day use the running statistics of the normalisation, as simulations do. In a
    share `settings.shuffle_cells` of the runs each cell takes forcing, parameters and targets from
    any cell of any member. VIC's cells are independent, so such an image is a valid run of VIC,
    too. It teaches the network from few members that patterns and places do not matter.

    Validation is a free run of validation members through all forcing, as in a simulation. It
    compares the first target in the training period, because errors of single days say little.

    Args:
        network: to be trained.
        training, validation: samples of the members of each role, in physical units.
        settings: of the network and its training.
        seed: root of the random numbers that choose the validation's members.

    Raises:
        ValueError: if a rollout is longer than the training period.
    """

    def __init__(
        self,
        network: ArnetNetwork,
        training: Samples,
        validation: Samples,
        settings: Arnet,
        seed: int,
    ):
        self.network, self.settings = network, settings
        self.loss = settings.loss
        stages = len(settings.rollouts)
        self._starts = [stage * settings.epochs // stages for stage in range(stages)]
        self.patient_from = self._starts[-1]
        self._training = training.standardised(network)
        self._require_room(training.targets.shape[1])
        self._dynamics = ArnetDynamics(network, training.domain)
        members = torch.randperm(
            len(validation.parameters),
            generator=random_streams.torch_generator(seed, "surrogate validation"),
        )
        chosen = members[: settings.validation_members].sort().values
        self._validation = validation.standardised(network).members(chosen)

    def draw(self, epoch: int, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Mini-batches (member, first day, days done, days) of the runs of the epoch's stage.

        A run longer than `settings.bptt_days` days is cut into consecutive mini-batches; each
        continues from the states after the one before.
        """
        rollout = self._rollout(epoch)
        self._single_days = rollout.days == 1
        members, days = self._training.targets.shape[:2]
        count = max(1, self.settings.images_per_epoch // rollout.days)
        member = torch.randint(members, (count,), generator=generator)
        first = torch.randint(1, days - rollout.days + 1, (count,), generator=generator)
        pieces = torch.arange(rollout.days).split(self.settings.bptt_days)
        batches = [
            torch.stack([*runs, *(torch.full_like(runs[0], n) for n in (piece[0], len(piece)))])
            for runs in torch.stack([member, first]).split(rollout.windows, 1)
            for piece in pieces
        ]
        return tuple(batch.to(self._training.forcing.device) for batch in batches)

    def backward(self, batch: Tensor, generator: torch.Generator) -> float:
        """Mean error of the days, in all targets and active cells."""
        member, first, done, days = batch
        if int(done[0]) == 0:
            self._runs = self._begin(member, first, generator)
        member, cell, state = self._runs
        samples, length = self._training, torch.arange(int(days[0]), device=first.device)
        today = (first + done + length[:, None]).unsqueeze(-1)
        self.network.train(self._single_days)
        forcing = samples.forcing[today + samples.warmup_days, cell]
        values, state = self._dynamics.advance(forcing, samples.parameters[member, cell], state)
        self._runs = _Runs(member, cell, state.detach())
        loss = _LOSSES[self.loss](values, samples.targets[member, today, cell])
        loss.backward()
        return float(loss.detach())

    def validate(self) -> float:
        """Mean squared error of the first target in the free run of the validation's members."""
        values = run_members(self._dynamics, self._validation)
        return float((values - self._validation.targets)[..., 0].square().mean())

    def _begin(self, member: Tensor, first: Tensor, generator: torch.Generator) -> _Runs:
        """Runs on the day before their first one.

        Args:
            member, first: (run,) member and first day of each run.
            generator: of the shuffled cells and the noise.
        """
        targets = self._training.targets
        members, _, cells = targets.shape[:3]
        shape, device = (len(member), cells), member.device
        mixed = torch.rand(len(member), 1, generator=generator) < self.settings.shuffle_cells
        anyone, anywhere = (torch.randint(n, shape, generator=generator) for n in (members, cells))
        member = torch.where(mixed, anyone, member.cpu().unsqueeze(1)).to(device)
        cell = torch.where(mixed, anywhere, torch.arange(cells)).to(device)
        state = targets[member, first.unsqueeze(1) - 1, cell]
        noise = torch.randn(state.shape, generator=generator).to(state)
        state = state + self.settings.noise * noise
        memory = state.new_zeros(*shape, self.settings.hidden_channels)
        return _Runs(member, cell, torch.cat([state, memory], -1))

    def _rollout(self, epoch: int) -> Rollout:
        return self.settings.rollouts[bisect_right(self._starts, epoch) - 1]

    def _require_room(self, days: int) -> None:
        longest = max(rollout.days for rollout in self.settings.rollouts)
        if longest >= days:
            raise ValueError(
                f"runs of {longest} days and the day before them do not fit the training period "
                f"of {days} days; shorten surrogate.arnet.rollouts"
            )
