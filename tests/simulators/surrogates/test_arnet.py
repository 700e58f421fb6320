"""The autoregressive encoder-decoder: exact sizes, masks, free runs and its curriculum."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from paramscape.grid.cells import Cells
from paramscape.grid.images import from_image, to_image
from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.simulators.surrogates.arnet import ArnetDynamics, ArnetNetwork
from paramscape.simulators.surrogates.arnet.learning import ArnetLearner, targets_of, untrained
from paramscape.simulators.surrogates.free_run import free_run
from paramscape.simulators.surrogates.registry import KINDS
from paramscape.simulators.surrogates.samples import scaling_of
from paramscape.simulators.surrogates.skill import skill_table
from paramscape.simulators.surrogates.training import train
from paramscape.study import Arnet, Rollout

KIND = KINDS["arnet"]
SETTINGS = Arnet(
    layers=(1, 1, 1),
    growth=6,
    channels=12,
    feedback=(),
    epochs=3,
    images_per_epoch=60,
    rollouts=(Rollout(days=1, windows=20), Rollout(days=5, windows=4), Rollout(days=9, windows=3)),
    bptt_days=4,
)


def learner_of(samples, settings=SETTINGS, seed=7):
    network = untrained(samples[0], settings, seed)
    return ArnetLearner(network, samples[0], samples[1], settings, seed)


def run(samples, settings, folder, seed=7):
    files = RunPaths(folder / "history.csv", Checkpoint(folder / "checkpoint.pt", "test"))
    return train(learner_of(samples, settings, seed), files, seed)


def full_domain(lat, lon):
    return Cells(np.ones((lat, lon), bool), np.arange(lat) * 1.0, np.arange(lon) * 1.0)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("size", [(9, 10), (17, 24), (5, 3), (8, 8), (2, 7), (1, 1)])
def test_images_of_any_size_come_back_in_that_size(samples, size, stride):
    shape = {"layers": (1, 2, 1), "growth": 4, "enter": (6, 7, stride), "hidden_channels": 0}
    network = ArnetNetwork(("et",), scaling_of(samples[0]), **shape, parameters=7).eval()
    network.initialise(torch.Generator().manual_seed(1))
    generator = torch.Generator().manual_seed(2)
    parts = [torch.rand(2, channels, *size, generator=generator) for channels in (8, 7, 1)]
    assert network(*parts).shape == (2, 1, *size)


def test_the_papers_network_has_the_papers_size(samples):
    paper = Arnet()
    shape = {
        "layers": paper.layers,
        "growth": paper.growth,
        "enter": (48, 7, 2),
        "hidden_channels": 0,
    }
    network = ArnetNetwork(("et",), scaling_of(samples[0]), **shape, parameters=7)
    assert sum(p.numel() for p in network.parameters()) == pytest.approx(3.0e6, rel=0.25)


def test_the_calibrated_target_comes_first_and_none_comes_twice():
    assert targets_of("et", Arnet()) == ("et", "soil_moisture")
    assert targets_of("soil_moisture", Arnet()) == ("soil_moisture",)


def test_a_free_run_is_the_network_applied_day_by_day(samples):
    domain = samples[0].domain
    network = untrained(samples[0], SETTINGS, 1).double().eval()
    dynamics = ArnetDynamics(network, domain)
    generator = torch.Generator().manual_seed(2)
    forcing = torch.randn(6, 4, 7, generator=generator, dtype=torch.float64)
    unit = torch.rand(1, 4, 7, generator=generator, dtype=torch.float64)
    values, state = free_run(dynamics, forcing, unit, dynamics.start(1, 4), first=2)
    before, expected = torch.zeros(1, 1, 2, 3, dtype=torch.float64), []
    mask = torch.from_numpy(domain.mask).to(torch.float64)
    still = torch.cat([to_image(unit[0].t(), domain), mask[None]])[None]
    low, high = network.bounds
    for day in forcing:
        image = network(still, to_image(day.t(), domain)[None], before).detach()
        expected.append(from_image(image, domain)[0].t())
        before = image.clamp(low.item(), high.item()) * mask
    torch.testing.assert_close(values[0], torch.stack(expected[2:]), rtol=0, atol=1e-10)
    torch.testing.assert_close(state[0], expected[-1], rtol=0, atol=1e-10)


def test_what_the_network_gives_outside_the_mask_never_matters(samples):
    learner = learner_of(samples)
    outside = torch.from_numpy(~samples[0].domain.mask)

    def losses():
        batches = learner.draw(2, torch.Generator().manual_seed(1))
        generator = torch.Generator().manual_seed(2)
        learner.network.zero_grad()
        values = [learner.backward(batch, generator) for batch in batches]
        gradients = [p.grad.clone() for p in learner.network.parameters()]
        return values, gradients, learner.validate()

    plain = losses()
    handle = learner.network.register_forward_hook(
        lambda module, inputs, image: image.masked_fill(outside, 1e6)
    )
    spoiled = losses()
    handle.remove()
    assert plain[0] == spoiled[0] and plain[2] == spoiled[2]
    assert all(torch.equal(a, b) for a, b in zip(plain[1], spoiled[1], strict=True))


def test_what_is_fed_back_stays_within_the_range_of_training(samples):
    dynamics = ArnetDynamics(untrained(samples[0], SETTINGS, 1).eval(), samples[0].domain)
    seen = []
    dynamics.network.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[2]))
    wild = torch.full((1, 4, 1), 1e9)
    dynamics.advance(torch.zeros(1, 1, 4, 7), torch.rand(1, 4, 7), wild)
    highest = dynamics.network.standardise_targets(samples[0].targets).max()
    torch.testing.assert_close(seen[0].max(), highest)


def test_the_curriculum_lengthens_the_runs_and_keeps_the_images_of_an_epoch(samples):
    learner = learner_of(samples)
    for epoch, (days, windows) in enumerate([(1, 20), (5, 4), (9, 3)]):
        batches = learner.draw(epoch, torch.Generator().manual_seed(epoch))
        assert batches[0].shape[1] == windows
        assert sum(int(b[3, 0]) * b.shape[1] for b in batches) == 60 // days * days
        index = torch.cat(batches, 1)
        assert index[1].min() >= 1 and (index[1:].sum(0)).max() <= 120
        assert (index[2] + index[3]).max() == days
    assert learner.patient_from == 2


def test_a_mixed_image_is_made_of_cells_of_any_member_and_place(samples):
    learner = learner_of(samples, SETTINGS.model_copy(update={"shuffle_cells": 1.0, "noise": 0.0}))
    first, generator = torch.full((50,), 7), torch.Generator().manual_seed(1)
    member, cell, state = learner._begin(torch.zeros(50, dtype=int), first, generator)
    assert member.unique().numel() == 12 and (cell[:, 0] != 0).any()
    before = learner.network.standardise_targets(samples[0].targets)[member, 6, cell]
    assert torch.equal(state, before)
    member, cell, _ = learner_of(samples)._begin(torch.tensor([3, 5]), first[:2], generator)
    assert member.tolist() == [[3] * 4, [5] * 4] and cell.tolist() == [[0, 1, 2, 3]] * 2


def test_it_learns_a_model_with_memory_from_few_members(samples, tmp_path):
    settings = SETTINGS.model_copy(
        update={
            "growth": 12,
            "kernel": 1,
            "stride": 1,
            "learning_rate": 0.01,
            "loss": "mse",
            "weight_decay": 0.0,
            "epochs": 6,
            "images_per_epoch": 1440,
            "shuffle_cells": 1.0,
            "lr_schedule": "cosine",
            "rollouts": (Rollout(days=1, windows=12), Rollout(days=20, windows=6)),
        }
    )
    network = run(samples, settings, tmp_path)
    predicted = KIND.predict(network, samples[2])
    table = skill_table(predicted, samples[2].targets.numpy(), ("et",)).iloc[0]
    assert table.cc > 0.9 and table.rmse < 0.45 * table.spread


def test_a_training_killed_within_an_epoch_ends_with_the_same_bits(samples, tmp_path, monkeypatch):
    settings = SETTINGS.model_copy(update={"shuffle_cells": 0.5})
    whole = run(samples, settings, tmp_path / "whole")
    validate, calls = ArnetLearner.validate, []

    def killed(learner):
        calls.append(None)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return validate(learner)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(ArnetLearner, "validate", killed)
        run(samples, settings, tmp_path / "killed")
    resumed = run(samples, settings, tmp_path / "killed")
    pairs = zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)
    columns = ["epoch", "train/l1", "validation/mse"]
    whole, resumed = (
        pd.read_csv(tmp_path / name / "history.csv")[columns] for name in ("whole", "killed")
    )
    pd.testing.assert_frame_equal(whole, resumed)


def test_the_pieces_of_a_run_follow_on_one_another(samples):
    learner = learner_of(samples, SETTINGS.model_copy(update={"noise": 0.0, "loss": "mse"}))
    batches = learner.draw(2, torch.Generator().manual_seed(1))[:3]
    losses = [learner.backward(batch, torch.Generator()) for batch in batches]
    assert [int(batch[3, 0]) for batch in batches] == [4, 4, 1]
    member, first = batches[0][:2]
    truth = samples[0].standardised(learner.network)
    for loss, begin in zip(losses, (0, 4, 8), strict=True):
        errors = []
        for m, f in zip(member.tolist(), first.tolist(), strict=True):
            state = truth.targets[m, f - 1][None]
            days = truth.forcing[truth.warmup_days + f : truth.warmup_days + f + 9]
            values, _ = free_run(learner._dynamics, days, truth.parameters[m][None], state)
            errors.append((values[0] - truth.targets[m, f : f + 9]).square().mean((1, 2)))
        assert loss == pytest.approx(
            float(torch.stack(errors)[:, begin : begin + 4].mean()), rel=1e-4
        )


def test_runs_longer_than_the_training_period_are_refused(samples):
    settings = SETTINGS.model_copy(update={"rollouts": (Rollout(days=120, windows=1),)})
    with pytest.raises(ValueError, match=r"shorten surrogate\.arnet\.rollouts"):
        learner_of(samples, settings)


def test_a_longer_memory_is_fed_back_where_it_is_asked_for(samples):
    both = replace(
        samples[0],
        targets=samples[0].targets.expand(-1, -1, -1, 2).contiguous(),
        names=("et", "soil_moisture"),
    )
    network = untrained(both, SETTINGS.model_copy(update={"hidden_channels": 3}), 1).eval()
    dynamics = ArnetDynamics(network, both.domain)
    state = dynamics.start(3, 4)
    assert state.shape == (3, 4, 5) and network.bounds.shape == (2, 5)
    values, after = dynamics.advance(torch.randn(6, 3, 4, 7), torch.rand(3, 4, 7), state)
    assert values.shape == (6, 3, 4, 2) and after.shape == state.shape
    torch.testing.assert_close(values[-1], after[..., :2])
