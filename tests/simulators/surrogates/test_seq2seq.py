"""The sequence-to-sequence surrogate: it learns long memories, and it resumes to the same bits."""

from dataclasses import replace

import pandas as pd
import pytest
import torch
from torch import nn

from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.simulators.surrogates.lstm import LstmNetwork
from paramscape.simulators.surrogates.registry import KINDS
from paramscape.simulators.surrogates.samples import scaling_of
from paramscape.simulators.surrogates.seq2seq import Seq2seqNetwork
from paramscape.simulators.surrogates.seq2seq.learning import Seq2seqLearner, untrained
from paramscape.simulators.surrogates.skill import skill_table
from paramscape.simulators.surrogates.training import train
from paramscape.simulators.surrogates.weights import load_network, save_network
from paramscape.study import Seq2seq

KIND = KINDS["seq2seq"]
SETTINGS = Seq2seq(
    hidden=12,
    warmup_days=20,
    days=60,
    batch=8,
    series_per_epoch=48,
    validation_series=10,
    epochs=3,
    learning_rate=0.02,
)


def run(samples, settings, folder, seed=7):
    network = untrained(samples[0], settings, seed)
    learner = Seq2seqLearner(network, samples[0], samples[1], settings, seed)
    return train(
        learner,
        RunPaths(folder / "history.csv", Checkpoint(folder / "checkpoint.pt", "test")),
        seed,
    )


def network_of(samples, hidden=6):
    network = Seq2seqNetwork(hidden, 7, ("et",), scaling_of(samples[0]))
    return network.initialise(torch.Generator().manual_seed(1), 1.0)


def same_weights(a, b):
    pairs = zip(a.state_dict().values(), b.state_dict().values(), strict=True)
    return all(torch.equal(x, y) for x, y in pairs)


@pytest.mark.parametrize("learning", [True, False])
def test_the_network_is_torchs_lstm_and_a_linear_layer(samples, learning):
    network = network_of(samples).double()
    generator = torch.Generator().manual_seed(2)
    forcing = torch.randn(15, 3, 7, generator=generator, dtype=torch.float64)
    parameters = torch.rand(3, 7, generator=generator, dtype=torch.float64)
    with torch.set_grad_enabled(learning):
        values, state = network(forcing, parameters, first=5)
    lstm = nn.LSTM(14, 6).double()
    lstm.load_state_dict(network.core.lstm.state_dict())
    states, (hidden, cell) = lstm(torch.cat([forcing, parameters.expand(15, 3, 7)], -1))
    head = network.core.head
    expected = states[5:] @ head.weight.t() + head.bias
    torch.testing.assert_close(values, expected, rtol=0, atol=1e-12, check_layout=False)
    torch.testing.assert_close(state, torch.cat([hidden[0], cell[0]], 1), rtol=0, atol=1e-12)


def test_the_forget_gate_starts_open(samples):
    plain, open_gate = (
        untrained(samples[0], SETTINGS.model_copy(update={"forget_bias": bias}), 1)
        for bias in (0.0, 3.0)
    )
    change = open_gate.core.lstm.bias_ih_l0 - plain.core.lstm.bias_ih_l0
    torch.testing.assert_close(change.view(4, 12)[1], torch.full((12,), 3.0))
    assert (change.view(4, 12)[[0, 2, 3]] == 0).all()


def test_it_learns_a_model_with_memory_from_few_members(samples, tmp_path):
    settings = SETTINGS.model_copy(
        update={"epochs": 25, "series_per_epoch": 96, "warmup_days": 9, "days": 120}
    )
    network = run(samples, settings, tmp_path)
    predicted = KIND.predict(network, samples[2])
    table = skill_table(predicted, samples[2].targets.numpy(), ("et",)).iloc[0]
    assert table.cc > 0.97 and table.rmse < 0.25 * table.spread


def test_a_training_killed_within_an_epoch_ends_with_the_same_bits(samples, tmp_path, monkeypatch):
    whole = run(samples, SETTINGS, tmp_path / "whole")
    validate, calls = Seq2seqLearner.validate, []

    def killed(learner):
        calls.append(None)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return validate(learner)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Seq2seqLearner, "validate", killed)
        run(samples, SETTINGS, tmp_path / "killed")
    assert same_weights(whole, run(samples, SETTINGS, tmp_path / "killed"))
    columns = ["epoch", "train/mse", "validation/mse"]
    whole, resumed = (
        pd.read_csv(tmp_path / name / "history.csv")[columns] for name in ("whole", "killed")
    )
    pd.testing.assert_frame_equal(whole, resumed)


def test_the_warm_up_is_not_learned(samples):
    training, validation, _ = samples
    settings = SETTINGS.model_copy(update={"warmup_days": 40})
    spoiled = training.targets.clone()
    spoiled[:, : settings.warmup_days - training.warmup_days] = 1e3
    losses = []
    for targets in (training.targets, spoiled):
        learner = Seq2seqLearner(
            untrained(training, settings, 1),
            replace(training, targets=targets),
            validation,
            settings,
            1,
        )
        batches = learner.draw(0, torch.Generator().manual_seed(3))
        losses.append([learner.backward(batch, torch.Generator()) for batch in batches])
    assert losses[0] == losses[1]


def test_series_reach_every_member_and_cell_before_one_comes_twice(samples):
    learner = Seq2seqLearner(
        untrained(samples[0], SETTINGS, 1), samples[0], samples[1], SETTINGS, 1
    )
    index = torch.cat(learner.draw(0, torch.Generator().manual_seed(3)), 1)
    assert len(torch.unique(index[:2], dim=1).t()) == 48 == index.shape[1]
    assert index[2].min() >= 11 and index[2].max() <= 60


def test_too_long_a_warm_up_is_refused(samples):
    settings = SETTINGS.model_copy(update={"warmup_days": 80})
    with pytest.raises(ValueError, match=r"surrogate\.seq2seq\.warmup_days"):
        Seq2seqLearner(untrained(samples[0], settings, 1), samples[0], samples[1], settings, 1)


def test_a_file_of_another_kind_is_refused(samples, tmp_path):
    network = network_of(samples)
    save_network(network, tmp_path / "weights.pt")
    assert same_weights(network, load_network(tmp_path / "weights.pt", Seq2seqNetwork))
    with pytest.raises(ValueError, match="of kind seq2seq, not lstm"):
        load_network(tmp_path / "weights.pt", LstmNetwork)
