"""SCE-UA finds known optima, counts what it spends, and does not depend on batching."""

import numpy as np
import pytest

from paramscape.calibration.sceua import (
    Box,
    Search,
    begin,
    draw_parents,
    evolve,
    reason_to_stop,
)
from paramscape.study import MprSceua


def rosenbrock(x):
    return 100 * (x[:, 1] - x[:, 0] ** 2) ** 2 + (1 - x[:, 0]) ** 2


def griewank(x):
    root = np.sqrt(np.arange(1, x.shape[1] + 1))
    return 1 + (x**2).sum(1) / 4000 - np.cos(x / root).prod(1)


def goldstein_price(x):
    a, b = x.T
    first = 1 + (a + b + 1) ** 2 * (19 - 14 * a + 3 * a**2 - 14 * b + 6 * a * b + 3 * b**2)
    second = 30 + (2 * a - 3 * b) ** 2 * (18 - 32 * a + 12 * a**2 + 48 * b - 36 * a * b + 27 * b**2)
    return first * second


def box(low, high, start, n=2):
    return Box(np.full(n, float(low)), np.full(n, float(high)), np.full(n, float(start)))


PATIENT = {"stall_percent": 0.0, "stall_loops": 10, "smallest_range": 1e-6}


def search_to_the_end(objective, where, settings, seed=1):
    search = begin(objective, where, settings, seed)
    while not reason_to_stop(search, where, settings):
        search = evolve(search, objective, where, settings)
    return search


class Counted:
    def __init__(self, objective, one_by_one=False):
        self.objective, self.one_by_one, self.points = objective, one_by_one, 0

    def __call__(self, x):
        self.points += len(x)
        if self.one_by_one:
            return np.concatenate([self.objective(point[None]) for point in x])
        return self.objective(x)


@pytest.mark.parametrize("mutation", ["hypercube", "bounds"])
@pytest.mark.parametrize(
    ("objective", "where", "optimum", "least"),
    [
        (rosenbrock, box(-5, 5, -4), [[1, 1]], 0.0),
        (griewank, box(-600, 660, 480, 10), [[0] * 10], 0.0),
        (goldstein_price, box(-2, 2, 1.5), [[0, -1]], 3.0),
    ],
)
def test_known_optima_are_found(objective, where, optimum, least, mutation):
    settings = MprSceua(complexes=4, max_evaluations=20000, mutation=mutation, **PATIENT)
    found = search_to_the_end(objective, where, settings)
    np.testing.assert_allclose(found.values[0], least, atol=1e-6)
    np.testing.assert_allclose(found.points[:1], optimum, atol=2e-3)


@pytest.mark.parametrize("budget", [20, 21, 57, 58, 59, 333])
def test_every_evaluation_is_counted_and_none_exceeds_the_budget(budget):
    counted = Counted(rosenbrock)
    settings = MprSceua(complexes=4, max_evaluations=budget, **PATIENT | {"smallest_range": 0})
    found = search_to_the_end(counted, box(-5, 5, -4), settings)
    assert found.evaluations == counted.points == budget


def test_a_budget_below_the_first_population_is_refused():
    with pytest.raises(ValueError, match=r"takes 20 evaluations, but max_evaluations is 19"):
        begin(rosenbrock, box(-5, 5, 0), MprSceua(complexes=4, max_evaluations=19), 1)


def test_the_course_is_the_same_batched_and_one_by_one():
    settings = MprSceua(complexes=5, max_evaluations=700, **PATIENT)
    where = box(-50, 60, 40, 3)
    together = search_to_the_end(griewank, where, settings)
    single = search_to_the_end(Counted(griewank, one_by_one=True), where, settings)
    np.testing.assert_array_equal(together.points, single.points)
    assert together.best == single.best


def evolve_one_complex_after_the_other(points, values, streams, where):
    """A slow twin of one loop: each complex takes all its steps before the next begins."""
    n, size, all_points, all_values, spent = points.shape[1], len(streams), [], [], 0
    for c, stream in enumerate(streams):
        x, f = points[c::size].copy(), values[c::size].copy()
        for _ in range(2 * n + 1):
            ranks = draw_parents(stream, len(x), n + 1)
            worst, centre = ranks[-1], x[ranks[:-1]].mean(0)
            extent = x.max(0) - x.min(0)
            new = 2 * centre - x[worst]
            if not where.holds(new):
                new = x.min(0) + stream.random(n) * extent
            value = griewank(new[None])[0]
            spent += 1
            if value >= f[worst]:
                new = 0.5 * (centre + x[worst])
                value = griewank(new[None])[0]
                spent += 1
            if value >= f[worst]:
                new = x.min(0) + stream.random(n) * extent
                value = griewank(new[None])[0]
                spent += 1
            x[worst], f[worst] = new, value
            order = np.argsort(f, kind="stable")
            x, f = x[order], f[order]
        all_points.append(x)
        all_values.append(f)
    x, f = np.concatenate(all_points), np.concatenate(all_values)
    order = np.argsort(f, kind="stable")
    return x[order], f[order], spent


def test_complexes_side_by_side_equal_complexes_one_after_the_other():
    settings = MprSceua(complexes=3, max_evaluations=5000)
    where = box(-50, 60, 40, 3)
    search = begin(griewank, where, settings, 4)
    twin = Search.of_state(search.state_dict())
    points, values, spent = twin.points, twin.values, twin.evaluations
    for _ in range(4):
        search = evolve(search, griewank, where, settings)
        points, values, more = evolve_one_complex_after_the_other(
            points, values, twin.streams, where
        )
        spent += more
        np.testing.assert_array_equal(search.points, points)
        assert search.evaluations == spent


def test_the_first_guess_is_in_the_first_population():
    where = box(-5, 5, 1.0)
    search = begin(rosenbrock, where, MprSceua(complexes=2), 1)
    assert search.values[0] == 0.0
    np.testing.assert_array_equal(search.points[0], where.start)


def test_the_best_never_gets_worse_and_points_stay_in_the_box():
    where = box(-5, 5, -4)
    search = search_to_the_end(rosenbrock, where, MprSceua(complexes=3, max_evaluations=400))
    assert (np.diff(search.best) <= 0).all()
    assert all(where.holds(point) for point in search.points)


def test_parents_are_distinct_and_trapezoidal():
    stream, members = np.random.default_rng(8), 21
    single = np.array([draw_parents(stream, members, 1)[0] for _ in range(40_000)])
    expected = 2 * (members - np.arange(members)) / (members * (members + 1))
    np.testing.assert_allclose(np.bincount(single, minlength=members) / 40_000, expected, atol=5e-3)
    for _ in range(200):
        ranks = draw_parents(stream, members, 11)
        assert len(set(ranks.tolist())) == 11
        assert (np.diff(ranks) > 0).all()


def test_a_search_goes_on_from_its_state():
    settings = MprSceua(complexes=3, max_evaluations=600, **PATIENT)
    where = box(-5, 5, -4)
    whole = search_to_the_end(rosenbrock, where, settings)
    part = evolve(begin(rosenbrock, where, settings, 1), rosenbrock, where, settings)
    part = Search.of_state(part.state_dict())
    while not reason_to_stop(part, where, settings):
        part = evolve(part, rosenbrock, where, settings)
    np.testing.assert_array_equal(whole.points, part.points)


def search_with(best, points):
    return Search(np.array(points), np.zeros(len(points)), 10, best, [])


def test_each_rule_stops_the_search():
    where, wide = box(0, 1, 0), [[0.0, 0.0], [1.0, 1.0]]
    rules = {"max_evaluations": 10_000, "stall_loops": 3, "stall_percent": 1.0}
    settings = MprSceua(**rules, smallest_range=1e-3)
    steady = search_with([5.0, 1.0, 1.0, 0.999, 0.995], wide)
    assert reason_to_stop(steady, where, settings) == "the best value has stalled"
    improving = search_with([5.0, 1.0, 1.0, 0.99, 0.98], wide)
    assert reason_to_stop(improving, where, settings) is None
    young = search_with([1.0, 1.0, 1.0], wide)
    assert reason_to_stop(young, where, settings) is None
    narrow = search_with([5.0, 1.0], [[0.5, 0.5], [0.5005, 0.5005]])
    assert reason_to_stop(narrow, where, settings) == "the population has converged"
    spent = MprSceua(**rules | {"max_evaluations": 10})
    assert reason_to_stop(improving, where, spent) == "the evaluations are used up"


def test_an_objective_that_is_not_finite_is_named_with_its_point():
    with pytest.raises(FloatingPointError, match=r"the objective is nan at \["):
        begin(lambda x: np.where(x[:, 0] > 0, np.nan, 1.0), box(-1, 1, -1), MprSceua(), 1)
