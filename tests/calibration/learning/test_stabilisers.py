"""What steadies adversarial training does what its name says, and nothing when it is off."""

import copy

import pytest
import torch
from test_calibrators import FIELDS

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.learning import discriminator_training
from paramscape.calibration.learning.discriminator_training import DiscriminatorTrainer
from paramscape.calibration.learning.losses import discriminator_loss, gradient_penalty
from paramscape.calibration.learning.networks import Discriminator
from paramscape.calibration.learning.networks.spectral_norm import SpectralNorm
from paramscape.calibration.methods.gan_po import GanPoLearner
from paramscape.grid.images import from_image
from paramscape.study import GanPo, GanPoL1, Stabilisers


def seeded(seed=2):
    return torch.Generator().manual_seed(seed)


def settings_with(**stabilisers):
    return GanPo(**FIELDS, stabilisers=Stabilisers(**stabilisers))


def learner_with(land, **stabilisers):
    return GanPoLearner(land().problem, settings_with(**stabilisers), 1)


def trainer_with(land, **stabilisers):
    """A trainer, and scenes of six observed and six simulated days."""
    cells, generator = land().problem.data.cells, seeded()
    scenes = torch.randn(2, 6, 4, *cells.shape, generator=generator)
    return DiscriminatorTrainer(2, cells, settings_with(**stabilisers), seeded()), *scenes


def learn(learner, epochs=1):
    """Train for some epochs; yields after each step."""
    for epoch in range(epochs):
        for batch in learner.batches(epoch, seeded(epoch)):
            learner.step(batch, seeded())
            yield


def test_all_are_off_by_default():
    off = {
        "spectral_norm": False, "r1_gamma": 0.0, "r1_every": 16, "instance_noise": 0.0,
        "discriminator_learning_rate": None, "real_label": 1.0, "ema": None, "warmup_epochs": 0,
        "patch": False,
    }  # fmt: skip
    assert GanPo().stabilisers.model_dump() == off


def test_layers_under_the_spectral_norm_have_a_largest_singular_value_of_one():
    network = Discriminator(3, 8, (9, 12), spectral_norm=True).initialise(seeded())
    images = torch.randn(2, 3, 9, 12, generator=seeded())
    for _ in range(100):
        network(images)
    for layer in (*network.convolutions, network.head):
        largest = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
        assert float(largest) == pytest.approx(1.0, abs=1e-3)


def test_the_spectral_norm_has_the_gradient_of_the_weight_over_its_norm():
    weight, down = torch.randn(2, 5, 8, generator=seeded()).double()
    weight.requires_grad_()
    divided = SpectralNorm(weight.detach())
    for _ in range(200):
        divided(weight.detach())
    slopes = [
        torch.autograd.grad((made * down).sum(), weight)[0]
        for made in (divided(weight), weight / torch.linalg.matrix_norm(weight, 2))
    ]
    torch.testing.assert_close(*slopes, rtol=1e-6, atol=1e-8)


def test_the_gradient_penalty_of_a_linear_discriminator_is_its_squared_slope():
    images = torch.randn(4, 3, 5, generator=seeded(), requires_grad=True)
    slope = torch.randn(15, 2, generator=seeded(3), requires_grad=True)
    penalty = gradient_penalty(images.flatten(1) @ slope, images)
    torch.testing.assert_close(penalty, slope.mean(1).square().sum())
    penalty.backward()
    torch.testing.assert_close(slope.grad, slope.detach().mean(1, keepdim=True).expand(15, 2))


def test_r1_acts_in_every_nth_step_with_that_weight(land, monkeypatch):
    trainer, observed, simulated = trainer_with(land, r1_gamma=4.0, r1_every=3)
    seen = []

    def penalty(scores, images):
        seen.append((trainer.n_steps, tuple(images.shape)))
        return gradient_penalty(scores, images)

    monkeypatch.setattr(discriminator_training, "gradient_penalty", penalty)
    for _ in range(7):
        trainer.step(observed, simulated)
    assert [steps for steps, _ in seen] == [0, 3, 6]
    assert {shape for _, shape in seen} == {(6, 1, *observed.shape[-2:])}
    trainer.n_steps = 0
    target = observed[:, -2:-1].clone().requires_grad_()
    scores = trainer.network(torch.cat([observed[:, :2], target, observed[:, 3:]], 1))
    (slope,) = torch.autograd.grad(scores.sum(), target)
    expected = 0.5 * 4.0 * 3 * slope.square().sum() / len(observed)
    torch.testing.assert_close(trainer._penalty(observed).detach(), expected)


def test_r1_is_part_of_what_the_discriminator_learns(land):
    weights = []
    for gamma in (0.0, 4.0):
        trainer, observed, simulated = trainer_with(land, r1_gamma=gamma)
        trainer.step(observed, simulated)
        weights.append(trainer.optimizer.state_dict()["state"][0]["exp_avg"])
    assert not torch.equal(*weights)


def test_the_discriminator_may_take_steps_of_its_own_length(land):
    learner = learner_with(land, discriminator_learning_rate=4e-4)
    assert learner.discriminator.optimizer.param_groups[0]["lr"] == 4e-4
    assert learner.field_network.optimizer.param_groups[0]["lr"] == FIELDS["learning_rate"]
    same = learner_with(land).discriminator.optimizer.param_groups[0]["lr"]
    assert same == FIELDS["learning_rate"]


@pytest.mark.parametrize(("epoch", "share"), [(0, 1.0), (6, 0.6), (14, 1 / 15)])
def test_noise_on_images_falls_to_nothing_and_leaves_gaps_alone(epoch, share, land):
    noisy, clear = learner_with(land, instance_noise=0.5), learner_with(land)
    batch = noisy.batches(epoch, seeded())[0]
    images = noisy.field_network.simulate(batch)[1]
    for with_noise, without in zip(
        noisy._images(images, seeded()), clear._images(images, seeded()), strict=True
    ):
        added = with_noise - without
        there = from_image(added[:, -2], noisy.cells)[images.present > 0]
        assert float(there.detach().std()) == pytest.approx(0.5 * share, rel=0.15)
        added[:, -2] = 0
        assert (added == 0).all()
        assert (from_image(with_noise[:, -2], noisy.cells)[images.present == 0] == 0).all()


def test_a_smoothed_label_is_what_the_discriminator_is_content_with():
    assert discriminator_loss(torch.full((3, 1), 0.9), torch.zeros(3, 1), 0.9) == 0
    assert discriminator_loss(torch.ones(3, 1), torch.zeros(3, 1), 0.9) > 0


def test_the_average_follows_its_recursion_and_is_the_result(land):
    learner, expected = learner_with(land, ema=0.8), None
    for _ in learn(learner, 2):
        weights = {
            n: w.detach().clone() for n, w in learner.field_network.network.named_parameters()
        }
        if expected is None:
            expected = weights
        expected = {n: 0.8 * expected[n] + 0.2 * w for n, w in weights.items()}
    network = copy.deepcopy(learner.field_network.network)
    network.load_state_dict(expected, strict=False)
    torch.testing.assert_close(learner.result(), learner.field_network.parameters(network))
    assert not torch.equal(learner.result(), learner.parameters())


def test_warm_up_leaves_the_discriminator_alone_and_learns_as_without_it(land, run_paths):
    learner = learner_with(land, warmup_epochs=1)
    before = copy.deepcopy(learner.discriminator.state_dict())
    for _ in learn(learner):
        pass
    assert all(
        torch.equal(value, before["network"][name])
        for name, value in learner.discriminator.network.state_dict().items()
    )
    for batch in learner.batches(1, seeded())[:1]:
        assert "d_real" in learner.step(batch, seeded())
    assert learner.discriminator.n_steps == 1
    short = {"epochs": 3}
    warm = settings_with(warmup_epochs=3).model_copy(update=short)
    alone = GanPoL1(**FIELDS).model_copy(update=short)
    found = CALIBRATORS["gan-po"](land().problem, warm, run_paths("warm"), 5)
    expected = CALIBRATORS["gan-po-l1"](land().problem, alone, run_paths("alone"), 5)
    assert torch.equal(found, expected)


def test_a_patch_discriminator_scores_nine_parts_of_the_papers_grid():
    network = Discriminator(9, 4, (17, 24), patch=True).initialise(seeded())
    assert network(torch.randn(2, 9, 17, 24, generator=seeded())).shape == (2, 9)


def test_a_single_image_of_a_small_grid_has_a_score():
    network = Discriminator(4, 4, (4, 5)).initialise(seeded())
    assert torch.isfinite(network(torch.randn(1, 4, 4, 5, generator=seeded()))).all()


def test_learning_with_all_stabilisers_comes_closer_to_the_truth(land, run_paths):
    case = land()
    settings = settings_with(
        spectral_norm=True, r1_gamma=1.0, r1_every=4, discriminator_learning_rate=1e-3,
        instance_noise=0.1, real_label=0.9, ema=0.9, warmup_epochs=3, patch=True,
    )  # fmt: skip
    found = CALIBRATORS["gan-po"](case.problem, settings, run_paths(), 5)
    assert case.error(found) < 0.35 * case.error(case.problem.default)
