"""One training loop for every method that learns by gradients."""

import copy
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

import torch
from torch import Tensor
from tqdm import tqdm

from paramscape.study import DplZ, GanPo

from . import seeds
from .checkpoint import identity_of, load_checkpoint, save_checkpoint
from .history import History
from .problem import Problem, Workplace
from .validation import Score, validate


class Learner(Protocol):
    """A method that learns by mini-batches.

    name: of the method, as in the settings. losses: what `step` reports.
    """

    name: str
    losses: tuple[str, ...]

    def stateful(self) -> Mapping[str, Any]:
        """Networks and optimisers by name: everything with a state dict that learning changes."""
        ...

    def batches(self, generator: torch.Generator) -> Sequence[Any]:
        """The mini-batches of one epoch."""
        ...

    def step(self, batch: Any, generator: torch.Generator) -> dict[str, float]:
        """Learn from one mini-batch and report its losses by name."""
        ...

    def parameters(self) -> Tensor:
        """The present parameter fields, (cell, parameter) physical values, without gradient."""
        ...


def train(
    learner: Learner, problem: Problem, settings: GanPo | DplZ, workplace: Workplace
) -> Tensor:
    """Train, and return the parameters (cell, parameter) of the best validated epoch.

    Every `settings.validate_every` epochs, and after the last one, the simulator runs the
    validation period with the present parameters; the epoch with the lowest `Score.misfit` is the
    best (Sun et al. 2024, section 2.1.2, keep the generator with the best MSE and KGE). At the
    same time the states from which windows start are brought in line with the parameters.

    History and checkpoint are written after each epoch. Random numbers come from streams of
    their own for each epoch, so a training that was killed anywhere and is called again ends with
    the very parameters that it would have had.

    Raises:
        FloatingPointError: if a loss or a simulation is not finite.
    """
    progress = _Progress(learner, problem, settings, workplace)
    progress.resume()
    bar = tqdm(
        total=settings.epochs,
        initial=progress.epoch,
        desc=f"{learner.name} on {problem.simulator.name}",
        unit="epoch",
    )
    with bar:
        while progress.epoch < settings.epochs:
            bar.set_postfix(progress.run_epoch())
            bar.update()
    return progress.best["parameters"].to(problem.default)


class _Progress:
    """All that changes from epoch to epoch."""

    def __init__(
        self, learner: Learner, problem: Problem, settings: GanPo | DplZ, workplace: Workplace
    ):
        self.learner, self.problem = learner, problem
        self.settings, self.workplace = settings, workplace
        self.identity = identity_of(problem, settings, workplace)
        self.history = History(
            (
                "epoch",
                *(f"train/{loss}" for loss in learner.losses),
                "validation/mse",
                "validation/kge",
                "validation/misfit",
                "seconds",
            )
        )
        self.best: dict[str, Any] = {"misfit": math.inf}

    @property
    def epoch(self) -> int:
        """Epochs that are done."""
        return len(self.history.rows)

    def resume(self) -> None:
        """Take up at the checkpoint, or make the simulator ready for the first epoch."""
        state = load_checkpoint(self.workplace, self.identity)
        if state is None:
            self.problem.simulator.refresh(self.learner.parameters())
            return
        for name, part in self.learner.stateful().items():
            part.load_state_dict(state["learner"][name])
        self.problem.simulator.load_state_dict(state["simulator"])
        self.history = History(self.history.columns, state["rows"])
        self.best = state["best"]
        self.history.write(self.workplace.history)

    def run_epoch(self) -> dict[str, str]:
        """Learn for one epoch, validate it if it is due, and keep it; returns words for the bar."""
        start = time.perf_counter()
        row = {"epoch": self.epoch + 1.0, **self._learn()}
        if row["epoch"] % self.settings.validate_every == 0 or row["epoch"] == self.settings.epochs:
            score = self._validate()
            row |= {f"validation/{name}": value for name, value in asdict(score).items()}
        row["seconds"] = time.perf_counter() - start
        self.history.record(row)
        self.history.write(self.workplace.history)
        self._save()
        shown = [c for c in self.history.columns[1:-1] if c in row]
        return {column: f"{row[column]:.4g}" for column in shown}

    def _learn(self) -> dict[str, float]:
        """Mean losses of one epoch over its mini-batches."""
        generator = seeds.stream(self.workplace.seed, seeds.EPOCH, self.epoch)
        batches = self.learner.batches(generator)
        sums = dict.fromkeys(self.learner.losses, 0.0)
        shown = tqdm(batches, desc=f"epoch {self.epoch + 1}", leave=False, delay=5, unit="batch")
        for number, batch in enumerate(shown, start=1):
            losses = self.learner.step(batch, generator)
            self._require_finite(losses, number)
            for name in sums:
                sums[name] += losses[name]
        return {f"train/{name}": total / len(batches) for name, total in sums.items()}

    def _validate(self) -> Score:
        parameters = self.learner.parameters()
        self.problem.simulator.refresh(parameters)
        score = validate(self.problem, parameters)
        if score.misfit < self.best["misfit"]:
            self.best = {
                "misfit": score.misfit,
                "epoch": self.epoch + 1,
                "parameters": parameters,
                "learner": copy.deepcopy(self._states()),
            }
        return score

    def _save(self) -> None:
        state = {
            "finished": self.epoch >= self.settings.epochs,
            "rows": self.history.rows,
            "best": self.best,
            "learner": self._states(),
            "simulator": self.problem.simulator.state_dict(),
        }
        save_checkpoint(state, self.workplace, self.identity)

    def _states(self) -> dict[str, Any]:
        return {name: part.state_dict() for name, part in self.learner.stateful().items()}

    def _require_finite(self, losses: Mapping[str, float], batch: int) -> None:
        for name, value in losses.items():
            if not math.isfinite(value):
                method = self.learner.name
                raise FloatingPointError(
                    f"epoch {self.epoch + 1}, mini-batch {batch}: the loss {name} of {method} is "
                    f"{value}, though its simulation is finite. Most likely the steps are too "
                    f"long: lower calibration.{method}.learning_rate "
                    f"(now {self.settings.learning_rate})."
                )
