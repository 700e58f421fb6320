"""Training of a surrogate: epochs, early stopping, and taking up after an interruption."""

import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from tqdm import tqdm

from paramscape.study import Lstm

from .lstm import LstmNetwork, describe
from .windows import Samples, scaling_of

_WEIGHTS, _EPOCH, _VALIDATION = range(3)  # purposes of random numbers
_CHUNK = 4096  # windows evaluated at once; only memory depends on it


@dataclass(frozen=True)
class TrainingFiles:
    """Where a training keeps its losses and what it resumes from."""

    history: Path
    checkpoint: Path


def train(
    training: Samples,
    validation: Samples,
    targets: tuple[str, ...],
    settings: Lstm,
    files: TrainingFiles,
    seed: int,
) -> LstmNetwork:
    """Train the LSTM surrogate and return the network of the best validation loss.

    Adam on the mean squared error of standardised targets over windows drawn anew in each epoch;
    stopped when the loss on fixed windows of validation members has not improved for more than
    `settings.patience` epochs. `files.history` (epoch, train_loss, validation_loss, seconds)
    grows with each epoch. Interrupted and called again with the same arguments, the training
    takes up at its checkpoint and ends with the same weights.

    Args:
        training: samples of training members, in physical units; they alone give the constants
            of standardisation.
        validation: samples of validation members.
        targets: names of the samples' targets, in their order.
        settings: the network and its training.
        files: history and checkpoint.
        seed: root of the weights' and the windows' random numbers.
    """
    network = LstmNetwork(settings.hidden, settings.days, targets, scaling_of(training))
    network.initialise(_generator(seed, _WEIGHTS)).to(training.forcing.device)
    training, validation = training.standardised(network), validation.standardised(network)
    index = validation.draw(
        settings.validation_windows, settings.days, _generator(seed, _VALIDATION)
    )
    progress = _Progress(network, settings)
    progress.resume(files.checkpoint)
    bar = tqdm(
        total=settings.epochs, initial=progress.epoch, desc="training the surrogate", unit="epoch"
    )
    with bar:
        while not progress.finished:
            start = time.perf_counter()
            train_loss = _run_epoch(progress, training, _generator(seed, _EPOCH, progress.epoch))
            loss = _evaluate(network, validation, index)
            progress.record(train_loss, loss, time.perf_counter() - start)
            progress.save(files)
            bar.set_postfix(train=f"{train_loss:.4f}", validation=f"{loss:.4f}")
            bar.update()
    network.load_state_dict(progress.best)
    return network.eval()


def save_network(network: LstmNetwork, path: Path) -> None:
    """Write a network for `load_network`, whole or not at all."""
    _save(describe(network), path)


class _Progress:
    """All that changes from epoch to epoch."""

    def __init__(self, network: LstmNetwork, settings: Lstm):
        self.network, self.settings = network, settings
        self.optimiser = torch.optim.Adam(network.parameters(), lr=settings.learning_rate)
        self.history: list[tuple[float, float, float]] = []
        self.best = _copy(network)

    @property
    def epoch(self) -> int:
        return len(self.history)

    @property
    def finished(self) -> bool:
        losses = [row[1] for row in self.history]
        stale = self.epoch - 1 - int(np.argmin(losses)) if losses else 0
        return self.epoch >= self.settings.epochs or stale > self.settings.patience

    def record(self, train_loss: float, validation_loss: float, seconds: float) -> None:
        if not np.isfinite([train_loss, validation_loss]).all():
            raise FloatingPointError(
                f"epoch {self.epoch + 1}: the surrogate's loss is {train_loss} in training and "
                f"{validation_loss} in validation; lower surrogate.lstm.learning_rate "
                f"(now {self.settings.learning_rate})"
            )
        if all(validation_loss < row[1] for row in self.history):
            self.best = _copy(self.network)
        self.history.append((train_loss, validation_loss, seconds))

    def set_rate(self, fraction: float) -> None:
        """Set the step size for a moment within the epoch, given as a fraction of it."""
        rate = self.settings.learning_rate
        if self.settings.decay == "cosine":
            done = (self.epoch + fraction) / self.settings.epochs
            rate *= 0.5 * (1.0 + math.cos(math.pi * done))
        for group in self.optimiser.param_groups:
            group["lr"] = rate

    def save(self, files: TrainingFiles) -> None:
        table = pd.DataFrame(self.history, columns=["train_loss", "validation_loss", "seconds"])
        table.index = pd.RangeIndex(1, self.epoch + 1, name="epoch")
        partial = files.history.with_name(f".{files.history.name}.partial")
        files.history.parent.mkdir(parents=True, exist_ok=True)
        table.to_csv(partial)
        os.replace(partial, files.history)
        _save(self._state(), files.checkpoint)

    def resume(self, checkpoint: Path) -> None:
        if not checkpoint.exists():
            return
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        if state["settings"] != _trajectory(self.settings):
            raise ValueError(
                f"{checkpoint}: this checkpoint belongs to other settings "
                f"({state['settings']}); delete it to train with {_trajectory(self.settings)}"
            )
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.best = state["best"]
        self.history = [tuple(row) for row in state["history"]]

    def _state(self) -> dict[str, Any]:
        return {
            "settings": _trajectory(self.settings),
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "best": self.best,
            "history": [list(row) for row in self.history],
        }


def _run_epoch(progress: _Progress, training: Samples, generator: torch.Generator) -> float:
    """Take one epoch's steps and return the mean loss of its windows."""
    network, settings = progress.network.train(), progress.settings
    index = training.draw(settings.windows_per_epoch, settings.days, generator)
    total = 0.0
    batches = tqdm(
        index.split(settings.batch, 1), desc=f"epoch {progress.epoch + 1}", leave=False, delay=5
    )
    for number, batch in enumerate(batches):
        progress.set_rate(number / len(batches))
        forcing, parameters, target = training.gather(batch, settings.days)
        loss = nn.functional.mse_loss(network(forcing, parameters), target)
        progress.optimiser.zero_grad()
        loss.backward()
        progress.optimiser.step()
        total += float(loss.detach()) * batch.shape[1]
    return total / index.shape[1]


@torch.no_grad()
def _evaluate(network: LstmNetwork, samples: Samples, index: Tensor) -> float:
    """Mean squared error of standardised targets over the windows (3, window)."""
    network.eval()
    total = 0.0
    for chunk in index.split(_CHUNK, 1):
        forcing, parameters, target = samples.gather(chunk, network.days)
        total += float((network(forcing, parameters) - target).square().sum())
    return total / (index.shape[1] * len(network.targets))


def _trajectory(settings: Lstm) -> dict[str, Any]:
    """The settings on which the weights after some epoch depend."""
    free = {"patience"} if settings.decay == "cosine" else {"patience", "epochs"}
    return settings.model_dump(exclude=free)


def _generator(seed: int, *key: int) -> torch.Generator:
    """A stream of random numbers of its own for each purpose and epoch."""
    state = np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))


def _copy(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


def _save(state: dict[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    torch.save(state, partial)
    os.replace(partial, path)
