"""Training of every method that learns parameter fields by gradients."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from paramscape.calibration.learning.learner import Learner
from paramscape.calibration.learning.minibatches import MiniBatch, require_finite_fields
from paramscape.calibration.learning.model_runs import ModelRuns
from paramscape.calibration.learning.pretraining import pretrain
from paramscape.calibration.learning.validation import Score, validate
from paramscape.calibration.problem import Problem
from paramscape.jobs.checkpoint import RunPaths
from paramscape.jobs.epoch_loop import EpochLoop, EpochRules, Start, Validation
from paramscape.parameters.priors import PriorBox
from paramscape.study import METHODS, Learned, random_streams

_LOG = logging.getLogger(__name__)
_SHARE_AT_BOUNDS = 0.99
_NEAR = 1e-6


def train(
    learner_of: Callable[[Problem, Any, int], Learner],
    problem: Problem,
    settings: Learned,
    paths: RunPaths,
    seed: int,
) -> Tensor:
    """Train, and return the parameters (cell, parameter) of the best validated epoch.

    Every `settings.validate_every` epochs, and after the last one, the simulator runs the
    validation period with the present result; the epoch with the lowest `Score.misfit` is the
    best (Sun et al. 2024, section 2.1.2, keep the generator with the best MSE and KGE). After
    `settings.patience` validations without a better one the training ends. The simulator's states
    are recomputed with the present parameters before each epoch.

    `EpochLoop` writes history and checkpoint and resumes an interrupted training, with
    bit-identical results.

    Raises:
        Interrupted: after SIGTERM, see `interruption`.
        Diverged: if a loss, a network or a simulation is not finite, or if three validations in a
            row are bad: see `divergence.DivergenceMonitor`, and more than 99 % of the parameters on
            the bounds of the priors.
    """
    settings = settings.on(problem.simulator.is_stateful)
    training = _FieldTraining(learner_of(problem, settings, seed), problem, settings, seed)
    rules = EpochRules(settings.epochs, settings.validate_every, settings.patience)
    loop = EpochLoop(training, rules, paths, _remedy(training.name, settings.learning_rate))
    return loop.run().to(problem.default)


class _FieldTraining:
    """A learner and its simulator; see `epoch_loop.Training`."""

    columns = (*(f"validation/{name}" for name in ("mse", "kge", "misfit")), "model_runs")

    def __init__(self, learner: Learner, problem: Problem, settings: Learned, seed: int):
        self.learner, self.problem, self.settings, self.seed = learner, problem, settings, seed
        self.name, self.losses = learner.name, learner.losses
        self.title = f"{learner.name} on {problem.simulator.name}"
        self.model_runs = ModelRuns(problem)
        self._validated: Tensor | None = None
        self._respun: Tensor | None = None

    def begin(self) -> Start:
        """Pre-train the network if the settings say so, and validate what it gives."""
        seconds = self._pretrain()
        return Start(self._score().misfit, seconds)

    def batches(self, epoch: int) -> Sequence[MiniBatch]:
        """Bring states and preconditioner in line, and cut the epoch into mini-batches."""
        self._generator = random_streams.torch_generator(self.seed, "epoch", epoch)
        parameters = self.learner.parameters()
        self._respin(parameters)
        preconditioner = self.learner.field_network.preconditioner
        if preconditioner.is_due(epoch):
            self.model_runs.search(preconditioner.renew(parameters))
        self._respun = None
        return self.learner.batches(epoch, self._generator)

    def step(self, batch: MiniBatch) -> dict[str, float]:
        """One step of the learner."""
        losses = self.learner.step(batch, self._generator)
        for windows in batch.simulated:
            self.model_runs.learn(windows)
        return losses

    def size(self, batch: MiniBatch) -> int:
        """One: every mini-batch counts alike."""
        return 1

    def validate(self) -> Validation:
        """Score the present result in the validation period."""
        score = self._score()
        row = {f"validation/{name}": value for name, value in vars(score).items()}
        return Validation(score.misfit, row, at_bounds(self._validated, self.problem.priors))

    def result(self) -> Tensor:
        """The parameters that were validated last."""
        return self._validated

    def costs(self) -> Mapping[str, float]:
        """The model runs so far."""
        return {"model_runs": self.model_runs.spent}

    def networks(self) -> Mapping[str, Any]:
        """State dicts of the learner's parts and the preconditioner."""
        return {name: part.state_dict() for name, part in self._parts().items()}

    def state_dict(self) -> dict[str, Any]:
        """The networks, the simulator's states and the count of model runs."""
        return {
            "learner": self.networks(),
            "simulator": self.problem.simulator.state_dict(),
            "model_runs": self.model_runs.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Restore from `state_dict`."""
        for name, part in self._parts().items():
            part.load_state_dict(state["learner"][name])
        self.problem.simulator.load_state_dict(state["simulator"])
        self.model_runs.load_state_dict(state["model_runs"])

    def _parts(self) -> dict[str, Any]:
        return {
            **self.learner.stateful(),
            "preconditioner": self.learner.field_network.preconditioner,
        }

    def _pretrain(self) -> float:
        """Pre-train on the parameters that a search of each cell found; returns its seconds.

        The cost of the search counts as the method's, even if several methods share it.
        """
        settings, searched = self.settings.stateful.pretraining, self.problem.searched
        if settings is None:
            return 0.0
        if searched is None:
            raise ValueError(
                f"{self.name} has `pretraining` in its settings, but its problem has no searched "
                "fields; read them with `read_search` from what cell-sceua wrote"
            )
        self.model_runs.search(searched.model_runs)
        unit = self.problem.priors.to_unit(searched.fields).clamp(0.0, 1.0)
        learners = torch.from_numpy(self.problem.data.cells.learners)
        error = pretrain(self.learner.field_network, unit, settings, learners)
        _LOG.info(
            "%s is pre-trained on parameters that a search of each cell found in %d model runs; "
            "root mean square error %.2g of the priors' ranges",
            *(self.name, searched.model_runs, math.sqrt(error)),
        )
        return searched.seconds

    def _respin(self, parameters: Tensor) -> None:
        """Recompute the simulator's states, unless they belong to these parameters already."""
        require_finite_fields(parameters, self.problem.priors.names)
        if not self.problem.simulator.is_stateful:
            return
        self.model_runs.respin(parameters)
        if self._respun is None or not torch.equal(self._respun, parameters):
            self.problem.simulator.respin(parameters)
            self._respun = parameters

    def _score(self) -> Score:
        """Score the present result."""
        self._validated = self.learner.result()
        self._respin(self._validated)
        self.model_runs.validate()
        return validate(self.problem, self._validated)


def at_bounds(parameters: Tensor, priors: PriorBox) -> tuple[str, ...]:
    """Why parameters (cell, parameter) are lost: more than 99 % of them lie on the priors' bounds.

    Parameters that reach their bounds in part of the domain are not.
    """
    unit = priors.to_unit(parameters)
    share = float(((unit < _NEAR) | (unit > 1.0 - _NEAR)).double().mean())
    if share <= _SHARE_AT_BOUNDS:
        return ()
    return (f"{100 * share:.1f} % of the parameters lie on the bounds of the priors",)


def _remedy(method: str, learning_rate: float) -> str:
    words = (
        "most likely the steps are too long: lower "
        f"calibration.{method}.learning_rate (now {learning_rate})"
    )
    advice = METHODS[method].divergence_advice
    return f"{words}, or {advice}" if advice else words
