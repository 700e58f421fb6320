"""The epoch loop of every training: methods of calibration and surrogates of VIC."""

import logging
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tqdm import tqdm

from paramscape.jobs.checkpoint import RunPaths
from paramscape.jobs.divergence import DivergenceMonitor, error_context
from paramscape.jobs.history import History
from paramscape.jobs.interruption import stop_if_overdue, stop_if_signalled

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class EpochRules:
    """When a training validates and when it ends.

    epochs: most epochs. validate_every: epochs between validations; the last epoch is always
    validated. patience: validations without improvement that end the training, or None.
    patient_from: epochs that run in any case; validations up to it neither end the training nor
    count as a collapse.
    """

    epochs: int
    validate_every: int = 1
    patience: int | None = None
    patient_from: int = 0


@dataclass(frozen=True)
class Start:
    """Where a training starts.

    misfit: of the untrained result, see `Validation`.
    seconds: time that other jobs spent on it, which counts as this training's.
    """

    misfit: float
    seconds: float = 0.0


@dataclass(frozen=True)
class Validation:
    """What a validation found.

    misfit: the number by which the best epoch is chosen; lower is better.
    row: values of the history by column.
    bad: reasons why the result is unusable whatever its misfit, see `DivergenceMonitor.update`.
    """

    misfit: float
    row: Mapping[str, float]
    bad: tuple[str, ...] = ()


class Training(Protocol):
    """What a training provides to the loop.

    name: for messages. title: for the progress bar. losses: names that `step` may report.
    columns: further columns of the history, filled by `Validation.row` and `costs`.
    """

    name: str
    title: str
    losses: tuple[str, ...]
    columns: tuple[str, ...]

    def begin(self) -> Start:
        """Do the work before the first epoch."""
        ...

    def batches(self, epoch: int) -> Sequence[Any]:
        """The mini-batches of an epoch; `epoch` is the number of those before it."""
        ...

    def step(self, batch: Any) -> dict[str, float]:
        """Learn from one mini-batch and return its losses by name."""
        ...

    def size(self, batch: Any) -> int:
        """The weight of a mini-batch in an epoch's mean losses."""
        ...

    def validate(self) -> Validation:
        """Validate the present result."""
        ...

    def result(self) -> Any:
        """A copy of the result that was validated last: tensors and plain values."""
        ...

    def costs(self) -> Mapping[str, float]:
        """Columns of the history that say what the training has cost so far."""
        ...

    def networks(self) -> Mapping[str, Any]:
        """State dicts of networks and optimizers, which must stay finite."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Everything that learning changes, `networks` included."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore from `state_dict`."""
        ...


class EpochLoop:
    """Runs a training: resumes it, records its epochs, keeps the best, and ends it.

    History and checkpoint are written after each epoch, the checkpoint not while a collapse is
    suspected. A training that draws its random numbers from one stream per epoch, and that is
    killed anywhere and called again, gives bit-identical results.

    Args:
        training: what learns.
        rules: when it validates and ends.
        paths: of history and checkpoint; `checkpoint.Checkpoint` says when a run resumes.
        remedy: what a user can do about divergence, for messages.
    """

    def __init__(self, training: Training, rules: EpochRules, paths: RunPaths, remedy: str):
        self.training, self.rules, self.paths = training, rules, paths
        losses = (f"train/{loss}" for loss in training.losses)
        self.history = History(("epoch", *losses, *training.columns, "seconds"))
        self.monitor = DivergenceMonitor(training.name, remedy)
        self.best: dict[str, Any] = {"misfit": math.inf, "epoch": 0, "result": None}
        self.start = math.nan
        self.saved = 0
        self.seconds_before = 0.0

    @property
    def epoch(self) -> int:
        """Epochs that are done."""
        return len(self.history.rows)

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or patience has ended the training."""
        patience = self.rules.patience
        return self.epoch >= self.rules.epochs or (
            patience is not None and self._validations_since_best() >= patience
        )

    def run(self) -> Any:
        """Run the epochs that are left, and return the result of the best validated one.

        Raises:
            Interrupted: after SIGTERM, see `interruption`; at the end of an epoch, or within a
                long one.
            Diverged: if a loss, a network or a simulation is not finite, or if the training
                collapses; the last checkpoint stays.
            ValueError: if the checkpoint's file is not a checkpoint.
        """
        self._resume()
        bar = tqdm(
            total=self.rules.epochs, initial=self.epoch, desc=self.training.title, unit="epoch"
        )
        with bar:
            while not self.finished:
                stop_if_signalled(self.kept())
                bar.set_postfix(self._run_epoch())
                bar.update()
        self._log_end()
        return self.best["result"]

    def kept(self) -> str:
        """What messages say of the checkpoint."""
        if not self.saved:
            return "No epoch was completed, so there is no checkpoint"
        best = self.best["epoch"]
        best = f"; the best validation was in epoch {best}" if best else ""
        path = self.paths.checkpoint.path
        return f"The last good checkpoint is kept, of epoch {self.saved}{best}: {path}"

    def _resume(self) -> None:
        state = self.paths.checkpoint.load("rows", "start", "best", "training")
        if state is None:
            begun = time.perf_counter()
            with error_context("before the first epoch", self.kept()):
                start = self.training.begin()
            self.start = start.misfit
            self.seconds_before = start.seconds + time.perf_counter() - begun
        else:
            self.training.load_state_dict(state["training"])
            self.history = History(self.history.columns, state["rows"])
            self.best, self.start, self.saved = state["best"], state["start"], self.epoch
            self.history.write(self.paths.history)
        self.monitor.start_from(self.start)

    def _run_epoch(self) -> dict[str, str]:
        """Learn for one epoch, validate it if it is due, and keep it; returns text for the bar."""
        number, start = self.epoch + 1, time.perf_counter()
        row = {"epoch": float(number), **self._learn(number)}
        with error_context(f"after epoch {number}", self.kept()):
            self.monitor.require_finite_states(self.training.networks())
            if self._is_validated(number):
                row |= self._validate(number)
        seconds = time.perf_counter() - start + self.seconds_before
        self.seconds_before = 0.0
        costs = self.training.costs()
        self.history.record({**row, **costs, "seconds": seconds})
        self.history.write(self.paths.history)
        if self.monitor.n_bad == 0:
            self._save()
        return {name: f"{value:.4g}" for name, value in row.items() if name != "epoch"}

    def _learn(self, number: int) -> dict[str, float]:
        """Mean losses of one epoch over the mini-batches that report them."""
        with error_context(f"before epoch {number}", self.kept()):
            batches = self.training.batches(number - 1)
        found: dict[str, list[tuple[float, int]]] = {}
        shown = tqdm(batches, desc=f"epoch {number}", leave=False, delay=5, unit="batch")
        for place, batch in enumerate(shown, start=1):
            stop_if_overdue(self.kept())
            with error_context(f"epoch {number}, mini-batch {place}", self.kept()):
                losses = self.training.step(batch)
                self.monitor.require_finite_losses(losses)
            for name, value in losses.items():
                found.setdefault(name, []).append((value, self.training.size(batch)))
        return {f"train/{name}": _weighted_mean(values) for name, values in found.items()}

    def _validate(self, number: int) -> Mapping[str, float]:
        """Validate an epoch, and keep its result if it is better than all before."""
        found = self.training.validate()
        self.monitor.require_finite_misfit(found.misfit)
        if number > self.rules.patient_from:
            self.monitor.update(found.misfit, *found.bad)
        if found.misfit < self.best["misfit"]:
            result = self.training.result()
            self.best = {"misfit": found.misfit, "epoch": number, "result": result}
        return found.row

    def _save(self) -> None:
        self.paths.checkpoint.save(
            {
                "rows": self.history.rows,
                "start": self.start,
                "best": self.best,
                "training": self.training.state_dict(),
            }
        )
        self.saved = self.epoch

    def _log_end(self) -> None:
        """Log an early end, and a training that found nothing better than its start."""
        best, name = self.best, self.training.name
        if self.epoch < self.rules.epochs:
            _LOG.info(
                "%s ended after epoch %d of %d: in the last %d validations none was better than "
                "that of epoch %d",
                *(name, self.epoch, self.rules.epochs, self.rules.patience, best["epoch"]),
            )
        if best["misfit"] >= self.start:
            _LOG.warning(
                "%s found nothing that fits the validation data better than its start: misfit "
                "%.4g in epoch %d, %.4g at the start",
                *(name, best["misfit"], best["epoch"], self.start),
            )

    def _is_validated(self, epoch: int) -> bool:
        return epoch % self.rules.validate_every == 0 or epoch == self.rules.epochs

    def _validations_since_best(self) -> int:
        first = max(self.best["epoch"], self.rules.patient_from) + 1
        return sum(self._is_validated(epoch) for epoch in range(first, self.epoch + 1))


def _weighted_mean(values: Sequence[tuple[float, int]]) -> float:
    return math.fsum(v * size for v, size in values) / math.fsum(size for _, size in values)
