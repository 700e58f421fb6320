"""Iterative ensemble smoother with sensitivities of each cell (after Chen and Oliver, 2013)."""

import logging
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from paramscape.calibration.problem import Estimate, Problem, target_of
from paramscape.calibration.smoother.errors import ErrorModel, Memory, Nearness
from paramscape.calibration.smoother.posterior import plotting_quantile, widened
from paramscape.calibration.smoother.prior_fields import PriorFields, arc_degrees
from paramscape.calibration.smoother.search import Course, EnsembleSearch
from paramscape.calibration.smoother.sensitivity import LARGEST_SCORE, Generation
from paramscape.calibration.smoother.update import Perturbations
from paramscape.calibration.training_data import days_of
from paramscape.jobs.checkpoint import RunPaths
from paramscape.jobs.history import History
from paramscape.jobs.interruption import stop_if_overdue, stop_if_signalled
from paramscape.study.ensemble_smoother import Ies

_LOG = logging.getLogger(__name__)
_COLUMNS = (
    "epoch",
    "weight",
    "model_runs",
    "train/misfit",
    "train/rmse",
    "train/step",
    "train/spread",
    "seconds",
)


def calibrate_ies(problem: Problem, settings: Ies, paths: RunPaths, seed: int) -> Estimate:
    """Find samples of the posterior, and their median, by an ensemble that follows observations.

    Members drawn from a prior of attributes and space are moved by tempered Gauss-Newton updates
    whose sensitivities are regressions over members inside each cell. At the end the members are
    samples of the posterior, see `posterior_members`.

    Args:
        problem: what is calibrated; its simulator must not couple cells.
        settings: of the method.
        paths: history (a row for the prior and for each update) and checkpoint, from which an
            interrupted search resumes with bit-identical results.
        seed: root of all random numbers.

    Returns:
        samples, and as the estimate their median in each cell, parameter by parameter.

    Raises:
        ValueError: if the training period has no observation.
    """
    members = posterior_members(problem, settings, paths, seed)
    fields = [plotting_quantile(members, 0.5), members]
    return Estimate(*(problem.priors.to_physical(_unit(z)).to(problem.default) for z in fields))


def posterior_members(problem: Problem, settings: Ies, paths: RunPaths, seed: int) -> Tensor:
    """Normal scores (member, cell, parameter) of samples of the posterior.

    Their distance from the median is widened by `settings.spread`, for what one search of few
    members cannot see of the uncertainty.
    """
    scores = SmootherRun(problem, settings, paths, seed).run()
    return widened(scores.clamp(-LARGEST_SCORE, LARGEST_SCORE), settings.spread).clamp(
        -LARGEST_SCORE, LARGEST_SCORE
    )


class SmootherRun:
    """A search with its history and checkpoint; see `calibrate_ies`."""

    def __init__(self, problem: Problem, settings: Ies, paths: RunPaths, seed: int):
        self.problem, self.settings, self.paths = problem, settings, paths
        period = problem.periods.train
        days = days_of(problem.data, period)
        observed = problem.data.observations[days].to("cpu", torch.float64)
        if not torch.isfinite(observed).any():
            raise ValueError(
                f"{problem.target} has no observation from {period.start} to {period.end}"
            )
        self.observed, self.model_runs = observed, 0
        distance = arc_degrees(*torch.from_numpy(problem.data.cells.places).unbind(-1))
        prior = PriorFields.of(problem.data.attributes.cpu(), distance, settings.prior)
        shape = (settings.members, *problem.default.shape)
        stream = torch.Generator().manual_seed(seed)
        drawn = Perturbations.draw(prior, shape, len(observed), stream)
        self.search = EnsembleSearch(self._simulate, observed, prior, drawn, settings)
        self.history = History(_COLUMNS)

    def run(self) -> Tensor:
        """Search from the checkpoint, or from the prior, to the last update.

        Returns:
            (member, cell, parameter) normal scores of the members.

        Raises:
            Interrupted: if SIGTERM came, see `interruption`.
        """
        updates = len(self.settings.tempering)
        title = f"ies on {self.problem.simulator.name}"
        start = time.perf_counter()
        course = self._resume()
        if course is None:
            course = self.search.start()
            self._record(course, start)
        with tqdm(total=updates, initial=course.done, desc=title, unit="update") as bar:
            while course.done < updates:
                stop_if_signalled(self._kept())
                start = time.perf_counter()
                self.search.advance(course)
                self._record(course, start)
                bar.update()
        return course.generations[-1].scores

    @torch.no_grad()
    def _simulate(self, scores: Tensor) -> Tensor:
        """Series (member, day, cell) of normal scores (member, cell, parameter)."""
        stop_if_overdue(self._kept())
        problem = self.problem
        self.model_runs += len(scores)
        fields = problem.priors.to_physical(_unit(scores)).to(problem.default)
        fluxes = problem.simulator.run(fields, problem.periods.train)
        return target_of(fluxes, problem.target).cpu()

    def _record(self, course: Course, start: float) -> None:
        latest = course.generations[-1]
        left = self.observed.nan_to_num() - latest.series
        known = torch.isfinite(self.observed)
        steps = course.generations[-1].scores - course.generations[-2].scores if course.done else 0
        row = {
            "epoch": float(course.done),
            "weight": self.settings.tempering[course.done - 1] if course.done else 0.0,
            "model_runs": float(self.model_runs),
            "train/misfit": float((course.errors.whiten(left)[:, known].square()).mean()),
            "train/rmse": float(left[:, known].square().mean().sqrt()),
            "train/step": float(torch.as_tensor(steps).abs().double().mean()),
            "train/spread": float(latest.scores.std(0).mean()),
            "seconds": time.perf_counter() - start,
        }
        self.history.record(row)
        self.history.write(self.paths.history)
        self.paths.checkpoint.save({"rows": self.history.rows, "course": _state_of(course)})

    def _resume(self) -> Course | None:
        state = self.paths.checkpoint.load("rows", "course")
        if state is None:
            return None
        self.history = History(_COLUMNS, state["rows"])
        self.history.write(self.paths.history)
        self.model_runs = int(self.history.column("model_runs")[-1])
        return _course_of(state["course"], self.settings.generations)

    def _kept(self) -> str:
        if not self.history.rows:
            return "The prior's members were not complete, so there is no checkpoint"
        done = int(self.history.column("epoch")[-1])
        return f"The first {done} updates are kept in {self.paths.checkpoint.path}"


def _unit(scores: Tensor) -> Tensor:
    """Values on the unit scale of normal scores: the distribution function."""
    return torch.special.ndtr(scores)


def _state_of(course: Course) -> dict[str, Any]:
    errors, near = course.errors, course.errors.nearness
    memory = errors.memory
    return {
        "scores": [one.scores for one in course.generations],
        "series": [one.series for one in course.generations],
        "scale": errors.scale,
        "present": errors.present,
        "memory": [memory.weight, memory.fast, memory.slow],
        "nearness": None if near is None else [near.length, near.nugget],
        "done": course.done,
    }


def _course_of(state: Mapping[str, Any], generations: int) -> Course:
    kept = map(Generation, state["scores"], state["series"])
    near = None if state["nearness"] is None else Nearness(*state["nearness"])
    errors = ErrorModel(state["scale"], state["present"], Memory(*state["memory"]), near)
    return Course(deque(kept, maxlen=generations), errors, state["done"])
