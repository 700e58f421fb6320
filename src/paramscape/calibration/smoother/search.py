"""The search: members from the prior, the pilot, and tempered updates."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from paramscape.calibration.smoother.errors import ErrorModel, Simulate, fit_errors, running_mean
from paramscape.calibration.smoother.pilot import pilot_fit
from paramscape.calibration.smoother.prior_fields import PriorFields
from paramscape.calibration.smoother.sensitivity import Generation, regression_slopes
from paramscape.calibration.smoother.update import Perturbations, Smoother, moved
from paramscape.study.ensemble_smoother import Ies

_COUPLED_FROM = 6  # first updates with independent errors, while members are far from the data
_LARGEST = 3.0


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
    rows: list[dict[str, float]] = field(default_factory=list)


class EnsembleSearch:
    """Iterative ensemble smoother of normal scores.

    Args:
        simulate: normal scores (member, cell, parameter) to series (member, day, cell).
        observed: (day, cell), NaN where missing.
        prior: of the fields.
        distance: (cell, cell) [degrees].
        settings: of the method.
        generator: of the members' perturbations.
    """

    def __init__(
        self,
        simulate: Simulate,
        observed: Tensor,
        prior: PriorFields,
        distance: Tensor,
        settings: Ies,
        parameters: int,
        generator: torch.Generator,
    ):
        self.simulate, self.observed, self.prior = simulate, observed.double(), prior
        self.distance, self.settings = distance, settings
        days, cells = observed.shape
        shape = (settings.members, cells, parameters)
        noise = torch.randn(shape, generator=generator, dtype=torch.float64)
        drawn = torch.randn(settings.members, days, cells, generator=generator, dtype=torch.float64)
        self.perturbations = Perturbations(prior.draw(noise), drawn)

    def start(self) -> Course:
        """Simulate the prior's members and find the error model by the pilot."""
        scores = self.perturbations.prior
        first = Generation(scores, self._run(scores))
        fit = pilot_fit(self._run, self.observed, first, self.settings.pilot_steps)
        coupled = self.settings.errors == "neighbours"
        errors = fit_errors(fit, running_mean(self.observed), self.distance if coupled else None)
        return Course(deque([first], maxlen=self.settings.generations), errors)

    def advance(self, course: Course) -> None:
        """Make the next update and simulate its members."""
        settings = self.settings
        slopes = regression_slopes(list(course.generations), settings.ridge)
        coupled = course.errors.nearness is not None and course.done >= _COUPLED_FROM
        correlation = course.errors.nearness.matrix(self.distance) if coupled else None
        smoother = Smoother(self.prior, course.errors, self.perturbations, correlation)
        latest = course.generations[-1]
        target = smoother.target(latest, slopes, self.observed, settings.tempering[course.done])
        scores = moved(latest.scores, target, settings.damping, settings.largest_step)
        course.generations.append(Generation(scores, self._run(scores)))
        course.done += 1

    def _run(self, scores: Tensor) -> Tensor:
        return self.simulate(scores.clamp(-_LARGEST, _LARGEST)).double()


Progress = Callable[[Course], None]
