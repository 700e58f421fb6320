"""A training that cannot go on says why, and leaves its last good checkpoint."""

import pandas as pd
import pytest
import torch
from test_calibrators import LEARNED, LEARNERS
from test_interrupted_calibrations import assert_same

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.learning.training import at_bounds
from paramscape.jobs.divergence import Diverged

SHORT = {"epochs": 6, "validate_every": 1}


def short(method, **changes):
    return LEARNED[method].model_copy(update=SHORT | changes)


def spoilt(simulator, name, first, change):
    """Change what a simulator's function returns from its call number `first` on."""
    function, calls = getattr(simulator, name), iter(range(10**6))

    def called(*arguments):
        made = function(*arguments)
        return {"et": change(made["et"])} if next(calls) >= first else made

    setattr(simulator, name, called)


def counted(simulator, name):
    """A list that grows with each call of a simulator's function."""
    function, calls = getattr(simulator, name), []

    def called(*arguments):
        calls.append(name)
        return function(*arguments)

    setattr(simulator, name, called)
    return calls


def steps_of_an_epoch(method, land, settings):
    learner = LEARNERS[method](land().problem, settings, 5)
    return len(learner.batches(0, torch.Generator().manual_seed(1)))


def checkpoint_of(place):
    return torch.load(place.checkpoint.path, weights_only=True)


@pytest.mark.parametrize("method", LEARNED)
def test_a_run_that_diverges_keeps_its_last_good_checkpoint(method, land, run_paths):
    settings, here, good = short(method), run_paths("diverged"), run_paths("good")
    problem = land().problem
    calls = counted(problem.simulator, "simulate_windows")
    expected = CALIBRATORS[method](problem, settings, good, 5)
    of_an_epoch = len(calls) // settings.epochs  # a step may simulate several times
    of_a_step = of_an_epoch // steps_of_an_epoch(method, land, settings)
    problem = land().problem
    first = 2 * of_an_epoch + of_a_step
    spoilt(problem.simulator, "simulate_windows", first, lambda et: et * 1e39)
    with pytest.raises(Diverged) as error:
        CALIBRATORS[method](problem, settings, here, 5)
    message = str(error.value)
    assert message.startswith("epoch 3, mini-batch 2: the loss ")
    assert f"lower calibration.{method}.learning_rate (now {settings.learning_rate})" in message
    assert "The last good checkpoint is kept, of epoch 2; the best validation was in " in message
    assert str(here.checkpoint.path) in message
    assert len(checkpoint_of(here)["rows"]) == 2
    assert torch.equal(CALIBRATORS[method](land().problem, settings, here, 5), expected)
    assert_same(checkpoint_of(here)["best"], checkpoint_of(good)["best"])


@pytest.mark.parametrize("method", ["gan-po", "gan-po-l1", "dpl-a"])
@pytest.mark.parametrize("is_stateful", [False, True])
def test_steps_that_are_far_too_long_end_in_words(method, is_stateful, land, run_paths):
    settings = short(method, learning_rate=1e30)
    with pytest.raises(Diverged, match=r"too long: lower .*learning_rate"):
        CALIBRATORS[method](land(is_stateful).problem, settings, run_paths(), 5)


def test_adversarial_losses_point_to_the_stabilisers(land, run_paths):
    problem = land().problem
    spoilt(problem.simulator, "simulate_windows", 0, lambda et: et * 1e30)
    with pytest.raises(Diverged, match=r"epoch 1.* no checkpoint") as error:
        CALIBRATORS["gan-po"](problem, short("gan-po"), run_paths(), 5)
    assert "calibration.gan-po.stabilisers" in str(error.value)


def test_weights_that_break_in_the_last_batch_of_an_epoch_are_not_kept(land, run_paths):
    problem, here = land().problem, run_paths()
    settings = short("gan-po-l1", validate_every=4)
    steps = steps_of_an_epoch("gan-po-l1", land, settings)

    def broken(et):
        return et * torch.full((), 1.0) + 0 * (et - et.detach()).abs().sqrt()

    spoilt(problem.simulator, "simulate_windows", 2 * steps - 1, broken)
    with pytest.raises(Diverged, match=r"after epoch 2: generator\.\S+ of gan-po-l1 is no longer"):
        CALIBRATORS["gan-po-l1"](problem, settings, here, 5)
    assert len(checkpoint_of(here)["rows"]) == 1


def test_three_lost_validations_in_a_row_are_a_collapse(land, run_paths):
    problem, here = land().problem, run_paths()
    spoilt(problem.simulator, "run", 3, lambda et: et * 60)
    with pytest.raises(Diverged, match=r"after epoch 5: .* gan-po collapsed, 3 .* the misfit \d+"):
        CALIBRATORS["gan-po"](problem, short("gan-po"), here, 5)
    state = checkpoint_of(here)
    assert len(state["rows"]) == 2
    assert state["best"]["epoch"] <= 2


def test_two_lost_validations_are_none(land, run_paths):
    problem, calls = land().problem, iter(range(20))
    run = problem.simulator.run
    problem.simulator.run = lambda *given: {
        "et": run(*given)["et"] * (60 if next(calls) in (1, 2, 4, 5) else 1)
    }
    here = run_paths()
    CALIBRATORS["gan-po"](problem, short("gan-po"), here, 5)
    assert checkpoint_of(here)["best"]["epoch"] in (3, 6)


def test_parameters_on_the_bounds_everywhere_are_lost_and_those_on_some_are_not(land):
    priors = land().problem.priors
    bounds = torch.stack([priors.low, priors.high] * 5)
    partly = bounds.clone()
    partly[3] = priors.to_physical(torch.full_like(priors.low, 0.5))
    assert at_bounds(partly, priors) == ()
    assert at_bounds(bounds, priors) == (
        "100.0 % of the parameters lie on the bounds of the priors",
    )


def test_patience_ends_a_training_that_no_longer_improves(land, run_paths, caplog):
    problem, here = land().problem, run_paths()
    spoilt(problem.simulator, "run", 4, lambda et: et * 2)
    settings = short("dpl-a", epochs=30, patience=2)
    with caplog.at_level("INFO", "paramscape"):
        found = CALIBRATORS["dpl-a"](problem, settings, here, 5)
    history = pd.read_csv(here.history)
    best = int(history["validation/misfit"].idxmin()) + 1
    assert best <= 3
    assert len(history) == best + 2
    assert f"dpl-a ended after epoch {best + 2} of 30: in the last 2 validations" in caplog.text
    assert torch.equal(found, checkpoint_of(here)["best"]["result"])


def test_the_history_holds_the_misfit_by_which_the_best_epoch_is_chosen(land, run_paths):
    here = run_paths()
    CALIBRATORS["gan-po"](land().problem, short("gan-po"), here, 5)
    history, best = pd.read_csv(here.history), checkpoint_of(here)["best"]
    assert list(history.columns[-5:-2]) == [f"validation/{n}" for n in ("mse", "kge", "misfit")]
    assert history["epoch"][history["validation/misfit"].idxmin()] == best["epoch"]
    assert history["train/d_real"].notna().all()


def test_a_training_that_finds_nothing_better_than_its_start_says_so(land, run_paths, caplog):
    problem = land().problem
    spoilt(problem.simulator, "run", 1, lambda et: et * 2)
    with caplog.at_level("WARNING", "paramscape"):
        CALIBRATORS["dpl-a"](problem, short("dpl-a"), run_paths(), 5)
    assert "dpl-a found nothing that fits the validation data better than its start" in caplog.text
