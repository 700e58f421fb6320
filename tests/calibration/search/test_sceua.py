"""SCE-UA finds known optima, counts what it spends, and does not depend on company or batching."""

import dataclasses
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import spotpy
from optima import ackley, goldstein_price, griewank, hartman, rosenbrock

from paramscape.calibration.search.sceua import REASONS, Boxes, Evolution, Search, draw_parents
from paramscape.study import Sceua, random_streams


def box(low, high, start, n=2):
    """The box of one problem."""
    return Boxes.of_one(*(np.full(n, float(value)) for value in (low, high, start)))


def boxes(*single):
    """Several problems, numbered in their order."""
    parts = [
        np.concatenate([getattr(b, name) for b in single]) for name in ("low", "high", "start")
    ]
    return Boxes(*parts, np.arange(len(single)))


def alone(function):
    return lambda points, problem: function(points)


HARTMAN_OPTIMUM = [0.20169, 0.15001, 0.47687, 0.27533, 0.31165, 0.6573]
PATIENT = {"stall_percent": 0.0, "stall_loops": 10, "smallest_range": 1e-7}
ENDLESS = PATIENT | {"smallest_range": 0.0}


def search_to_the_end(objective, where, settings, seed=1):
    evolution = Evolution(objective, where, settings, seed)
    search = evolution.begin()
    while (search.ended == 0).any():
        evolution.evolve(search)
    return search


class Watched:
    """An objective that notes every point of each problem in its order, and the batches."""

    def __init__(self, objective, one_by_one=False):
        self.objective, self.one_by_one = objective, one_by_one
        self.asked, self.batches = {}, []

    def __call__(self, points, problem):
        assert (np.diff(problem) >= 0).all()
        self.batches.append(problem.copy())
        for point, number in zip(points, problem.tolist(), strict=True):
            self.asked.setdefault(number, []).append(point.tolist())
        if self.one_by_one:
            single = zip(points, problem, strict=True)
            return np.array([self.objective(p[None], np.array([i]))[0] for p, i in single])
        return self.objective(points, problem)


@pytest.mark.parametrize("mutation", ["hypercube", "bounds"])
@pytest.mark.parametrize(
    ("function", "where", "optimum", "least"),
    [
        (rosenbrock, box(-5, 5, -4), [1, 1], 0.0),
        (griewank, box(-600, 660, 480, 10), [0] * 10, 0.0),
        (goldstein_price, box(-2, 2, 1.5), [0, -1], 3.0),
        (ackley, box(-20, 32, 15, 5), [0] * 5, 0.0),
        (hartman, box(0, 1, 0.9, 6), HARTMAN_OPTIMUM, -3.32237),
    ],
)
def test_known_optima_are_found_from_each_of_ten_first_populations(
    function, where, optimum, least, mutation
):
    settings = Sceua(complexes=4, max_evaluations=10000, mutation=mutation, **PATIENT)
    found = search_to_the_end(alone(function), boxes(*[where] * 10), settings)
    np.testing.assert_allclose(found.best_values, [least] * 10, atol=1e-5)
    np.testing.assert_allclose(found.best_points, [optimum] * 10, atol=2e-3)


def test_spotpy_finds_no_better_optimum_with_the_same_budget():
    class Setup:
        def parameters(self):
            return spotpy.parameter.generate(
                [spotpy.parameter.Uniform(name, -2.0, 2.0) for name in ("a", "b")]
            )

        def simulation(self, vector):
            return goldstein_price(np.array([list(vector)]))

        def evaluation(self):
            return [0.0]

        def objectivefunction(self, simulation, evaluation):
            return float(simulation[0])

    sampler = spotpy.algorithms.sceua(Setup(), dbformat="ram", random_state=3, save_sim=False)
    sampler.sample(600, ngs=4, kstop=100)
    theirs = sampler.getdata()["like1"].min()
    settings = Sceua(complexes=4, max_evaluations=600, **PATIENT)
    ours = search_to_the_end(alone(goldstein_price), box(-2, 2, 1.5), settings)
    np.testing.assert_allclose([ours.best_values[0], theirs], 3.0, atol=1e-3)


@pytest.mark.parametrize("budget", [20, 21, 57, 58, 59, 333])
def test_every_evaluation_is_counted_and_none_exceeds_the_budget(budget):
    watched = Watched(alone(rosenbrock))
    where = boxes(box(-5, 5, -4), box(0, 3, 2), box(-100, 5, -50))
    settings = Sceua(complexes=4, max_evaluations=budget, **ENDLESS)
    found = search_to_the_end(watched, where, settings)
    assert found.evaluations.tolist() == [budget] * 3
    assert {number: len(asked) for number, asked in watched.asked.items()} == dict.fromkeys(
        range(3), budget
    )
    assert {REASONS[code] for code in found.ended} == {"the evaluations are used up"}


def test_a_budget_below_the_first_population_is_refused():
    with pytest.raises(ValueError, match=r"takes 20 evaluations, but max_evaluations is 19"):
        Evolution(alone(rosenbrock), box(-5, 5, 0), Sceua(complexes=4, max_evaluations=19), 1)


SUITE = (rosenbrock, goldstein_price, griewank, ackley)
PLACES = boxes(box(-5, 5, -4), box(-2, 2, 1.5), box(-50, 60, 40), box(-20, 32, 15))


def suite(points, problem):
    """Each problem has another function."""
    return np.array([SUITE[i](p[None])[0] for p, i in zip(points, problem, strict=True)])


@pytest.mark.parametrize("complexes", [1, 2, 5])
def test_a_problem_takes_the_same_course_alone_in_company_batched_and_one_by_one(complexes):
    settings = Sceua(complexes=complexes, max_evaluations=500, stall_loops=4)
    together, single = Watched(suite), Watched(suite, one_by_one=True)
    found = search_to_the_end(together, PLACES, settings)
    search_to_the_end(single, PLACES, settings)
    assert len(set(found.evaluations)) > 1
    assert together.asked == single.asked
    for i, function in enumerate(SUITE):
        parts = (getattr(PLACES, f.name)[i : i + 1] for f in dataclasses.fields(Boxes))
        watched = Watched(alone(function))
        by_itself = search_to_the_end(watched, Boxes(*parts), settings)
        assert watched.asked[0] == together.asked[i]
        assert by_itself.evaluations[0] == found.evaluations[i]
        assert by_itself.ended[0] == found.ended[i]


def test_problems_and_seeds_have_their_own_random_numbers():
    where, settings = boxes(*[box(-5, 5, 0)] * 2), Sceua(complexes=8, max_evaluations=40)
    points = set()
    for seed in (1, 2):
        watched = Watched(alone(rosenbrock))
        search_to_the_end(watched, where, settings, seed)
        points |= {tuple(point) for asked in watched.asked.values() for point in asked[1:]}
    assert len(points) == 4 * 39


def test_all_complexes_and_problems_share_a_batch_and_nobody_waits():
    watched = Watched(suite)
    settings = Sceua(complexes=3, max_evaluations=400, **ENDLESS)
    search_to_the_end(watched, PLACES, settings)
    sizes = [Counter(batch.tolist()) for batch in watched.batches[1:]]
    assert max(max(size.values()) for size in sizes) == 3
    going_on = [set(size) for size in sizes]
    assert all(later <= earlier for earlier, later in pairwise(going_on))
    assert len(going_on[len(sizes) // 2]) == 4


def test_a_problem_that_has_ended_is_not_evaluated_any_more():
    watched = Watched(lambda points, problem: np.where(problem == 0, 7.0, rosenbrock(points)))
    settings = Sceua(complexes=2, max_evaluations=700, stall_loops=3, smallest_range=0.0)
    found = search_to_the_end(watched, boxes(*[box(-5, 5, -4)] * 2), settings)
    assert REASONS[found.ended[0]] == "the best value has stalled"
    assert found.loops[0] == 3
    assert len(watched.asked[0]) == found.evaluations[0] < 200
    assert len(watched.asked[1]) == found.evaluations[1] > 400


def evolve_one_complex_after_the_other(points, values, numbers, where):
    """A slow twin of one loop: each complex takes all its steps before the next begins."""
    low, high = where.low[0], where.high[0]
    n, size, all_points, all_values, spent = points.shape[1], len(numbers), [], [], 0
    for c, of_complex in enumerate(numbers):
        x, f = points[c::size].copy(), values[c::size].copy()
        for u in of_complex:
            ranks = draw_parents(u[: 2 * n + 1], n + 1)
            worst, centre = ranks[-1], x[ranks[:-1]].mean(0)
            first, second = np.split(u[2 * n + 1 :], 2)
            extent = x.max(0) - x.min(0)
            new = 2 * centre - x[worst]
            if (new < low).any() or (new > high).any():
                new = x.min(0) + first * extent
            value = griewank(new[None])[0]
            spent += 1
            if value >= f[worst]:
                new = 0.5 * (centre + x[worst])
                value = griewank(new[None])[0]
                spent += 1
            if value >= f[worst]:
                new = x.min(0) + second * extent
                value = griewank(new[None])[0]
                spent += 1
            x[worst], f[worst] = new, value
            order = np.argsort(f, kind="stable")
            x, f = x[order], f[order]
        all_points.append(x)
        all_values.append(f)
    return np.concatenate(all_points), np.concatenate(all_values), spent


def merged(points, values):
    order = np.argsort(values, kind="stable")
    return points[order], values[order]


def test_complexes_side_by_side_equal_complexes_one_after_the_other():
    where = box(-50, 60, 40, 3)
    evolution = Evolution(alone(griewank), where, Sceua(complexes=3, max_evaluations=5000), 4)
    search = evolution.begin()
    points, values = merged(search.points.reshape(-1, 3), search.values.ravel())
    spent = search.evaluations[0]
    for loop in range(1, 5):
        evolution.evolve(search)
        numbers = random_streams.numpy_generator(4, "sce-ua", 0, loop).random((3, 7, 7 + 6))
        points, values, more = evolve_one_complex_after_the_other(points, values, numbers, where)
        points, values = merged(points, values)
        spent += more
        found = merged(search.points.reshape(-1, 3), search.values.ravel())
        np.testing.assert_array_equal(found[1], values)
        np.testing.assert_array_equal(found[0], points)
        assert search.evaluations[0] == spent


def test_the_first_guess_is_in_the_first_population():
    where = boxes(box(-5, 5, 1.0), box(-2, 2, 1.0))
    search = Evolution(alone(rosenbrock), where, Sceua(complexes=2), 1).begin()
    np.testing.assert_array_equal(search.best_values, 0.0)
    np.testing.assert_array_equal(search.best_points, where.start)


@pytest.mark.parametrize("mutation", ["hypercube", "bounds"])
def test_the_best_never_gets_worse_and_every_point_lies_in_the_box(mutation):
    watched, settings = Watched(suite), Sceua(complexes=3, max_evaluations=400, mutation=mutation)
    evolution = Evolution(watched, PLACES, settings, 1)
    search = evolution.begin()
    while (search.ended == 0).any():
        before = search.best_values
        evolution.evolve(search)
        assert (search.best_values <= before).all()
        assert (np.diff(search.values, axis=-1) >= 0).all()
    for i, asked in watched.asked.items():
        assert (np.array(asked) >= PLACES.low[i]).all()
        assert (np.array(asked) <= PLACES.high[i]).all()


def test_parents_are_distinct_and_trapezoidal():
    stream, members = np.random.default_rng(8), 21
    single = draw_parents(stream.random((40_000, members)), 1)[:, 0]
    expected = 2 * (members - np.arange(members)) / (members * (members + 1))
    np.testing.assert_allclose(np.bincount(single, minlength=members) / 40_000, expected, atol=5e-3)
    several = draw_parents(stream.random((200, members)), 11)
    assert (np.diff(several) > 0).all()


def test_a_rank_that_was_drawn_before_is_drawn_again():
    pairs = draw_parents(np.random.default_rng(2).random((60_000, 3)), 2)
    weights = np.array([3, 2, 1]) / 6
    for i, j in ((0, 1), (0, 2), (1, 2)):
        both = weights[i] * weights[j]
        expected = both / (1 - weights[i]) + both / (1 - weights[j])
        found = (pairs == [i, j]).all(1).mean()
        assert found == pytest.approx(expected, abs=8e-3)


def test_a_search_goes_on_from_its_state_in_the_middle_of_loops():
    settings = Sceua(complexes=3, max_evaluations=600, stall_loops=5)
    whole = search_to_the_end(suite, PLACES, settings)
    part = Evolution(suite, PLACES, settings, 1)
    search = part.begin()
    part.evolve(search)
    assert (search.step > 0).any()
    resumed, search = Evolution(suite, PLACES, settings, 1), Search.of_state(search.state_dict())
    while (search.ended == 0).any():
        resumed.evolve(search)
    for field in dataclasses.fields(Search):
        np.testing.assert_array_equal(getattr(search, field.name), getattr(whole, field.name))


def course(values, best):
    """A problem's population (complex 1) and its best values so far."""
    points = np.array(values)[None, None]
    best = np.array([best])
    zero = np.zeros((1, 1), dtype=int)
    return Search(points, np.zeros((1, 1, 5)), zero, zero, zero[0], zero[0] + 10, best, zero[0])


def test_each_rule_ends_a_search():
    wide = [[0.0, 0.0], [1.0, 1.0], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]
    narrow = [[0.5, 0.5], [0.5005, 0.5005], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]
    nan = float("nan")
    cases = [
        (wide, [1.0, 1.0, 0.999, 0.995], 10_000, "the best value has stalled"),
        (wide, [1.0, 1.0, 0.99, 0.98], 10_000, "continues"),
        (wide, [nan, 1.0, 1.0, 1.0], 10_000, "continues"),
        (narrow, [nan, nan, 5.0, 1.0], 10_000, "the population has converged"),
        (wide, [1.0, 1.0, 0.99, 0.98], 10, "the evaluations are used up"),
    ]
    for points, best, budget, expected in cases:
        rules = Sceua(complexes=1, max_evaluations=budget, stall_loops=3)
        evolution = Evolution(alone(rosenbrock), box(0, 1, 0), rules, 1)
        search = course(points, best)
        assert REASONS[evolution.judge(search, np.array([True]))[0]] == expected


def test_an_objective_that_is_not_finite_is_named_with_its_problem_and_point():
    where = dataclasses.replace(boxes(box(-1, 1, -1), box(-1, 1, -1)), number=np.array([3, 8]))

    def broken(points, problem):
        return np.where((problem == 1) & (points[:, 0] > 0), np.nan, 1.0)

    with pytest.raises(FloatingPointError, match=r"the objective of problem 8 is nan at \["):
        Evolution(broken, where, Sceua(), 1).begin()


def test_thousands_of_problems_reach_their_own_optima_in_hardly_more_batches_than_one():
    count, n, rounds = 2000, 3, []
    target = np.random.default_rng(5).random((count, n))
    low = np.zeros((count, n))
    where = Boxes(low, low + 1.0, low + 0.5, np.arange(count))

    def distance(points, problem):
        rounds.append(np.bincount(problem).max())
        return ((points - target[problem]) ** 2).sum(1)

    settings = Sceua(complexes=2, max_evaluations=300, **ENDLESS)
    found = search_to_the_end(distance, where, settings)
    assert (found.evaluations == 300).all()
    assert 300 <= sum(rounds) < 1.25 * 300
    assert np.quantile(found.best_values, 0.99) < 1e-4
