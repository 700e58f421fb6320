"""Training of a filler on the learners' training days, and what it fills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from paramscape.calibration.fill.network import DataIntegrationLstm
from paramscape.calibration.learning.dpl import iterations_of_epoch
from paramscape.calibration.learning.losses import masked_rmse
from paramscape.calibration.problem import CalibrationData
from paramscape.calibration.training_data import days_of
from paramscape.jobs.history import History
from paramscape.study import Filler, Period, random_streams

OBSERVED, FILLED, NONE = 1, 2, 0
"""Values of `source`."""
_RHO, _EPSILON = 0.95, 1e-6  # Adadelta's


@dataclass(frozen=True)
class FittedFiller:
    """A trained network and its constants.

    mean, std: of the learners' observed training days [the target's unit].
    cell_means: (cell,) means of each cell's readable training days, standardised; 0 without any.
    """

    network: DataIntegrationLstm
    mean: float
    std: float
    cell_means: Tensor

    @torch.no_grad()
    def values(self, data: CalibrationData, observed: Tensor) -> Tensor:
        """The network's values (day, cell) of all days, each without its own observation.

        Args:
            data: forcing and attributes.
            observed: (day, cell) what the network may read [the target's unit], NaN where missing.
        """
        standard = ((observed - self.mean) / self.std).to(torch.float32)
        found = self.network(drivers_of(data), standard, self.cell_means)
        return found * self.std + self.mean

    def fill(self, data: CalibrationData, observed: Tensor) -> tuple[Tensor, Tensor]:
        """Observations as they are, with the network's values elsewhere.

        Returns:
            (day, cell) values and their `source`.
        """
        known = torch.isfinite(observed)
        filled = torch.where(known, observed, self.values(data, observed).to(observed))
        return filled, torch.where(known, OBSERVED, FILLED).to(torch.int8)

    def state_dict(self) -> dict[str, Any]:
        """Weights and constants."""
        constants = {"mean": self.mean, "std": self.std, "cell_means": self.cell_means}
        return {"network": self.network.state_dict(), **constants}

    @classmethod
    def of(cls, state: dict[str, Any], data: CalibrationData, settings: Filler) -> FittedFiller:
        """The filler of a `state_dict`."""
        network = network_for(data, settings)
        network.load_state_dict(state["network"])
        return cls(network, state["mean"], state["std"], state["cell_means"])


def train_filler(
    data: CalibrationData, train: Period, settings: Filler, seed: int
) -> tuple[FittedFiller, History]:
    """Fit a filler to the learners' observed training days.

    Adadelta minimises the RMSE of the standardised target in random cells and days; only observed
    days count. A mini-batch starts without a state, from the observation of the day before or the
    cell's mean.

    Args:
        data: what may be learned from.
        train: training period.
        settings: of the filler.
        seed: root of all random numbers.

    Returns:
        the filler, and the history `train/rmse` [standard deviations of the observations].

    Raises:
        ValueError: if the learners' observations do not vary, or the loss is not finite.
    """
    days = days_of(data, train)
    learners = torch.from_numpy(data.cells.learners).nonzero().squeeze(-1)
    known = data.observations[days][:, learners]
    known = known[torch.isfinite(known)].double()
    std = float(known.std(correction=0)) if len(known) else 0.0
    if std <= 0:
        raise ValueError(
            f"gaps cannot be filled: {len(known)} cell-days are observed from {train.start} to "
            f"{train.end} where it is learned, and their standard deviation is {std}"
        )
    mean = float(known.mean())
    readable = data.observations if data.readable is None else data.readable
    standard = ((readable[days] - mean) / std).to(torch.float32)
    network = network_for(data, settings)
    network.initialise(random_streams.torch_generator(seed, "filler weights"))
    filler = FittedFiller(network, mean, std, standard.nanmean(0).nan_to_num())
    samples = _Samples(drivers_of(data)[days], standard, filler.cell_means, learners, settings)
    return filler, _fit(network, samples, settings, seed)


def network_for(data: CalibrationData, settings: Filler) -> DataIntegrationLstm:
    """A network without weights for the forcing and attributes of a study."""
    drivers = data.forcing.shape[-1] + data.attributes.shape[-1]
    return DataIntegrationLstm(drivers, settings.hidden, settings.dropout)


def drivers_of(data: CalibrationData) -> Tensor:
    """(day, cell, forcing + attribute), standardised, single precision."""
    still = data.attributes.expand(len(data.forcing), -1, -1)
    return torch.cat([data.forcing, still], -1).to(torch.float32)


@dataclass(frozen=True)
class _Samples:
    """Random cells and windows of the training period."""

    drivers: Tensor
    observed: Tensor
    cell_means: Tensor
    learners: Tensor
    settings: Filler

    @property
    def iterations(self) -> int:
        """Mini-batches of an epoch."""
        days, cells = len(self.observed), len(self.learners)
        batch = min(self.settings.days, days) * min(self.settings.cells, cells)
        return self.settings.iterations_per_epoch or iterations_of_epoch(batch, days * cells)

    def draw(self, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """Drivers, observations and the values before their first day."""
        length = min(self.settings.days, len(self.observed))
        day = int(torch.randint(len(self.observed) - length + 1, (1,), generator=generator))
        order = torch.randperm(len(self.learners), generator=generator)
        cells = self.learners[order[: self.settings.cells]]
        first = self.cell_means[cells]
        if day:
            before = self.observed[day - 1, cells]
            first = torch.where(torch.isfinite(before), before, first)
        window = slice(day, day + length)
        return self.drivers[window][:, cells], self.observed[window][:, cells], first


def _fit(network: DataIntegrationLstm, samples: _Samples, settings: Filler, seed: int) -> History:
    history = History(("epoch", "train/rmse"))
    optimizer = torch.optim.Adadelta(network.parameters(), settings.learning_rate, _RHO, _EPSILON)
    for epoch in tqdm(range(1, settings.epochs + 1), desc="filler", leave=False, disable=None):
        generator = random_streams.torch_generator(seed, "filler epoch", epoch)
        losses = []
        for _ in range(samples.iterations):
            drivers, observed, first = samples.draw(generator)
            present = torch.isfinite(observed)
            found = network(drivers, observed, first, generator)
            loss = masked_rmse(found, observed.nan_to_num(), present.to(found))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        mean = sum(losses) / len(losses)
        if not torch.isfinite(torch.tensor(mean)):
            raise ValueError(
                f"the filler's loss is {mean} in epoch {epoch}; lower "
                "products.observations.soil_moisture.filler.learning_rate"
            )
        history.record({"epoch": epoch, "train/rmse": mean})
    return history
