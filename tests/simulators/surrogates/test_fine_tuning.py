"""Fine-tuning: members of refinement rounds join the ensemble; the surrogate learns from all."""

from dataclasses import replace

import pytest
import torch

from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.simulators.surrogates.lstm import LstmLearner, predict, untrained
from paramscape.simulators.surrogates.registry import KINDS
from paramscape.simulators.surrogates.training import train
from paramscape.simulators.surrogates.weights import load_network, save_network
from paramscape.study import Arnet, Lstm, Seq2seq

SEED = 7
SMALL = {
    "lstm": Lstm(hidden=4, days=5, windows_per_epoch=200, validation_windows=50, epochs=1),
    "seq2seq": Seq2seq(hidden=4, warmup_days=9, days=20, series_per_epoch=20, epochs=1),
    "arnet": Arnet(
        layers=(1, 1, 1),
        growth=4,
        channels=8,
        feedback=(),
        images_per_epoch=40,
        rollouts=({"days": 1, "windows": 20}, {"days": 4, "windows": 5}),
        epochs=2,
    ),
}


def error(network, samples):
    return float((torch.from_numpy(predict(network, samples)) - samples.targets).square().mean())


def of_members(samples, chosen):
    """Some members of samples."""
    parameters, targets = samples.parameters[chosen], samples.targets[chosen]
    return replace(samples, parameters=parameters, targets=targets)


def test_joined_members_follow_one_another_under_the_same_forcing(samples) -> None:
    training, _, test = samples
    joined = training.joined([test, of_members(test, [0])])
    assert len(joined.parameters) == len(training.parameters) + len(test.parameters) + 1
    assert torch.equal(joined.targets[len(training.targets) : -1], test.targets)
    assert torch.equal(joined.parameters[-1], test.parameters[0])
    assert torch.equal(joined.forcing, training.forcing)
    assert torch.equal(training.joined([]).targets, training.targets)


def test_fine_tuning_takes_the_surrogate_nearer_to_vic_at_the_new_members(
    samples, settings, tmp_path
) -> None:
    training, validation, test = samples
    few = of_members(training, [0, 1])
    network = untrained(few, settings, SEED)

    def fit(members, chosen, name):
        learner = LstmLearner(network, members, validation, chosen, SEED)
        checkpoint = Checkpoint(tmp_path / f"{name}.pt", "test")
        files = RunPaths(tmp_path / f"{name}.csv", checkpoint)
        return train(learner, files, SEED)

    before = error(fit(few, settings, "first"), test)
    tuning = settings.model_copy(update={"epochs": 6, "learning_rate": 0.005, "patience": 6})
    after = error(fit(few.joined([test]), tuning, "tuned"), test)
    assert after < 0.5 * before


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_can_be_trained_on_from_its_file(samples, tmp_path, name) -> None:
    training, validation, test = samples
    kind, settings = KINDS[name], SMALL[name]

    def fit(network, members, chosen, round_name):
        learner = kind.learner(network, members, validation, chosen, SEED)
        checkpoint = Checkpoint(tmp_path / f"{round_name}.pt", "test")
        files = RunPaths(tmp_path / f"{round_name}.csv", checkpoint)
        return train(learner, files, SEED)

    first = fit(kind.untrained(training, settings, SEED), training, settings, "first")
    save_network(first, tmp_path / "weights.pt")
    again = load_network(tmp_path / "weights.pt", kind.network)
    before = {key: value.clone() for key, value in again.state_dict().items()}
    tuned = fit(again, training.joined([test]), settings.tuned(1, 1e-3), "tuned")
    after = tuned.state_dict()
    assert any(not torch.equal(before[key], after[key]) for key in before)
    for constant in ("forcing_mean", "forcing_std", "target_mean", "target_std"):
        assert torch.equal(before[constant], after[constant])


def test_fine_tuning_has_steps_of_a_constant_size_and_arnet_its_longest_runs() -> None:
    tuned = Arnet(lr_schedule="cosine").tuned(10, 1e-4)
    assert (tuned.epochs, tuned.learning_rate, tuned.lr_schedule) == (10, 1e-4, "constant")
    assert tuned.rollouts == Arnet().rollouts[-1:]
    assert Lstm(hidden=7).tuned(10, 1e-4).hidden == 7
