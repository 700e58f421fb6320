"""Training: it learns, it resumes to the same bits, it stops, and it keeps the best weights."""

import itertools

import pandas as pd
import pytest
import torch

from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.jobs.divergence import Diverged
from paramscape.simulators.surrogates.lstm import LstmLearner, LstmNetwork, predict, untrained
from paramscape.simulators.surrogates.samples import scaling_of
from paramscape.simulators.surrogates.skill import score_cells, sensitivity_table, skill_table
from paramscape.simulators.surrogates.training import train
from paramscape.simulators.surrogates.weights import load_network, save_network
from paramscape.study import Lstm
from paramscape.study.parameters import GAN_PO_PARAMETERS


def files_in(folder):
    return RunPaths(folder / "history.csv", Checkpoint(folder / "checkpoint.pt", "test"))


def run(samples, settings, folder, seed=7):
    network = untrained(samples[0], settings, seed)
    learner = LstmLearner(network, samples[0], samples[1], settings, seed)
    return train(learner, files_in(folder), seed)


def _kill_at(call, function):
    calls = itertools.count(1)

    def wrapped(*arguments):
        if next(calls) == call:
            raise KeyboardInterrupt
        return function(*arguments)

    return wrapped


def same_weights(a, b):
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


@pytest.fixture(scope="module")
def learned(samples, tmp_path_factory):
    settings = Lstm(
        hidden=24,
        days=10,
        batch=100,
        windows_per_epoch=6000,
        validation_windows=1000,
        epochs=12,
        patience=3,
        learning_rate=0.01,
    )
    folder = tmp_path_factory.mktemp("learned")
    return run(samples, settings, folder), folder


def test_the_surrogate_learns_a_known_model_and_its_response_to_parameters(samples, learned):
    network, _ = learned
    test = samples[2]
    predicted = predict(network, test)
    reference = test.targets.numpy()
    table = skill_table(predicted, reference, ("et",)).iloc[0]
    assert table.cc > 0.97 and table.rmse < 0.25 * table.spread
    response = sensitivity_table(
        test.parameters.numpy(), predicted, reference, ("et",), GAN_PO_PARAMETERS
    )
    response = response.set_index("parameter")
    assert response.vic["expt"] == pytest.approx(1.0, rel=0.02)
    assert response.ratio["expt"] == pytest.approx(1.0, abs=0.2)
    assert response.ratio["infilt"] == pytest.approx(1.0, abs=0.2)


def test_the_history_tells_every_epoch(learned):
    history = pd.read_csv(learned[1] / "history.csv")
    assert list(history) == ["epoch", "train/mse", "validation/mse", "seconds"]
    assert history.epoch.tolist() == list(range(1, len(history) + 1))
    assert history["validation/mse"].iloc[-1] < 0.3 * history["validation/mse"].iloc[0]


@pytest.mark.parametrize("lr_schedule", ["constant", "cosine"])
def test_a_training_killed_within_an_epoch_ends_with_the_same_bits(
    samples, settings, tmp_path, monkeypatch, lr_schedule
):
    settings = settings.model_copy(update={"lr_schedule": lr_schedule})
    whole = run(samples, settings, tmp_path / "whole")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(LstmLearner, "validate", _kill_at(2, LstmLearner.validate))
        run(samples, settings, tmp_path / "killed")
    assert len(pd.read_csv(tmp_path / "killed" / "history.csv")) == 1
    resumed = run(samples, settings, tmp_path / "killed")
    assert same_weights(whole, resumed)
    losses = [
        pd.read_csv(tmp_path / name / "history.csv")[["epoch", "train/mse", "validation/mse"]]
        for name in ("whole", "killed")
    ]
    pd.testing.assert_frame_equal(*losses)


def test_a_cosine_takes_the_step_size_to_zero(samples, settings, tmp_path):
    run(samples, settings.model_copy(update={"lr_schedule": "cosine"}), tmp_path)
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    last = state["training"]["optimizer"]["param_groups"][0]["lr"]
    steps = settings.epochs * settings.windows_per_epoch / settings.batch
    assert 0 < last < settings.learning_rate * 3 / steps**2


def test_seeds_make_different_networks(samples, settings, tmp_path):
    settings = settings.model_copy(update={"epochs": 1})
    a, b = (run(samples, settings, tmp_path / str(seed), seed) for seed in (1, 2))
    assert not same_weights(a, b)


def test_training_leaves_the_global_random_numbers_alone(samples, settings, tmp_path):
    before = torch.random.get_rng_state()
    run(samples, settings.model_copy(update={"epochs": 1}), tmp_path)
    assert torch.equal(before, torch.random.get_rng_state())


def test_training_stops_when_patience_ends_and_returns_the_best_weights(
    samples, settings, tmp_path
):
    wild = settings.model_copy(update={"epochs": 30, "patience": 1, "learning_rate": 0.3})
    network = run(samples, wild, tmp_path)
    losses = pd.read_csv(tmp_path / "history.csv")["validation/mse"]
    assert len(losses) < 30 and losses.idxmin() == len(losses) - 3
    best = torch.load(tmp_path / "checkpoint.pt", weights_only=True)["best"]["result"]
    assert all(torch.equal(best[name], value) for name, value in network.state_dict().items())


def test_a_checkpoint_of_another_identity_is_not_resumed(samples, settings, tmp_path, caplog):
    run(samples, settings.model_copy(update={"epochs": 1}), tmp_path)
    other = RunPaths(tmp_path / "history.csv", Checkpoint(tmp_path / "checkpoint.pt", "other"))
    smaller = settings.model_copy(update={"hidden": 8, "epochs": 2})
    learner = LstmLearner(untrained(samples[0], smaller, 7), *samples[:2], smaller, 7)
    with caplog.at_level("WARNING", "paramscape"):
        network = train(learner, other, 7)
    assert "checkpoint.pt belongs to a run with other settings" in caplog.text
    assert same_weights(network, run(samples, smaller, tmp_path / "fresh"))


def test_a_finished_training_returns_its_weights_again(samples, settings, tmp_path, monkeypatch):
    first = run(samples, settings, tmp_path)
    monkeypatch.setattr(LstmLearner, "backward", None)
    assert same_weights(run(samples, settings, tmp_path), first)


@pytest.mark.parametrize(
    ("name", "error", "where"),
    [
        ("backward", float("nan"), r"epoch 1, mini-batch 1: the loss mse of lstm is nan"),
        ("validate", float("inf"), r"after epoch 1: the misfit of lstm in validation is inf"),
        ("validate", 11.0, r"after epoch 3: the training of lstm collapsed, 3 validations"),
    ],
)
def test_a_surrogate_that_diverges_ends_in_words(
    samples, settings, tmp_path, monkeypatch, name, error, where
):
    monkeypatch.setattr(LstmLearner, name, lambda *arguments: error)
    with pytest.raises(Diverged, match=where + r".*lower surrogate\.lstm\.learning_rate"):
        run(samples, settings.model_copy(update={"patience": 9}), tmp_path)


def test_weights_that_are_not_finite_are_not_kept(samples, settings, tmp_path, monkeypatch):
    def spoilt(learner, batch, generator):
        next(learner.network.parameters()).grad = torch.full_like(
            next(learner.network.parameters()), torch.nan
        )
        return 1.0

    monkeypatch.setattr(LstmLearner, "backward", spoilt)
    with pytest.raises(Diverged, match=r"network\.\S+ of lstm is no longer finite"):
        run(samples, settings, tmp_path)
    assert not (tmp_path / "checkpoint.pt").exists()


def test_a_network_survives_the_way_to_its_file_and_back(samples, tmp_path):
    network = LstmNetwork(8, 10, 7, ("et",), scaling_of(samples[0]))
    network.initialise(torch.Generator().manual_seed(1))
    save_network(network, tmp_path / "weights.pt")
    again = load_network(tmp_path / "weights.pt", LstmNetwork)
    assert same_weights(network, again)
    assert (again.days, again.targets) == (10, ("et",))


def test_predictions_are_the_same_with_and_without_gradients(samples):
    network = LstmNetwork(8, 10, 7, ("et",), scaling_of(samples[0]))
    network.initialise(torch.Generator().manual_seed(1))
    forcing, parameters, _ = (
        samples[0].standardised(network).gather(torch.tensor([[0, 1], [2, 3], [11, 12]]), 10)
    )
    learning = network(forcing, parameters).detach()
    with torch.no_grad():
        torch.testing.assert_close(network(forcing, parameters), learning, rtol=0, atol=1e-6)


def test_an_unknown_target_is_refused(samples):
    with pytest.raises(ValueError, match="streamflow"):
        LstmNetwork(8, 10, 7, ("streamflow",), scaling_of(samples[0]))


def test_scores_of_a_shifted_copy_are_its_shift():
    reference = torch.randn(2, 50, 3, 1, generator=torch.Generator().manual_seed(4)).numpy()
    scores = score_cells(reference + 0.5, reference)
    assert scores["bias"] == pytest.approx(0.5, abs=1e-6)
    assert scores["rmse"] == pytest.approx(0.5, abs=1e-6)
    assert scores["cc"] == pytest.approx(1.0, abs=1e-6)


def test_too_few_members_for_a_sensitivity_are_refused():
    unit = torch.rand(2, 1, 7, generator=torch.Generator().manual_seed(4)).numpy()
    values = torch.zeros(2, 5, 1, 1).numpy()
    with pytest.raises(ValueError, match=r"increase ensemble\.test"):
        sensitivity_table(unit, values, values, ("et",), GAN_PO_PARAMETERS)
