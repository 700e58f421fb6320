"""Fine-tuning: members of refresh rounds join the ensemble, and the surrogate learns from all."""

from dataclasses import replace

import torch

from paramscape.surrogates import TrainingFiles, train
from paramscape.surrogates.lstm import LstmLearner, predict, untrained

SEED = 7


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
        files = TrainingFiles(tmp_path / f"{name}.csv", tmp_path / f"{name}.pt")
        return train(learner, files, SEED)

    before = error(fit(few, settings, "first"), test)
    tuning = settings.model_copy(update={"epochs": 6, "learning_rate": 0.005, "patience": 6})
    after = error(fit(few.joined([test]), tuning, "tuned"), test)
    assert after < 0.5 * before
