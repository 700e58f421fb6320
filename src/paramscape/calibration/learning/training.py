"""One training loop for every method that learns by gradients."""

import copy
import logging
import math
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from paramscape.calibration.checkpoint import identity_of, load_checkpoint, save_checkpoint
from paramscape.calibration.history import History
from paramscape.calibration.learning.divergence import Watch, told_where
from paramscape.calibration.learning.learner import Learner
from paramscape.calibration.learning.minibatches import require_finite_fields
from paramscape.calibration.learning.model_runs import ModelRuns
from paramscape.calibration.learning.pretraining import imitate
from paramscape.calibration.learning.validation import Score, validate
from paramscape.calibration.problem import Problem, Workplace
from paramscape.jobs import random_streams
from paramscape.jobs.interruption import stop_if_overdue, stop_if_signalled
from paramscape.study import Learned

_LOG = logging.getLogger(__name__)


def train(
    learner_of: Callable[[Problem, Any, int], Learner],
    problem: Problem,
    settings: Learned,
    workplace: Workplace,
) -> Tensor:
    """Train, and return the parameters (cell, parameter) of the best validated epoch.

    Every `settings.validate_every` epochs, and after the last one, the simulator runs the
    validation period with the present result; the epoch with the lowest `Score.misfit` is the
    best (Sun et al. 2024, section 2.1.2, keep the generator with the best MSE and KGE). After
    `settings.patience` validations without a better one the training ends. The states that
    windows start from are brought in line with the parameters before each epoch.

    History and checkpoint are written after each epoch, the checkpoint not while a collapse is
    feared. Random numbers come from streams of their own for each epoch, so a training that was
    killed anywhere and is called again ends with the very parameters that it would have had.

    Raises:
        Interrupted: if SIGTERM came, see `interruption`; after an epoch or amid a long one.
        Diverged: if a loss, a network or a simulation is not finite, or if the training
            collapses, see `divergence.Watch`; the last checkpoint stays.
    """
    settings = settings.on(problem.simulator.is_stateful)
    learner = learner_of(problem, settings, workplace.seed)
    course = _Course(learner, problem, settings, workplace)
    course.resume()
    bar = tqdm(
        total=settings.epochs,
        initial=course.epoch,
        desc=f"{learner.name} on {problem.simulator.name}",
        unit="epoch",
    )
    with bar:
        while not course.finished:
            stop_if_signalled(course.kept())
            bar.set_postfix(course.run_epoch())
            bar.update()
    course.tell_end()
    return course.best["parameters"].to(problem.default)


class _Course:
    """All that changes from epoch to epoch."""

    def __init__(self, learner: Learner, problem: Problem, settings: Learned, workplace: Workplace):
        self.learner, self.problem = learner, problem
        self.settings, self.workplace = settings, workplace
        self.identity = identity_of(problem, settings, workplace)
        losses = (f"train/{loss}" for loss in learner.losses)
        scores = (f"validation/{name}" for name in ("mse", "kge", "misfit"))
        self.history = History(("epoch", *losses, *scores, "model_runs", "seconds"))
        self.model_runs = ModelRuns(problem)
        self.best: dict[str, Any] = {"misfit": math.inf}
        self.saved = 0
        self.start = math.nan
        self.watch = Watch(learner.name, settings.learning_rate, problem.priors)
        self.seconds_before = 0.0
        self._refreshed: Tensor | None = None

    @property
    def epoch(self) -> int:
        """Epochs that are done."""
        return len(self.history.rows)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or the patience is at its end."""
        patience = self.settings.patience
        return self.epoch >= self.settings.epochs or (
            patience is not None and self.epoch > 0 and self._validations_since_best() >= patience
        )

    def resume(self) -> None:
        """Take up at the checkpoint, or validate where training starts."""
        state = load_checkpoint(self.workplace, self.identity)
        if state is None:
            begun = time.perf_counter()
            with told_where("before the first epoch", self.kept()):
                self._run_ahead()
                self.start = self._validate(self.learner.result()).misfit
            self.seconds_before += time.perf_counter() - begun
        else:
            for name, part in self._parts().items():
                part.load_state_dict(state["learner"][name])
            self.problem.simulator.load_state_dict(state["simulator"])
            self.model_runs.load_state_dict(state["model_runs"])
            self.history = History(self.history.columns, state["rows"])
            self.best, self.start, self.saved = state["best"], state["start"], self.epoch
            self.history.write(self.workplace.history)
        self.watch.start_from(self.start)

    def run_epoch(self) -> dict[str, str]:
        """Learn for one epoch, validate it if it is due, and keep it; returns words for the bar."""
        start = time.perf_counter()
        row = {"epoch": self.epoch + 1.0, **self._learn()}
        with told_where(f"after epoch {self.epoch + 1}", self.kept()):
            states = self._states()
            self.watch.require_finite_states(states)
            if self._is_validated(row["epoch"]):
                score = self._choose(states)
                row |= {f"validation/{name}": value for name, value in vars(score).items()}
        seconds = time.perf_counter() - start + self.seconds_before
        self.seconds_before = 0.0
        row |= {"model_runs": self.model_runs.spent, "seconds": seconds}
        self.history.record(row)
        self.history.write(self.workplace.history)
        if self.watch.lost == 0:
            self._save(states)
        shown = [c for c in self.history.columns[1:-2] if c in row]
        return {column: f"{row[column]:.4g}" for column in shown}

    def _run_ahead(self) -> None:
        """Imitate what a search of each cell found, if the settings ask for a head start.

        The cost of the search counts as the method's, also where other methods share it.
        """
        settings, searched = self.settings.stateful.pretraining, self.problem.searched
        if settings is None:
            return
        if searched is None:
            raise ValueError(
                f"{self.learner.name} has a head start in its settings, but its problem has no "
                "searched fields; read them with `read_search` from what cell-sceua wrote"
            )
        self.model_runs.search(searched.model_runs)
        self.seconds_before += searched.seconds
        unit = self.problem.priors.to_unit(searched.fields).clamp(0.0, 1.0)
        error = imitate(self.learner.fields, unit, settings)
        _LOG.info(
            "%s imitates what a search of each cell by %d runs found to within %.2g of the "
            "priors' ranges (root mean square)",
            *(self.learner.name, searched.model_runs, math.sqrt(error)),
        )

    def tell_end(self) -> None:
        """Log an early end, and a training that found nothing better than its start."""
        best, name = self.best["epoch"], self.learner.name
        if self.epoch < self.settings.epochs:
            _LOG.info(
                "%s ended after epoch %d of %d: in the last %d validations none was better than "
                "that of epoch %d",
                *(name, self.epoch, self.settings.epochs, self.settings.patience, best),
            )
        if self.best["misfit"] >= self.start:
            _LOG.warning(
                "%s found no fields that fit the validation period better than those that it "
                "started from: misfit %.4g in epoch %d, %.4g at the start",
                *(name, self.best["misfit"], best, self.start),
            )

    def _learn(self) -> dict[str, float]:
        """Mean losses of one epoch over the mini-batches that report them."""
        generator = random_streams.stream(self.workplace.seed, random_streams.EPOCH, self.epoch)
        with told_where(f"before epoch {self.epoch + 1}", self.kept()):
            parameters = self.learner.parameters()
            self._refresh(parameters)
            preconditioner = self.learner.fields.preconditioner
            if preconditioner.is_due(self.epoch):
                self.model_runs.search(preconditioner.renew(parameters))
        batches = self.learner.batches(self.epoch, generator)
        found: dict[str, list[float]] = {name: [] for name in self.learner.losses}
        shown = tqdm(batches, desc=f"epoch {self.epoch + 1}", leave=False, delay=5, unit="batch")
        self._refreshed = None
        for number, batch in enumerate(shown, start=1):
            stop_if_overdue(self.kept())
            with told_where(f"epoch {self.epoch + 1}, mini-batch {number}", self.kept()):
                losses = self.learner.step(batch, generator)
                self.model_runs.learn(batch.windows)
                self.watch.require_finite_losses(losses)
            for name, value in losses.items():
                found[name].append(value)
        return {f"train/{n}": math.fsum(v) / len(v) for n, v in found.items() if v}

    def _refresh(self, parameters: Tensor) -> None:
        """Bring the simulator's states in line, unless they are already."""
        require_finite_fields(parameters)
        if not self.problem.simulator.is_stateful:
            return
        self.model_runs.respin(parameters)
        if self._refreshed is None or not torch.equal(self._refreshed, parameters):
            self.problem.simulator.respin(parameters)
            self._refreshed = parameters

    def _validate(self, parameters: Tensor) -> Score:
        self._refresh(parameters)
        self.model_runs.validate()
        return validate(self.problem, parameters)

    def _choose(self, states: dict[str, Any]) -> Score:
        """Validate, and keep what is better than all before."""
        parameters = self.learner.result()
        score = self._validate(parameters)
        self.watch.see(score.misfit, parameters)
        if score.misfit < self.best["misfit"]:
            self.best = {
                "misfit": score.misfit,
                "epoch": self.epoch + 1,
                "parameters": parameters,
                "learner": copy.deepcopy(states),
            }
        return score

    def _is_validated(self, epoch: float) -> bool:
        return epoch % self.settings.validate_every == 0 or epoch == self.settings.epochs

    def _validations_since_best(self) -> int:
        rows = range(self.best.get("epoch", 0) + 1, self.epoch + 1)
        return sum(self._is_validated(epoch) for epoch in rows)

    def _save(self, states: dict[str, Any]) -> None:
        state = {
            "finished": self.finished,
            "rows": self.history.rows,
            "start": self.start,
            "best": self.best,
            "learner": states,
            "simulator": self.problem.simulator.state_dict(),
            "model_runs": self.model_runs.state_dict(),
        }
        save_checkpoint(state, self.workplace, self.identity)
        self.saved = self.epoch

    def _states(self) -> dict[str, Any]:
        return {name: part.state_dict() for name, part in self._parts().items()}

    def _parts(self) -> dict[str, Any]:
        return {**self.learner.stateful(), "preconditioner": self.learner.fields.preconditioner}

    def kept(self) -> str:
        """What a reader is told of the checkpoint."""
        if not self.saved:
            return "No epoch was completed, so there is no checkpoint"
        best = self.best.get("epoch")
        best = f"; the best validation was in epoch {best}" if best else ""
        return f"The last good checkpoint is kept, of epoch {self.saved}{best}: " + str(
            self.workplace.checkpoint
        )
