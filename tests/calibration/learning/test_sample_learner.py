"""Micro-batches make no difference, and only the boundary loss acts outside the priors."""

import logging
from dataclasses import replace

import numpy as np
import pytest
import torch

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.learning.dpl import iterations_of_epoch
from paramscape.calibration.learning.losses import boundary_loss, masked_rmse
from paramscape.calibration.learning.minibatches import simulate
from paramscape.calibration.learning.read_windows import ReadWindows
from paramscape.calibration.learning.sample_batches import SampleBatch
from paramscape.calibration.methods.dpl_z import dpl_z_learner
from paramscape.calibration.methods.paraformer_a import paraformer_a_learner
from paramscape.calibration.methods.paraformer_z import paraformer_z_learner
from paramscape.study import DplA, DplZ, ParaFormerAttributes, ParaFormerSeries, ParaFormerWindows

SMALL = {
    "width": 8, "heads": 2, "layers": 1, "batch": 34, "batch_windows": 3, "sequence_days": 20,
    "dropout": 0.3, "epochs": 4, "stateful": ParaFormerWindows(days=20, windows=2, cells=9),
}  # fmt: skip
LEARNERS = {
    "paraformer-a": (paraformer_a_learner, ParaFormerAttributes),
    "paraformer-z": (paraformer_z_learner, ParaFormerSeries),
}


def seeded(seed=2):
    return torch.Generator().manual_seed(seed)


def learner_of(method, case, **given):
    """A learner in double precision."""
    make, settings = LEARNERS[method]
    learner = make(case.problem, settings(**(SMALL | given)), 1)
    learner.network.double()
    read = learner.reader
    read.attributes = read.attributes.double()
    if method == "paraformer-z":
        read.series = read.series.double()
    return learner


def step_of(learner):
    """Losses, gradients and weights after one step."""
    generator = seeded()
    losses = learner.step(learner.batches(0, generator)[0], generator)
    weights = list(learner.network.parameters())
    return losses, [w.grad for w in weights], [w.detach().clone() for w in weights]


def test_the_boundary_loss_of_the_paper():
    unit = torch.tensor(
        [[0.5, 1.2, -0.1, 1.4, 0.3], [0.0, 1.0, 0.5, 0.2, 0.9]], dtype=torch.float64
    )
    assert boundary_loss(unit).tolist() == pytest.approx([1.492537 + 0.495050, 0.0], abs=1e-6)
    unit.requires_grad_()
    boundary_loss(unit)[0].backward()
    assert unit.grad[0].tolist() == pytest.approx([0.0, 5 / 2.01, -5 / 1.01, 5 / 2.01, 0.0])


@pytest.mark.parametrize("is_stateful", [False, True])
@pytest.mark.parametrize("method", LEARNERS)
@pytest.mark.parametrize("micro", [(1, 1), (7, None), (1000, 4)])
def test_micro_batches_of_any_size_give_the_same_step(method, is_stateful, micro, land):
    sizes = {"samples_at_once": micro[0], "cells_at_once": micro[1]}
    more = (
        {"consistency_weight": 0.5, "neighbours": 3, "hide_own": 0.4}
        if method == "paraformer-z"
        else {}
    )
    given = more | {"attribute_dropout": 0.2}
    parts = step_of(learner_of(method, memoryless(land(is_stateful)), **given, **sizes))
    whole = step_of(learner_of(method, memoryless(land(is_stateful)), **given))
    assert parts[0] == pytest.approx(whole[0], rel=1e-12)
    for found, expected in zip(parts[1] + parts[2], whole[1] + whole[2], strict=True):
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


def memoryless(case):
    """The case with a simulator that earlier windows do not change, as in VIC those of other
    cells do not."""
    simulator = case.problem.simulator
    once = simulator.simulate_windows

    def simulate_windows(parameters, windows):
        simulator.memory = torch.zeros(())
        return once(parameters, windows)

    simulator.simulate_windows = simulate_windows
    return case


@pytest.mark.parametrize("method", LEARNERS)
def test_the_gradient_is_that_of_rmse_and_boundary_loss_together(method, land):
    learner = learner_of(method, memoryless(land(True)), dropout=0.0, range_weight=0.7)
    with torch.no_grad():
        learner.network.head.out.bias[:3] = torch.tensor([1.3, -0.2, 1.1])
    generator = seeded()
    (group,) = learner.batches(0, generator)[0].groups
    unit = learner.network(*learner.reader(group.cells, group.first_read))
    priors, batch = learner.problem.priors, group.batch
    physical = priors.to_physical(unit.clamp(0.0, 1.0))
    parameters = learner.elsewhere.double().index_copy(0, group.cells, physical)
    simulated = simulate(learner.problem, parameters, batch.windows)
    rows = batch.days[..., None], group.cells
    present = learner.series.present[rows].double() * batch.used[..., None]
    target = learner.series.target[rows].double()
    rmse = masked_rmse(learner.series.standardise(simulated), target, present)
    loss = rmse + 0.7 * boundary_loss(unit).mean()
    weights = list(learner.network.parameters())
    expected = torch.autograd.grad(loss, weights)
    losses, found, _ = step_of(learner)
    assert losses["rmse"] == pytest.approx(float(rmse.detach()), rel=1e-12)
    for ours, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)


def test_an_epoch_of_the_paper_has_as_many_mini_batches_as_the_99_percent_rule_says():
    days, read = 731, 240
    paraformer = [(3600, 4783), (2000, 1206)]
    baselines = [(300, 4783), (300, 1206)]
    found = [iterations_of_epoch(batch * read, cells * days) for batch, cells in paraformer]
    assert found == [17, 6]
    found = [iterations_of_epoch(batch * read, cells * days) for batch, cells in baselines]
    assert found == [222, 55]


def test_samples_on_a_surrogate_without_states_are_simulated_on_the_days_that_are_read(land):
    learner = learner_of("paraformer-z", land())
    batches = learner.batches(0, seeded())
    assert len(batches) == iterations_of_epoch(33 * 20, 17 * 90)
    for batch in batches:
        assert [len(group.cells) for group in batch.groups] == [11, 11, 11]
        for group in batch.groups:
            assert len(set(group.cells.tolist())) == 11
            assert group.batch.windows.first_days.tolist() == [group.first_read]
            assert group.batch.windows.days == 20
    assert len({g.first_read for b in batches for g in b.groups}) > 3


def test_the_consistency_loss_is_the_variance_between_two_windows(land):
    given = {"consistency_weight": 2.0, "dropout": 0.0}
    learner = learner_of("paraformer-z", memoryless(land(True)), **given)
    plain = learner_of("paraformer-z", memoryless(land(True)), dropout=0.0)
    (group,) = learner.batches(0, seeded())[0].groups
    units = [
        learner.network(*learner.reader(group.cells, first))
        for first in (group.first_read, group.other_read)
    ]
    variance = torch.stack(units).var(0).mean()
    more = torch.autograd.grad(2.0 * variance, list(learner.network.parameters()))
    losses = learner.step(SampleBatch((group,)), seeded())
    plain.step(SampleBatch((replace(group, other_read=None),)), seeded())
    assert losses["consistency"] == pytest.approx(float(variance.detach()))
    weights = zip(learner.network.parameters(), plain.network.parameters(), more, strict=True)
    for ours, without, further in weights:
        torch.testing.assert_close(ours.grad, without.grad + further, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("is_stateful", [False, True])
def test_cells_that_are_only_scored_are_not_learned_from_but_have_parameters(is_stateful, land):
    case = land(is_stateful)
    cells = case.problem.data.cells
    learns = np.zeros(cells.shape, dtype=bool)
    learns[2:] = True
    data = replace(case.problem.data, cells=replace(cells, learns=learns))
    case.problem = replace(case.problem, data=data)
    learner = learner_of("paraformer-z", case)
    batches = learner.batches(0, seeded())
    seen = {cell for b in batches for g in b.groups for cell in g.cells.tolist()}
    assert seen == set(range(8, 17))
    assert learner.parameters().shape == (17, 7)


def test_some_of_the_days_that_are_read_can_be_simulated(land):
    batches = learner_of("paraformer-z", land(), simulated_days=5).batches(0, seeded())
    assert len(batches) == iterations_of_epoch(33 * 5, 17 * 90)
    groups = [group for batch in batches for group in batch.groups]
    later = {int(g.batch.windows.first_days[0]) - g.first_read for g in groups}
    assert later == set(range(16))
    assert {group.batch.windows.days for group in groups} == {5}


def test_a_batch_larger_than_the_domain_repeats_cells_with_other_days(land):
    batch = learner_of("paraformer-z", land(), batch=50, batch_windows=1).batches(0, seeded())[0]
    assert [len(group.cells) for group in batch.groups] == [16, 16, 16]


def test_on_a_simulator_with_states_every_day_is_used_once_with_one_read_window(land):
    batches = learner_of("paraformer-z", land(True)).batches(0, seeded())
    used = torch.zeros(90, 17)
    for batch in batches:
        (group,) = batch.groups
        for days, mask in zip(group.batch.days, group.batch.used, strict=True):
            used[days[mask][:, None], group.cells] += 1
    assert (used == 1).all()


@pytest.mark.parametrize(("count", "first"), [(1, [50]), (2, [0, 50]), (3, [0, 25, 50])])
def test_windows_of_inference_are_evenly_spaced_and_end_with_the_period(count, first):
    assert ReadWindows(40, 90, "mean", count).of_inference() == first
    assert ReadWindows(40, 90, "last", count).of_inference() == [50]
    drawn = [ReadWindows(88, 90, "mean", 1).draw(seeded(seed)) for seed in range(30)]
    assert set(drawn) == {0, 1, 2}


def test_a_window_longer_than_the_training_period_is_refused(land, run_paths):
    settings = ParaFormerSeries(**(SMALL | {"sequence_days": 91}))
    with pytest.raises(ValueError, match="sequence_days=91 is more than the 90 days of periods"):
        CALIBRATORS["paraformer-z"](land().problem, settings, run_paths(), 5)


def test_the_log_says_how_far_parameters_differ_between_windows(land, run_paths, caplog):
    settings = ParaFormerSeries(**SMALL)
    with caplog.at_level(logging.INFO, "paramscape"):
        CALIBRATORS["paraformer-z"](land().problem, settings, run_paths(), 5)
    assert "differ between the 4 windows" in caplog.text
    assert "infilt 0" in caplog.text


def test_parameters_of_the_mean_of_windows_lie_between_those_of_each(land):
    learner = learner_of("paraformer-z", land())
    units = learner.units()
    assert units.shape == (4, 17, 7)
    torch.testing.assert_close(learner.unit(), units.mean(0))
    assert units.std(0).max() > 0


@pytest.mark.parametrize(
    ("name", "kind"),
    [("adam", torch.optim.Adam), ("adamw", torch.optim.AdamW), ("adadelta", torch.optim.Adadelta)],
)
def test_an_optimizer_steps_as_torchs(name, kind, land):
    options = {
        "adam": {"betas": (0.5, 0.999)}, "adamw": {}, "adadelta": {"rho": 0.95, "eps": 1e-6},
    }[name]  # fmt: skip
    given = {"optimizer": name, "learning_rate": 0.01, "weight_decay": 1e-3}
    learner = learner_of("paraformer-a", land(), **given)
    weights = [w.detach().clone().requires_grad_() for w in learner.network.parameters()]
    _, gradients, found = step_of(learner)
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.grad = gradient
    kind(weights, lr=0.01, weight_decay=1e-3, **options).step()
    assert all(torch.equal(a, b) for a, b in zip(found, weights, strict=True))


def test_the_cosine_falls_over_all_epochs_and_gradients_are_clipped(land):
    given = {"lr_schedule": "cosine", "learning_rate": 0.1, "max_grad_norm": 0.01}
    learner = learner_of("paraformer-a", land(), epochs=4, **given)
    generator, rates = seeded(), []
    for epoch in (0, 2):
        batch = learner.batches(epoch, generator)[0]
        learner.step(batch, generator)
        rates.append(learner.optimizer.state_dict()["param_groups"][0]["lr"])
    assert rates == pytest.approx([0.1, 0.05])
    norm = torch.cat([w.grad.flatten() for w in learner.network.parameters()]).norm()
    assert norm == pytest.approx(0.01, rel=1e-4)


def test_dpl_can_have_the_optimizer_of_the_paraformer_paper(land, run_paths):
    given = {"hidden": 16, "optimizer": "adadelta", "learning_rate": 0.5, "weight_decay": 1e-5}
    settings = DplA(epochs=15, cells=9, days=20, **given)
    case = land()
    found = CALIBRATORS["dpl-a"](case.problem, settings, run_paths(), 5)
    assert case.error(found) < 0.5 * case.error(case.problem.default)


def test_lstm_z_gives_the_mean_of_several_windows_if_it_learned_from_random_ones(land, run_paths):
    given = {"hidden": 16, "epochs": 15, "cells": 9, "days": 20, "learning_rate": 1e-2}
    settings = DplZ(**given, sequence_days=40, inference="mean", inference_windows=3)
    case = land()
    learner = dpl_z_learner(case.problem, settings, 1)
    parts = [learner.network(learner.values[first : first + 40]) for first in (0, 25, 50)]
    torch.testing.assert_close(learner.unit(), torch.stack(parts).mean(0))
    found = CALIBRATORS["dpl-z"](case.problem, settings, run_paths(), 5)
    assert case.error(found) < 0.5 * case.error(case.problem.default)
