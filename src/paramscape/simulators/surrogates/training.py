"""The training of every surrogate: epochs, early stopping, and taking up after an interruption."""

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from tqdm import tqdm

from paramscape.files import write_table
from paramscape.files.tensors import load_tensors, save_tensors
from paramscape.jobs.interruption import stop_if_overdue, stop_if_signalled
from paramscape.simulators.surrogates.network import SurrogateNetwork
from paramscape.study import SurrogateTraining

WEIGHTS, _EPOCH, VALIDATION = range(3)  # purposes of random numbers


@dataclass(frozen=True)
class TrainingFiles:
    """Where a training keeps its losses and what it resumes from."""

    history: Path
    checkpoint: Path


class Learner(Protocol):
    """A network and how it learns from samples.

    loss: name of what `backward` lowers. patient_from: epochs that are run in any case, before
    patience counts.
    """

    network: SurrogateNetwork
    settings: SurrogateTraining
    loss: str
    patient_from: int

    def draw(self, epoch: int, generator: torch.Generator) -> tuple[Tensor, ...]:
        """Mini-batches of an epoch, counted from 0: the indices (index, sample) of each."""
        ...

    def backward(self, batch: Tensor, generator: torch.Generator) -> float:
        """Add the gradients of the mini-batch's mean loss to the weights', and return the loss."""
        ...

    def validate(self) -> float:
        """Mean squared error of standardised targets of validation members."""
        ...


def train(learner: Learner, files: TrainingFiles, seed: int) -> SurrogateNetwork:
    """Train a surrogate and return the network of the best validation.

    Adam lowers the learner's loss; the training ends when the error on validation members has not
    improved for more than `patience` epochs. `files.history` (epoch, train/<loss>,
    validation/mse, seconds) grows with each epoch. Random numbers come from a stream of their own
    for each epoch: interrupted and called again with the same arguments, the training takes up at
    its checkpoint and ends with the same weights.

    Args:
        learner: the network, its samples and its settings.
        files: history and checkpoint.
        seed: root of the epochs' random numbers.

    Raises:
        Interrupted: if SIGTERM came, see `interruption`; after an epoch or amid a long one.
        FloatingPointError: if a loss is not finite.
        ValueError: if the checkpoint belongs to other settings, or is none.
    """
    progress = _Progress(learner)
    progress.resume(files.checkpoint)
    bar = tqdm(
        total=learner.settings.epochs,
        initial=progress.epoch,
        desc=f"training {learner.network.kind}",
        unit="epoch",
    )
    with bar:
        while not progress.finished:
            stop_if_signalled(progress.kept(files))
            start = time.perf_counter()
            train_loss = _run_epoch(progress, files, stream(seed, _EPOCH, progress.epoch))
            loss = learner.validate()
            progress.record(train_loss, loss, time.perf_counter() - start)
            progress.save(files)
            bar.set_postfix(train=f"{train_loss:.4f}", validation=f"{loss:.4f}")
            bar.update()
    learner.network.load_state_dict(progress.best)
    return learner.network.eval()


def stream(seed: int, *key: int) -> torch.Generator:
    """A stream of random numbers of its own for each purpose, such as (seed, VALIDATION)."""
    state = np.random.SeedSequence(seed, spawn_key=key).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))


class _Progress:
    """All that changes from epoch to epoch."""

    def __init__(self, learner: Learner):
        self.learner, self.settings = learner, learner.settings
        self.optimiser = torch.optim.Adam(
            learner.network.parameters(),
            lr=self.settings.learning_rate,
            weight_decay=self.settings.weight_decay,
        )
        self.history: list[tuple[float, float, float]] = []
        self.best = _copy(learner.network)

    @property
    def epoch(self) -> int:
        return len(self.history)

    @property
    def finished(self) -> bool:
        losses = [row[1] for row in self.history]
        stale = self.epoch - 1 - int(np.argmin(losses)) if losses else 0
        stale = min(stale, self.epoch - self.learner.patient_from)
        return self.epoch >= self.settings.epochs or stale > self.settings.patience

    def record(self, train_loss: float, validation_loss: float, seconds: float) -> None:
        if not np.isfinite([train_loss, validation_loss]).all():
            raise FloatingPointError(
                f"epoch {self.epoch + 1}: the surrogate's loss is {train_loss} in training and "
                f"{validation_loss} in validation; lower "
                f"surrogate.{self.learner.network.kind}.learning_rate "
                f"(now {self.settings.learning_rate})"
            )
        if all(validation_loss < row[1] for row in self.history):
            self.best = _copy(self.learner.network)
        self.history.append((train_loss, validation_loss, seconds))

    def set_rate(self, fraction: float) -> None:
        """Set the step size for a moment within the epoch, given as a fraction of it."""
        rate = self.settings.learning_rate
        if self.settings.lr_schedule == "cosine":
            done = (self.epoch + fraction) / self.settings.epochs
            rate *= 0.5 * (1.0 + math.cos(math.pi * done))
        for group in self.optimiser.param_groups:
            group["lr"] = rate

    def save(self, files: TrainingFiles) -> None:
        columns = [f"train/{self.learner.loss}", "validation/mse", "seconds"]
        table = pd.DataFrame(self.history, columns=columns)
        table.index = pd.RangeIndex(1, self.epoch + 1, name="epoch")
        write_table(table.reset_index(), files.history)
        save_tensors(self._state(), files.checkpoint)

    def resume(self, checkpoint: Path) -> None:
        if not checkpoint.exists():
            return
        parts = ("settings", "network", "optimiser", "best", "history")
        state = load_tensors(checkpoint, "checkpoint of a surrogate's training", *parts)
        settings = self.settings.model_dump(mode="json")
        if state["settings"] != settings:
            raise ValueError(
                f"{checkpoint}: this checkpoint belongs to other settings "
                f"({state['settings']}); delete it to train with {settings}"
            )
        self.learner.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.best = state["best"]
        self.history = [tuple(row) for row in state["history"]]

    def kept(self, files: TrainingFiles) -> str:
        """What a reader is told of the checkpoint."""
        if not self.epoch:
            return "No epoch was completed, so there is no checkpoint"
        return f"{self.epoch} epochs are kept in {files.checkpoint}"

    def _state(self) -> dict[str, Any]:
        return {
            "settings": self.settings.model_dump(mode="json"),
            "network": self.learner.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "best": self.best,
            "history": [list(row) for row in self.history],
        }


def _run_epoch(progress: _Progress, files: TrainingFiles, generator: torch.Generator) -> float:
    """Take one epoch's steps and return the mean loss of its samples."""
    learner, largest = progress.learner, progress.settings.max_grad_norm
    learner.network.train()
    total = samples = 0.0
    drawn = learner.draw(progress.epoch, generator)
    batches = tqdm(drawn, desc=f"epoch {progress.epoch + 1}", leave=False, delay=5)
    for number, batch in enumerate(batches):
        stop_if_overdue(progress.kept(files))
        progress.set_rate(number / len(drawn))
        progress.optimiser.zero_grad()
        total += learner.backward(batch, generator) * batch.shape[1]
        samples += batch.shape[1]
        if largest is not None:
            nn.utils.clip_grad_norm_(learner.network.parameters(), largest)
        progress.optimiser.step()
    return total / samples


def _copy(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}
