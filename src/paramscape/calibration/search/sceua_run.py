"""Runs of SCE-UA with history and checkpoint."""

import logging
import time
from typing import Protocol

import numpy as np
from tqdm import tqdm

from paramscape.calibration.search.objective import TrainingObjective
from paramscape.calibration.search.sceua import REASONS, Boxes, Evolution, Search
from paramscape.jobs.checkpoint import RunPaths
from paramscape.jobs.history import History
from paramscape.jobs.interruption import stop_if_overdue, stop_if_signalled
from paramscape.study import Sceua

_LOG = logging.getLogger(__name__)
_FIRST, _LAST = ("evaluations", "model_runs"), "seconds"


class Searched(Protocol):
    """An objective with its boxes and columns of the history."""

    method: str
    objective: TrainingObjective
    boxes: Boxes
    columns: tuple[str, ...]

    def __call__(self, points: np.ndarray, index: np.ndarray) -> np.ndarray:
        """Errors (point,) of points (point, dimension) of the problems `index` (point,)."""
        ...

    def row(self, search: Search) -> dict[str, float]:
        """The columns' values, the error of the best points first."""
        ...


class SceuaRun:
    """A search by SCE-UA; an interrupted one resumes with bit-identical results.

    The history has a row for the first population and one for each loop: `evaluations` is the
    mean over the problems, `model_runs` counts the simulations of the domain's training period.
    """

    def __init__(self, searched: Searched, settings: Sceua, paths: RunPaths, seed: int):
        self.searched, self.paths = searched, paths
        self.evolution = Evolution(self._errors, searched.boxes, settings, seed)
        self.history = History((*_FIRST, *searched.columns, _LAST))

    def run(self) -> Search:
        """Search from the checkpoint, or from the first population, to the end.

        Raises:
            Interrupted: after SIGTERM, see `interruption`; at the end of a loop, or within a long
                one.
        """
        name = f"{self.searched.method} on {self.searched.objective.problem.simulator.name}"
        most = self.evolution.settings.max_evaluations
        with tqdm(total=most, desc=name, unit="evaluation") as bar:
            search = self._resume()
            if search is None:
                start = time.perf_counter()
                search = self.evolution.begin()
                self._record(search, start, bar)
            while (search.ended == 0).any():
                stop_if_signalled(self._kept())
                start = time.perf_counter()
                self.evolution.evolve(search)
                self._record(search, start, bar)
        for index in np.unique(search.ended):
            count = int((search.ended == index).sum())
            _LOG.info("%d of %d searches: %s", count, len(search.ended), REASONS[index])
        return search

    def _resume(self) -> Search | None:
        state = self.paths.checkpoint.load("rows", "search")
        if state is None:
            return None
        self.history = History(self.history.columns, state["rows"])
        self.history.write(self.paths.history)
        self.searched.objective.model_runs = int(self.history.column("model_runs")[-1])
        return Search.of_state(state["search"])

    def _errors(self, points: np.ndarray, index: np.ndarray) -> np.ndarray:
        stop_if_overdue(self._kept())
        return self.searched(points, index)

    def _kept(self) -> str:
        """What messages say of the checkpoint."""
        if not self.history.rows:
            return "The first population was not complete, so there is no checkpoint"
        evaluations = self.history.column("evaluations")[-1]
        return f"The first {evaluations:.0f} evaluations are kept in {self.paths.checkpoint.path}"

    def _record(self, search: Search, start: float, bar: tqdm) -> None:
        row = self.searched.row(search)
        bar.set_postfix(rmse=f"{next(iter(row.values())):.4g}")
        counts = (search.evaluations.mean(), self.searched.objective.model_runs)
        row |= dict(zip(_FIRST, counts, strict=True)) | {_LAST: time.perf_counter() - start}
        self.history.record(row)
        self.history.write(self.paths.history)
        self.paths.checkpoint.save({"rows": self.history.rows, "search": search.state_dict()})
        bar.update(int(counts[0]) - bar.n)
