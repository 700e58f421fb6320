"""A killed calibration that is started again ends as if it had never been killed."""

from dataclasses import replace

import pandas as pd
import pytest
import torch
from test_calibrators import LEARNED, with_soil

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.problem import SearchedFields
from paramscape.study import CellSceua, MprSceua, Preconditioning, Pretraining, Stabilisers

SHORT = {
    "gan-po": {"epochs": 4, "channels": 4},
    "gan-po-l1": {"epochs": 4, "channels": 4},
    "dpl-a": {"epochs": 4, "iterations_per_epoch": 6},
    "dpl-z": {"epochs": 4, "iterations_per_epoch": 6},
    "paraformer-a": {"epochs": 4, "iterations_per_epoch": 4},
    "paraformer-z": {"epochs": 4, "iterations_per_epoch": 4},
}
STEADY = Stabilisers(
    spectral_norm=True, r1_gamma=1.0, r1_every=5, discriminator_learning_rate=2e-3,
    instance_noise=0.2, real_label=0.9, ema=0.8, warmup_epochs=1, patch=True,
)  # fmt: skip
AHEAD = {
    "pretraining": Pretraining(steps=5),
    "preconditioner": Preconditioning(every=3),
}


def run_ahead(settings):
    return settings.model_copy(update={"stateful": settings.stateful.model_copy(update=AHEAD)})


def searched(problem):
    """The problem with searched fields, halfway between the default and the priors' upper ends."""
    unit = 0.5 + problem.priors.to_unit(problem.default) / 2
    fields = SearchedFields(problem.priors.to_physical(unit), model_runs=60, seconds=2.0)
    return replace(problem, searched=fields)


TRAININGS = {method: LEARNED[method].model_copy(update=change) for method, change in SHORT.items()}
SEARCHES = {
    "mpr-sceua": MprSceua(complexes=2, max_evaluations=250),
    "cell-sceua": CellSceua(max_evaluations=180),
}
SETTINGS = TRAININGS | SEARCHES
COLUMNS = dict.fromkeys(TRAININGS, "epoch") | dict.fromkeys(SEARCHES, "evaluations")
CASES = [
    *TRAININGS.items(),
    ("gan-po", TRAININGS["gan-po"].model_copy(update={"stabilisers": STEADY})),
    *((method, run_ahead(TRAININGS[method])) for method in ("gan-po-l1", "dpl-a")),
]
NAMES = [*TRAININGS, "steady-gan-po", "gan-po-l1-ahead", "dpl-a-ahead"]


class Killed(Exception):
    pass


def after(calls, function):
    """The function, which is killed at its call number `calls`."""
    left = [calls]

    def called(*arguments):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return function(*arguments)

    return called


def losses(place):
    return pd.read_csv(place.history).drop(columns="seconds")


def problem_of(land, is_stateful=False):
    return searched(with_soil(land(is_stateful).problem))


class Counter:
    """A function that counts its calls."""

    def __init__(self, function):
        self.function, self.calls = function, 0

    def __call__(self, *arguments):
        self.calls += 1
        return self.function(*arguments)


@pytest.mark.parametrize(
    ("is_stateful", "where"),
    [
        *((False, where) for where in ("simulate_windows", "run", "state_dict")),
        *((True, where) for where in ("simulate_windows", "run", "respin", "state_dict")),
    ],
)
@pytest.mark.parametrize(("method", "settings"), CASES, ids=NAMES)
def test_a_killed_training_ends_as_an_uninterrupted_one(
    method, settings, where, is_stateful, land, run_paths
):
    whole, broken = run_paths("whole"), run_paths("broken")
    problem = problem_of(land, is_stateful)
    counter = Counter(getattr(problem.simulator, where))
    setattr(problem.simulator, where, counter)
    expected = CALIBRATORS[method](problem, settings, whole, 5)
    problem = problem_of(land, is_stateful)
    killed = after(counter.calls * 5 // 8, getattr(problem.simulator, where))
    setattr(problem.simulator, where, killed)
    with pytest.raises(Killed):
        CALIBRATORS[method](problem, settings, broken, 5)
    assert 1 <= len(pd.read_csv(broken.history)) < settings.epochs
    found = CALIBRATORS[method](problem_of(land, is_stateful), settings, broken, 5)
    assert torch.equal(found, expected)
    pd.testing.assert_frame_equal(losses(broken), losses(whole), check_exact=True)
    states = [torch.load(p.checkpoint.path, weights_only=True) for p in (whole, broken)]
    assert_same(*({k: v for k, v in s.items() if k != "rows"} for s in states))


@pytest.mark.parametrize("epoch", [1, 3, 4])
def test_a_training_that_is_killed_on_the_way_to_its_early_end_ends_at_the_same_epoch(
    epoch, land, run_paths
):
    def poorer_from_epoch_two(problem, runs):
        run, calls = problem.simulator.run, iter(range(runs, 100))
        problem.simulator.run = lambda *given: {
            "et": run(*given)["et"] * (1.0 + 0.1 * max(0, next(calls) - 2))
        }
        return problem

    change = {"epochs": 20, "validate_every": 1, "patience": 3}
    settings = TRAININGS["dpl-a"].model_copy(update=change)
    whole, broken = run_paths("whole"), run_paths("broken")
    expected = CALIBRATORS["dpl-a"](poorer_from_epoch_two(problem_of(land), 0), settings, whole, 5)
    assert len(losses(whole)) == 5
    problem = poorer_from_epoch_two(problem_of(land), 0)
    problem.simulator.simulate_windows = after(6 * epoch + 2, problem.simulator.simulate_windows)
    with pytest.raises(Killed):
        CALIBRATORS["dpl-a"](problem, settings, broken, 5)
    assert len(losses(broken)) == epoch
    problem = poorer_from_epoch_two(problem_of(land), 1 + epoch)
    assert torch.equal(CALIBRATORS["dpl-a"](problem, settings, broken, 5), expected)
    pd.testing.assert_frame_equal(losses(broken), losses(whole), check_exact=True)


def assert_same(first, second):
    if isinstance(first, dict):
        assert first.keys() == second.keys()
        for key in first:
            assert_same(first[key], second[key])
    elif isinstance(first, torch.Tensor):
        assert torch.equal(first, second)
    else:
        assert first == second


@pytest.mark.parametrize("method", ["mpr-sceua", "cell-sceua"])
def test_a_killed_search_ends_as_an_uninterrupted_one(method, land, run_paths):
    settings, whole, broken = SETTINGS[method], run_paths("whole"), run_paths("broken")
    expected = CALIBRATORS[method](problem_of(land), settings, whole, 5)
    problem = problem_of(land)
    problem.simulator.run = after(60, problem.simulator.run)
    with pytest.raises(Killed):
        CALIBRATORS[method](problem, settings, broken, 5)
    assert 1 < len(pd.read_csv(broken.history)) < len(losses(whole))
    found = CALIBRATORS[method](problem_of(land), settings, broken, 5)
    assert torch.equal(found, expected)
    pd.testing.assert_frame_equal(losses(broken), losses(whole), check_exact=True)


@pytest.mark.parametrize("method", SETTINGS)
def test_a_finished_calibration_returns_its_result_again_without_a_simulation(
    method, land, run_paths
):
    here = run_paths()
    first = CALIBRATORS[method](problem_of(land), SETTINGS[method], here, 5)
    before = losses(here)
    problem = problem_of(land)
    problem.simulator.run = problem.simulator.simulate_windows = None
    again = CALIBRATORS[method](problem, SETTINGS[method], here, 5)
    assert torch.equal(first, again)
    pd.testing.assert_frame_equal(losses(here), before, check_exact=True)


def killed_after_an_epoch(land, place):
    problem = problem_of(land)
    problem.simulator.simulate_windows = after(14, problem.simulator.simulate_windows)
    with pytest.raises(Killed):
        CALIBRATORS["gan-po"](problem, SETTINGS["gan-po"], place, 5)


def test_a_checkpoint_of_another_identity_is_not_resumed_and_is_replaced(land, run_paths, caplog):
    settings = SETTINGS["gan-po"].model_copy(update={"l1_weight": 3.0})
    expected = CALIBRATORS["gan-po"](problem_of(land), settings, run_paths("fresh"), 6)
    killed_after_an_epoch(land, run_paths("other"))
    with caplog.at_level("WARNING", "paramscape"):
        other = run_paths("other", "of other settings")
        found = CALIBRATORS["gan-po"](problem_of(land), settings, other, 6)
    assert torch.equal(found, expected)
    assert "checkpoint.pt belongs to a run with other settings" in caplog.text
    state = torch.load(other.checkpoint.path, weights_only=True)
    assert state["identity"] == "of other settings"


def test_a_file_that_is_no_checkpoint_is_named(land, run_paths):
    here = run_paths()
    here.checkpoint.path.parent.mkdir(parents=True)
    here.checkpoint.path.write_bytes(b"half a file")
    with pytest.raises(ValueError, match=r"checkpoint.pt: this is not a checkpoint .* delete it"):
        CALIBRATORS["gan-po"](problem_of(land), SETTINGS["gan-po"], here, 5)


def test_no_half_written_file_is_left_behind(land, run_paths):
    here = run_paths()
    killed_after_an_epoch(land, here)
    names = {file.name for file in here.history.parent.iterdir()}
    assert names == {"history.csv", "checkpoint.pt"}
