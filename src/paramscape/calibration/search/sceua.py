"""Shuffled complex evolution (SCE-UA) of independent problems at the same time.

Duan, Sorooshian and Gupta (1992, 1994). Between two shuffles complexes are independent of each
other, and problems always are, so all of them move together: in each move every complex proposes
one point (a reflection, a contraction or a random point), and all these points are one batch.
No complex waits: one whose reflection succeeds begins its next step while others contract, and a
problem whose complexes have finished is shuffled and continues. Random numbers belong to a
problem's loop, complex and step, so its result depends neither on the other problems nor on how
points are batched.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch

from paramscape.study import Sceua, random_streams

Objective = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Values (point,) of points (point, dimension) of problems (point,), an index that ascends; lower
is better."""

REASONS = (
    "continues",
    "the evaluations are used up",
    "the population has converged",
    "the best value has stalled",
)
"""Why a problem ended, by `Search.ended`."""

_CONTRACTION, _RANDOM = 1, 2  # a complex's moves; 0 is the reflection


@dataclass(frozen=True)
class Boxes:
    """Where each problem is searched.

    low, high: (problem, dimension) bounds. start: (problem, dimension) first guesses.
    number: (problem,) int, the key of a problem's random numbers.
    """

    low: np.ndarray
    high: np.ndarray
    start: np.ndarray
    number: np.ndarray

    @classmethod
    def of_one(cls, low: np.ndarray, high: np.ndarray, start: np.ndarray) -> "Boxes":
        """The box of a single problem, from (dimension,) each."""
        return cls(low[None], high[None], start[None], np.zeros(1, dtype=np.int64))

    @property
    def dimensions(self) -> int:
        """Number of dimensions n."""
        return self.low.shape[1]

    @property
    def problems(self) -> int:
        """Number of problems."""
        return self.low.shape[0]


@dataclass
class Search:
    """State of a search between two moves.

    points: (problem, complex, point, dimension), in each complex from the best to the worst.
    values: (problem, complex, point).
    step, move: (problem, complex) steps of the present loop that are done, and which of its
        three moves a complex makes next.
    loops, evaluations: (problem,) so far; loops that are done.
    best: (problem, stall_loops + 1) best values after the last shuffles, NaN before the first.
    ended: (problem,) index into REASONS; 0 while a problem continues.
    """

    points: np.ndarray
    values: np.ndarray
    step: np.ndarray
    move: np.ndarray
    loops: np.ndarray
    evaluations: np.ndarray
    best: np.ndarray
    ended: np.ndarray

    @property
    def best_points(self) -> np.ndarray:
        """(problem, dimension) the best point of each problem."""
        first = self.values[:, :, 0].argmin(1)
        return self.points[np.arange(len(first)), first, 0]

    @property
    def best_values(self) -> np.ndarray:
        """(problem,) values of the best points."""
        return self.values[:, :, 0].min(1)

    def geometric_range(self, boxes: Boxes) -> np.ndarray:
        """(problem,) geometric mean over dimensions of a population's extent over the box's [1]."""
        return _geometric_range(self.points, boxes.high - boxes.low)

    def state_dict(self) -> dict[str, Any]:
        """Tensors from which `of_state` restores the search."""
        return {f.name: torch.from_numpy(getattr(self, f.name).copy()) for f in fields(self)}

    @classmethod
    def of_state(cls, state: dict[str, Any]) -> "Search":
        """Restore a search from `state_dict`."""
        return cls(**{name: values.numpy().copy() for name, values in state.items()})


class Evolution:
    """SCE-UA of an objective: each complex has 2n + 1 points and takes 2n + 1 steps in a loop.

    Args:
        objective: of all problems.
        boxes: where each is searched.
        settings: the same rules for every problem; `max_evaluations` is each problem's own.
        seed: of all random numbers.

    Raises:
        ValueError: if `settings.max_evaluations` is smaller than the first population.
    """

    def __init__(self, objective: Objective, boxes: Boxes, settings: Sceua, seed: int):
        self.objective, self.boxes, self.settings, self.seed = objective, boxes, settings, seed
        self.steps = 2 * boxes.dimensions + 1
        self.population = settings.complexes * self.steps
        if self.population > settings.max_evaluations:
            raise ValueError(
                f"the first population of {settings.complexes} complexes in {boxes.dimensions} "
                f"dimensions takes {self.population} evaluations, but max_evaluations is "
                f"{settings.max_evaluations}; raise it, or take fewer complexes"
            )
        numbers = self.steps + 2 * boxes.dimensions
        shape = (boxes.problems, settings.complexes, self.steps, numbers)
        self._numbers, self._numbers_of = np.empty(shape), np.full(boxes.problems, -1)

    def begin(self) -> Search:
        """Evaluate the first populations: the first guess and uniform points, p (2n + 1) in all."""
        boxes, shape = self.boxes, (self.boxes.problems, self.settings.complexes)
        drawn = [self._stream(problem, 0) for problem in range(boxes.problems)]
        unit = np.stack([s.random((self.population, boxes.dimensions)) for s in drawn])
        points = boxes.low[:, None] + unit * (boxes.high - boxes.low)[:, None]
        points[:, 0] = boxes.start
        problem = np.arange(boxes.problems).repeat(self.population)
        values = self._evaluate(points.reshape(-1, boxes.dimensions), problem)
        search = Search(
            points.reshape(*shape, self.steps, boxes.dimensions),
            values.reshape(*shape, self.steps),
            step=np.zeros(shape, dtype=np.int64),
            move=np.zeros(shape, dtype=np.int64),
            loops=np.full(boxes.problems, -1),
            evaluations=np.full(boxes.problems, self.population),
            best=np.full((boxes.problems, self.settings.stall_loops + 1), np.nan),
            ended=np.zeros(boxes.problems, dtype=np.int64),
        )
        self._shuffle(search, np.ones(boxes.problems, dtype=bool))
        return search

    def evolve(self, search: Search) -> None:
        """Move, in place, until each problem has finished another loop or has ended.

        Faster problems continue meanwhile. A problem's last loop ends early, at the evaluation that
        uses up its budget.
        """
        before = search.loops.copy()
        while ((search.ended == 0) & (search.loops == before)).any():
            self._move(search)

    def _move(self, search: Search) -> None:
        """One move, in one batch, of every complex whose loop is not finished."""
        numbers = self._numbers_at(search)
        ranks = draw_parents(numbers[..., : self.steps], self.boxes.dimensions + 1)
        points = self._propose(search, numbers[..., self.steps :], ranks)
        left = self.settings.max_evaluations - search.evaluations
        asked = (search.step < self.steps) & (search.ended == 0)[:, None]
        asked &= asked.cumsum(1) <= left[:, None]
        values = np.full(asked.shape, np.inf)
        values[asked] = self._evaluate(points[asked], np.nonzero(asked)[0])
        worst = np.take_along_axis(search.values, ranks[..., -1:], 2)[..., 0]
        taken = asked & ((values < worst) | (search.move == _RANDOM))
        _replace(search, taken, ranks[..., -1], (points, values))
        search.evaluations += asked.sum(1)
        search.move = np.where(taken, 0, search.move + asked)
        search.step += taken
        spent = search.evaluations >= self.settings.max_evaluations
        through = (search.step == self.steps).all(1)
        self._shuffle(search, (search.ended == 0) & (through | spent))

    def _propose(self, search: Search, numbers: np.ndarray, ranks: np.ndarray) -> np.ndarray:
        """The point (problem, complex, dimension) that each complex proposes.

        A reflection mirrors the worst parent at the centre of the others, or is a random point if
        that lies outside the box; a contraction is the midpoint of the two.
        """
        low, high = self.boxes.low[:, None], self.boxes.high[:, None]
        parents = np.take_along_axis(search.points, ranks[..., None], 2)
        worst, centre = parents[..., -1, :], parents[..., :-1, :].mean(-2)
        least, most = low, high
        if self.settings.mutation == "hypercube":
            least, most = search.points.min(2), search.points.max(2)
        first, second = (least + u * (most - least) for u in np.split(numbers, 2, axis=-1))
        reflected = 2.0 * centre - worst
        outside = ((reflected < low) | (reflected > high)).any(-1, keepdims=True)
        move = search.move[..., None]
        tried = np.where(outside, first, reflected)
        points = np.where(move == _CONTRACTION, 0.5 * (centre + worst), tried)
        return np.where(move == _RANDOM, second, points).clip(low, high)

    def _shuffle(self, search: Search, over: np.ndarray) -> None:
        """Merge the complexes of problems whose loop is finished, judge them, and form new ones."""
        if not over.any():
            return
        _, complexes, steps, dimensions = search.points.shape
        points = search.points[over].reshape(-1, self.population, dimensions)
        values = search.values[over].reshape(-1, self.population)
        order = values.argsort(1, kind="stable")
        points = np.take_along_axis(points, order[..., None], 1)
        values = np.take_along_axis(values, order, 1)
        dealt = points.reshape(-1, steps, complexes, dimensions)
        search.points[over] = dealt.swapaxes(1, 2)
        search.values[over] = values.reshape(-1, steps, complexes).swapaxes(1, 2)
        search.step[over] = search.move[over] = 0
        search.loops[over] += 1
        search.best[over] = np.column_stack([search.best[over, 1:], values[:, 0]])
        search.ended[over] = self.judge(search, over)

    def judge(self, search: Search, over: np.ndarray) -> np.ndarray:
        """Why problems end, as an index into REASONS; 0 for those that continue.

        The budget is used up; the population's geometric range is below `smallest_range`; or
        the best value changed by less than `stall_percent` of its mean over `stall_loops` loops.
        """
        rules, best = self.settings, search.best[over]
        extent = (self.boxes.high - self.boxes.low)[over]
        change = 100.0 * np.abs(best[:, -1] - best[:, 0])
        tests = [
            search.evaluations[over] >= rules.max_evaluations,
            _geometric_range(search.points[over], extent) < rules.smallest_range,
            change < rules.stall_percent * np.abs(best).mean(1),
        ]
        return np.select(tests, [1, 2, 3], 0)

    def _stream(self, problem: int, loop: int) -> np.random.Generator:
        number = int(self.boxes.number[problem])
        return random_streams.numpy_generator(self.seed, "sce-ua", number, loop)

    def _numbers_at(self, search: Search) -> np.ndarray:
        """Random numbers (problem, complex, number) of each complex's present step."""
        old = (self._numbers_of != search.loops) & (search.ended == 0)
        for problem in np.flatnonzero(old):
            stream = self._stream(problem, 1 + int(search.loops[problem]))
            self._numbers[problem] = stream.random(self._numbers.shape[1:])
        self._numbers_of[old] = search.loops[old]
        step = np.minimum(search.step, self.steps - 1)[..., None, None]
        return np.take_along_axis(self._numbers, step, 2)[:, :, 0]

    def _evaluate(self, points: np.ndarray, problem: np.ndarray) -> np.ndarray:
        values = np.asarray(self.objective(points, problem), dtype=np.float64)
        if values.shape != (len(points),):
            raise ValueError(
                f"an objective gives one value for each of {len(points)} points, got {values.shape}"
            )
        if not np.isfinite(values).all():
            wrong = int(np.flatnonzero(~np.isfinite(values))[0])
            raise FloatingPointError(
                f"the objective of problem {self.boxes.number[problem[wrong]]} is {values[wrong]} "
                f"at {points[wrong].tolist()}; it must be finite everywhere in the bounds"
            )
        return values


def draw_parents(uniform: np.ndarray, parents: int) -> np.ndarray:
    """Distinct ranks (..., parent), ascending, drawn with trapezoidal weights.

    Rank i of m, from 0, is drawn with probability 2 (m - i) / (m (m + 1)), and a rank
    that was drawn already is replaced by another draw. That is the order in which m exponential
    times with these rates run out (Efraimidis and Spirakis 2006).

    Args:
        uniform: (..., m) random numbers in [0, 1).
        parents: how many.
    """
    rates = np.arange(uniform.shape[-1], 0, -1)
    times = -np.log1p(-uniform) / rates
    return np.sort(times.argsort(-1, kind="stable")[..., :parents], -1)


def _replace(
    search: Search, taken: np.ndarray, worst: np.ndarray, new: tuple[np.ndarray, np.ndarray]
) -> None:
    """Put new points and values in the place of the worst parents, and sort these complexes."""
    problem, lane = np.nonzero(taken)
    place, points, values = worst[taken], search.points[taken], search.values[taken]
    row = np.arange(len(place))
    points[row, place], values[row, place] = new[0][taken], new[1][taken]
    order = values.argsort(1, kind="stable")
    search.points[problem, lane] = np.take_along_axis(points, order[..., None], 1)
    search.values[problem, lane] = np.take_along_axis(values, order, 1)


def _geometric_range(points: np.ndarray, extent: np.ndarray) -> np.ndarray:
    share = (points.max((1, 2)) - points.min((1, 2))) / extent
    return np.exp(np.log(share.clip(min=1e-300)).mean(1))
