"""Shuffled complex evolution (SCE-UA) on an objective that takes many points at once.

Duan, Sorooshian and Gupta (1992, 1994). Complexes do not know of each other between two shuffles,
so they take their steps side by side: all reflections are one batch, then the contractions of those
that failed, then random points for those that failed again. Each complex has its own stream of
random numbers, so the course does not depend on how points are batched.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from paramscape.study import MprSceua

Objective = Callable[[np.ndarray], np.ndarray]
"""Values (point,) of points (point, dimension); lower is better."""


@dataclass(frozen=True)
class Box:
    """Where to search: bounds and a first guess, each (dimension,)."""

    low: np.ndarray
    high: np.ndarray
    start: np.ndarray

    @property
    def dimensions(self) -> int:
        """Number of dimensions n."""
        return len(self.low)

    def holds(self, point: np.ndarray) -> bool:
        """Whether a point lies in the box."""
        return bool(np.all(point >= self.low) and np.all(point <= self.high))


@dataclass
class Search:
    """Everything that a search takes from loop to loop.

    points: (point, dimension), from the best to the worst. values: (point,). evaluations: of the
    objective so far. best: after the first population and after each loop. streams: one a complex.
    """

    points: np.ndarray
    values: np.ndarray
    evaluations: int
    best: list[float]
    streams: list[np.random.Generator] = field(repr=False)

    def geometric_range(self, box: Box) -> float:
        """Geometric mean over the dimensions of the population's extent over the box's [1]."""
        extent = np.ptp(self.points, axis=0) / (box.high - box.low)
        return float(np.exp(np.log(extent.clip(min=1e-300)).mean()))

    def state_dict(self) -> dict[str, Any]:
        """Plain values from which `of_state` makes the same search."""
        return {
            "points": self.points.tolist(),
            "values": self.values.tolist(),
            "evaluations": self.evaluations,
            "best": list(self.best),
            "streams": [_plain(stream.bit_generator.state) for stream in self.streams],
        }

    @classmethod
    def of_state(cls, state: dict[str, Any]) -> "Search":
        """The search of which `state_dict` gave this state."""
        streams = [np.random.Generator(np.random.PCG64()) for _ in state["streams"]]
        for stream, saved in zip(streams, state["streams"], strict=True):
            stream.bit_generator.state = _unplain(saved)
        return cls(
            np.array(state["points"]),
            np.array(state["values"]),
            state["evaluations"],
            list(state["best"]),
            streams,
        )


def begin(objective: Objective, box: Box, settings: MprSceua, seed: int) -> Search:
    """Evaluate the first population: the first guess and uniform points, s = p (2n + 1) in all.

    Raises:
        ValueError: if `settings.max_evaluations` is smaller than that population.
    """
    size = settings.complexes * (2 * box.dimensions + 1)
    if size > settings.max_evaluations:
        raise ValueError(
            f"the first population of {settings.complexes} complexes in {box.dimensions} "
            f"dimensions takes {size} evaluations, but max_evaluations is "
            f"{settings.max_evaluations}; raise it, or take fewer complexes"
        )
    root = np.random.SeedSequence(seed)
    first, *streams = [np.random.default_rng(s) for s in root.spawn(settings.complexes + 1)]
    points = box.low + first.random((size, box.dimensions)) * (box.high - box.low)
    points[0] = box.start
    values = _evaluate(objective, points)
    order = np.argsort(values, kind="stable")
    values = values[order]
    return Search(points[order], values, size, [float(values[0])], streams)


def reason_to_stop(search: Search, box: Box, settings: MprSceua) -> str | None:
    """Why a search ends, or None while it goes on.

    The budget is used up; the best value changed by less than `stall_percent` of its mean over
    `stall_loops` loops; or the population's geometric range is below `smallest_range`.
    """
    if search.evaluations >= settings.max_evaluations:
        return "the evaluations are used up"
    if search.geometric_range(box) < settings.smallest_range:
        return "the population has converged"
    recent = np.abs(search.best[-settings.stall_loops - 1 :])
    if len(recent) > settings.stall_loops:
        change = 100.0 * abs(search.best[-1] - search.best[-settings.stall_loops - 1])
        if change < settings.stall_percent * recent.mean():
            return "the best value has stalled"
    return None


def evolve(search: Search, objective: Objective, box: Box, settings: MprSceua) -> Search:
    """One loop: deal the population into complexes, let each take 2n + 1 steps, and shuffle.

    The loop ends early, at the very evaluation, where the budget is used up.
    """
    complexes = [
        _Complex(search.points[c :: settings.complexes], search.values[c :: settings.complexes], s)
        for c, s in enumerate(search.streams)
    ]
    budget = _Budget(objective, settings.max_evaluations - search.evaluations)
    for _ in range(2 * box.dimensions + 1):
        _step(complexes, budget, box, settings.mutation)
    points = np.concatenate([c.points for c in complexes])
    values = np.concatenate([c.values for c in complexes])
    order = np.argsort(values, kind="stable")
    return Search(
        points[order],
        values[order],
        settings.max_evaluations - budget.left,
        [*search.best, float(values[order[0]])],
        search.streams,
    )


def draw_parents(stream: np.random.Generator, members: int, parents: int) -> np.ndarray:
    """Distinct ranks (parent,), ascending, drawn with trapezoidal weights.

    Rank i of m, from 0, is drawn with probability 2 (m - i) / (m (m + 1)); ranks drawn before are
    drawn again.
    """
    drawn: set[int] = set()
    half = members + 0.5
    while len(drawn) < parents:
        root = np.sqrt(half**2 - members * (members + 1) * stream.random())
        drawn.add(min(int(half - root), members - 1))
    return np.array(sorted(drawn))


class _Complex:
    """One complex and the simplex of its present step."""

    def __init__(self, points: np.ndarray, values: np.ndarray, stream: np.random.Generator):
        self.points, self.values, self.stream = points.copy(), values.copy(), stream
        self.worst, self.centre = 0, points[0]

    def choose_simplex(self) -> None:
        """Choose n + 1 parents: the worst of them, and the centre of the others."""
        ranks = draw_parents(self.stream, len(self.points), self.points.shape[1] + 1)
        self.worst, self.centre = ranks[-1], self.points[ranks[:-1]].mean(0)

    def reflect(self, box: Box, mutation: str) -> np.ndarray:
        """The worst parent mirrored at the centre; a random point where that leaves the box."""
        point = 2.0 * self.centre - self.points[self.worst]
        return point if box.holds(point) else self.mutate(box, mutation)

    def contract(self, box: Box, mutation: str) -> np.ndarray:
        """The middle between the worst parent and the centre."""
        return 0.5 * (self.centre + self.points[self.worst])

    def mutate(self, box: Box, mutation: str) -> np.ndarray:
        """A random point in the smallest box around the complex, or in the whole box."""
        low, high = box.low, box.high
        if mutation == "hypercube":
            low, high = self.points.min(0), self.points.max(0)
        return low + self.stream.random(box.dimensions) * (high - low)

    def replace_worst(self, point: np.ndarray, value: float) -> None:
        """Put a point in the worst parent's place."""
        self.points[self.worst], self.values[self.worst] = point, value

    def sort(self) -> None:
        order = np.argsort(self.values, kind="stable")
        self.points, self.values = self.points[order], self.values[order]


class _Budget:
    """An objective that stops being evaluated when the budget is used up."""

    def __init__(self, objective: Objective, left: int):
        self.objective, self.left = objective, left

    def evaluate(self, points: list[np.ndarray]) -> np.ndarray:
        """Values of as many of the first points as the budget allows."""
        points = points[: self.left]
        self.left -= len(points)
        return _evaluate(self.objective, np.stack(points)) if points else np.empty(0)


def _step(complexes: list[_Complex], budget: _Budget, box: Box, mutation: str) -> None:
    """One competitive step of all complexes side by side."""
    for c in complexes:
        c.choose_simplex()
    pending = complexes
    for propose in (_Complex.reflect, _Complex.contract, _Complex.mutate):
        points = [propose(c, box, mutation) for c in pending]
        values = budget.evaluate(points)
        failed = []
        for c, point, value in zip(pending, points, values, strict=False):
            if value < c.values[c.worst] or propose is _Complex.mutate:
                c.replace_worst(point, value)
            else:
                failed.append(c)
        pending = failed
    for c in complexes:
        c.sort()


def _evaluate(objective: Objective, points: np.ndarray) -> np.ndarray:
    values = np.asarray(objective(points), dtype=np.float64)
    if values.shape != (len(points),):
        raise ValueError(
            f"an objective gives one value for each of {len(points)} points, got {values.shape}"
        )
    if not np.isfinite(values).all():
        wrong = int(np.flatnonzero(~np.isfinite(values))[0])
        raise FloatingPointError(
            f"the objective is {values[wrong]} at {points[wrong].tolist()}; it must be finite "
            "everywhere in the bounds"
        )
    return values


def _plain(state: dict[str, Any]) -> dict[str, Any]:
    """A stream's state with its long integers as text, which every file can hold."""
    return {k: _plain(v) if isinstance(v, dict) else str(v) for k, v in state.items()}


def _unplain(state: dict[str, Any]) -> dict[str, Any]:
    return {
        k: _unplain(v) if isinstance(v, dict) else v if k == "bit_generator" else int(v)
        for k, v in state.items()
    }
