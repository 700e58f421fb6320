"""MPR with SCE-UA: the conventional calibration, of coefficients that hold for the whole domain."""

import logging
import time

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from paramscape.study import MprSceua

from .checkpoint import identity_of, load_checkpoint, save_checkpoint
from .history import History
from .mpr import coefficients_of, parameters_of
from .problem import Problem, Workplace
from .record import days_of
from .sceua import Box, Search, begin, evolve, reason_to_stop
from .soil import SoilPixels

_LOG = logging.getLogger(__name__)
_SETS = 32  # coefficient sets simulated at once; only memory depends on it
_COLUMNS = ("evaluations", "train/best_rmse", "train/worst_rmse", "geometric_range", "seconds")


def calibrate_mpr_sceua(problem: Problem, settings: MprSceua, workplace: Workplace) -> Tensor:
    """Find the coefficients of MPR by SCE-UA.

    The objective is the mean over the training period's days of the root mean square error over
    the cells, on days and in cells that are observed (Dembele et al. 2020, the bias-accounting
    strategy; Sun et al. 2024, section 3.2).

    Args:
        problem: what is calibrated; needs native soil.
        settings: of SCE-UA.
        workplace: history (a row for the first population and for each loop; RMSE in the target's
            unit) and checkpoint, from which a killed search goes on.

    Returns:
        (cell, parameter) physical values.

    Raises:
        ValueError: if there is no soil or no observation.
    """
    regionalisation = Regionalisation(problem)
    search = _Progress(regionalisation, settings, workplace).run()
    named = regionalisation.named(search.points[0])
    _LOG.info("best coefficients: %s", ", ".join(f"{n}={v:.5g}" for n, v in named.items()))
    return regionalisation.parameters(torch.from_numpy(search.points[:1]))[0]


class Regionalisation:
    """The objective: from coefficients through soil and simulator to the error."""

    def __init__(self, problem: Problem):
        evidence, period = problem.evidence, problem.periods.train
        if evidence.soil_native is None:
            raise ValueError(
                "mpr-sceua needs soil for its transfer functions: give products.soil, or hand "
                "over soil.pixels_of_attributes(attributes, cells)"
            )
        self.problem = problem
        self.soil = SoilPixels.of(evidence.soil_native, evidence.cells, problem.default)
        ranges = [(c.low, c.high, c.default) for c in coefficients_of(self.soil)]
        self.box = Box(*np.array(ranges).T)
        self.observed = evidence.observations[days_of(evidence, period)]
        if not torch.isfinite(self.observed).any():
            raise ValueError(
                f"{problem.target} has no observation from {period.start} to {period.end}"
            )

    def named(self, point: np.ndarray) -> dict[str, float]:
        """Coefficients (coefficient,) by name."""
        names = [c.name for c in coefficients_of(self.soil)]
        return dict(zip(names, point.tolist(), strict=True))

    def parameters(self, coefficients: Tensor) -> Tensor:
        """(set, cell, parameter) of coefficients (set, coefficient)."""
        coefficients = coefficients.to(self.problem.default)
        cells = self.problem.evidence.cells.count
        return parameters_of(coefficients, self.soil, cells, self.problem.priors)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Errors (set,) of coefficient sets (set, coefficient)."""
        parts = torch.from_numpy(points).split(_SETS)
        return torch.cat([self._errors(part) for part in parts]).cpu().numpy()

    @torch.no_grad()
    def _errors(self, coefficients: Tensor) -> Tensor:
        period, target = self.problem.periods.train, self.problem.target
        fluxes = self.problem.simulator.run(self.parameters(coefficients), period)
        return mean_spatial_rmse(fluxes[target], self.observed)


def mean_spatial_rmse(simulated: Tensor, observed: Tensor) -> Tensor:
    """Mean over days of the root mean square error over cells.

    Args:
        simulated: (set, time, cell).
        observed: (time, cell), NaN where missing; days without any observation do not count.

    Returns:
        (set,) [the target's unit].
    """
    observed = observed.to(torch.float64)
    present = torch.isfinite(observed)
    squares = (simulated.to(observed) - observed.nan_to_num()).square() * present
    count = present.sum(-1)
    daily = (squares.sum(-1) / count.clamp(min=1)).sqrt()
    return (daily * (count > 0)).sum(-1) / (count > 0).sum()


class _Progress:
    """A search with its history and checkpoint."""

    def __init__(self, objective: Regionalisation, settings: MprSceua, workplace: Workplace):
        self.objective, self.settings, self.workplace = objective, settings, workplace
        self.identity = identity_of(objective.problem, settings, workplace)
        self.history = History(_COLUMNS)

    def run(self) -> Search:
        """Search from the checkpoint, or from the first population, to the end."""
        objective, settings, box = self.objective, self.settings, self.objective.box
        name = objective.problem.simulator.name
        bar = tqdm(total=settings.max_evaluations, desc=f"mpr-sceua on {name}", unit="run")
        with bar:
            search = self._resume()
            if search is None:
                start = time.perf_counter()
                search = begin(objective, box, settings, self.workplace.seed)
                self._record(search, start, bar)
            while not (reason := reason_to_stop(search, box, settings)):
                start = time.perf_counter()
                search = evolve(search, objective, box, settings)
                self._record(search, start, bar)
        _LOG.info("%d evaluations: %s", search.evaluations, reason)
        self._save(search, finished=True)
        return search

    def _resume(self) -> Search | None:
        state = load_checkpoint(self.workplace, self.identity)
        if state is None:
            return None
        self.history = History(_COLUMNS, state["rows"])
        self.history.write(self.workplace.history)
        return Search.of_state(state["search"])

    def _record(self, search: Search, start: float, bar: tqdm) -> None:
        self.history.record(
            {
                "evaluations": search.evaluations,
                "train/best_rmse": search.values[0],
                "train/worst_rmse": search.values[-1],
                "geometric_range": search.geometric_range(self.objective.box),
                "seconds": time.perf_counter() - start,
            }
        )
        self.history.write(self.workplace.history)
        self._save(search, finished=False)
        bar.set_postfix(rmse=f"{search.values[0]:.4g}")
        bar.update(search.evaluations - bar.n)

    def _save(self, search: Search, finished: bool) -> None:
        state = {
            "finished": finished,
            "rows": self.history.rows,
            "search": search.state_dict(),
            "coefficients": self.objective.named(search.points[0]),
        }
        save_checkpoint(state, self.workplace, self.identity)
