"""Networks fit any grid, start where they are told to, and never see what is masked."""

import numpy as np
import pytest
import torch

from paramscape.calibration.learning.discriminator_training import stack_images
from paramscape.calibration.learning.networks import Discriminator, FfnA, LstmZ, UNet
from paramscape.calibration.learning.networks.layers import drop
from paramscape.grid.cells import Cells
from paramscape.grid.images import active_image, from_image, to_image

SHAPES = [(3, 5), (4, 4), (4, 5), (9, 12), (17, 24), (24, 17), (31, 8)]


def seeded():
    return torch.Generator().manual_seed(2)


def half_open(shape=(4, 5)):
    mask = np.ones(shape, dtype=bool)
    mask[1, 1] = mask[3, 0] = False
    return Cells(mask, np.arange(shape[0]) * 0.25, np.arange(shape[1]) * 0.25)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_generator_gives_images_of_exactly_the_grids_size(shape):
    network = UNet(7, 8, torch.linspace(0.2, 0.8, 7)).initialise(seeded())
    assert network(torch.randn(1, 7, *shape)).shape == (1, 7, *shape)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_discriminator_gives_one_score_per_image(shape):
    network = Discriminator(9, 8, shape).initialise(seeded())
    assert network(torch.randn(3, 9, *shape)).shape == (3, 1)


def test_the_generator_starts_near_its_start_and_learns_everywhere():
    start = torch.tensor([0.2, 0.5, 0.8])
    network = UNet(4, 8, start).initialise(seeded())
    image = torch.randn(1, 4, 9, 12, generator=seeded())
    output = network(image)
    assert (output - start[None, :, None, None]).abs().max() < 0.1
    output.square().sum().backward()
    assert all((weight.grad != 0).any() for weight in network.parameters())


def test_the_generator_may_leave_the_unit_interval():
    network = UNet(1, 4, torch.tensor([1.4, -0.4])).initialise(seeded())
    output = network(torch.randn(1, 1, 5, 5))
    assert output[0, 0].min() > 1
    assert output[0, 1].max() < 0


@pytest.mark.parametrize(
    "make",
    [
        lambda: UNet(3, 8, torch.full((7,), 0.5)),
        lambda: Discriminator(3, 8, (9, 12)),
        lambda: FfnA(4, 8, 0.5, torch.full((7,), 0.5)),
        lambda: LstmZ(4, 8, 0.5, torch.full((7,), 0.5)),
    ],
)
def test_first_weights_come_from_the_given_generator_alone(make):
    torch.manual_seed(1)
    first = make().initialise(seeded()).state_dict()
    torch.manual_seed(2)
    second = make().initialise(seeded()).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(("kind", "shape"), [(FfnA, (11, 5)), (LstmZ, (40, 11, 5))])
def test_dpl_gives_parameters_inside_the_priors_near_its_start(kind, shape):
    start = torch.linspace(0.1, 0.9, 7)
    network = kind(5, 16, 0.5, start).initialise(seeded())
    unit = network(torch.randn(shape, generator=seeded()))
    assert unit.shape == (11, 7)
    assert ((unit > 0) & (unit < 1)).all()
    assert (unit - start).abs().max() < 0.2


@pytest.mark.parametrize(("kind", "shape"), [(FfnA, (3, 5)), (LstmZ, (10, 3, 5))])
def test_dropout_acts_in_learning_only_and_repeats_with_its_generator(kind, shape):
    network = kind(5, 64, 0.5, torch.full((7,), 0.5)).initialise(seeded())
    values = torch.randn(shape, generator=seeded())
    assert torch.equal(network(values), network(values))
    assert torch.equal(network(values, seeded()), network(values, seeded()))
    assert not torch.equal(network(values), network(values, seeded()))


def test_dropout_keeps_the_mean_and_leaves_out_its_share():
    dropped = drop(torch.ones(100_000), 0.3, seeded())
    assert (dropped == 0).double().mean() == pytest.approx(0.3, abs=0.01)
    assert dropped.mean() == pytest.approx(1.0, abs=0.01)


def test_ffn_a_maps_each_cell_by_itself():
    network = FfnA(5, 16, 0.5, torch.full((7,), 0.5)).initialise(seeded())
    attributes = torch.randn(9, 5, generator=seeded())
    torch.testing.assert_close(network(attributes)[[7, 2]], network(attributes[[7, 2]]))


def test_lstm_z_equals_torchs_lstm_between_two_linear_layers():
    network = LstmZ(5, 8, 0.5, torch.full((7,), 0.5)).initialise(seeded())
    record = torch.randn(6, 2, 5, generator=seeded())
    states = network.lstm(torch.relu(record @ network.enter.weight.T + network.enter.bias))[0]
    expected = torch.sigmoid(states[-1] @ network.head.weight.T + network.head.bias)
    torch.testing.assert_close(network(record), expected)


def test_cells_become_an_image_and_cells_again():
    cells = half_open()
    values = torch.randn(3, cells.count)
    image = to_image(values, cells)
    assert image.shape == (3, 4, 5)
    assert (image[:, ~torch.from_numpy(cells.mask)] == 0).all()
    assert torch.equal(from_image(image, cells), values)
    assert torch.equal(active_image(cells, values) > 0, torch.from_numpy(cells.mask))


def test_the_discriminator_sees_zeros_where_nothing_was_observed():
    cells = half_open()
    forcing = torch.randn(6, cells.count, 2) + 5
    target = torch.randn(6, cells.count) + 5
    present = (torch.rand(6, cells.count, generator=seeded()) < 0.7).float()
    seen = stack_images(forcing, target, present, cells)
    shown, flags = seen[:, 2], seen[:, 3]
    assert seen.shape == (6, 4, 4, 5)
    assert torch.equal(flags != 0, shown != 0)
    assert torch.equal(from_image(shown, cells)[present > 0], target[present > 0])
    assert (seen[:, :, ~torch.from_numpy(cells.mask)] == 0).all()


def test_gaps_do_not_tell_simulated_images_from_observed_ones():
    cells = half_open()
    forcing, present = torch.randn(2, cells.count, 2), torch.zeros(2, cells.count)
    images = [stack_images(forcing, torch.randn(2, cells.count), present, cells) for _ in range(2)]
    assert torch.equal(*images)
