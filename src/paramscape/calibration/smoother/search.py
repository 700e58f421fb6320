"""The search: members from the prior, the pilot, and tempered updates."""

from collections import deque
from dataclasses import dataclass

from torch import Tensor

from paramscape.calibration.smoother.errors import ErrorModel, fit_errors, running_mean
from paramscape.calibration.smoother.pilot import pilot_fit
from paramscape.calibration.smoother.prior_fields import PriorFields
from paramscape.calibration.smoother.sensitivity import (
    LARGEST_SCORE,
    Generation,
    Simulate,
    regression_slopes,
)
from paramscape.calibration.smoother.update import Perturbations, Smoother, moved
from paramscape.study.ensemble_smoother import Ies

_COUPLED_FROM = 6  # first updates take errors as independent, while members are far from the data


@dataclass
class Course:
    """A search between two updates.

    generations: the latest members, with their series.
    errors: the error model, fixed after the pilot.
    done: updates so far.
    """

    generations: deque[Generation]
    errors: ErrorModel
    done: int = 0


@dataclass(frozen=True)
class EnsembleSearch:
    """Iterative ensemble smoother of normal scores.

    simulate: the simulator.
    observed: (day, cell), NaN where missing, float64.
    prior: of the fields.
    perturbations: of the members.
    settings: of the method.
    """

    simulate: Simulate
    observed: Tensor
    prior: PriorFields
    perturbations: Perturbations
    settings: Ies

    def start(self) -> Course:
        """Simulate the prior's members and find the error model by the pilot."""
        scores = self.perturbations.prior
        first = Generation(scores, self._run(scores))
        fit = pilot_fit(self._run, self.observed, first, self.settings.pilot_steps)
        coupled = self.settings.errors == "neighbours"
        distance = self.prior.distance if coupled else None
        errors = fit_errors(fit, running_mean(self.observed), distance)
        return Course(deque([first], maxlen=self.settings.generations), errors)

    def advance(self, course: Course) -> None:
        """Make the next update and simulate its members."""
        settings, near = self.settings, course.errors.nearness
        slopes = regression_slopes(list(course.generations), settings.ridge)
        coupled = near is not None and course.done >= _COUPLED_FROM
        correlation = near.matrix(self.prior.distance) if coupled else None
        smoother = Smoother(self.prior, course.errors, self.perturbations, correlation)
        latest = course.generations[-1]
        target = smoother.target(latest, slopes, self.observed, settings.tempering[course.done])
        scores = moved(latest.scores, target, settings.damping, settings.largest_step)
        course.generations.append(Generation(scores, self._run(scores)))
        course.done += 1

    def _run(self, scores: Tensor) -> Tensor:
        return self.simulate(scores.clamp(-LARGEST_SCORE, LARGEST_SCORE))
