"""Daily targets out of model steps."""

import pytest
import torch

from paramscape.simulators.vic.daily_targets import OUTPUTS, daily_targets
from paramscape.study import ComparedMoisture

DEPTH = torch.tensor([[0.1, 0.3, 1.0], [0.2, 0.3, 1.0]])  # (cell, layer)
NOON = ComparedMoisture(moment="middle")


def outputs(steps):
    generator = torch.Generator().manual_seed(2)
    flux = {name: torch.rand(3, steps, 2, generator=generator) for name in OUTPUTS[:3]}
    return flux | {"OUT_SOIL_MOIST": torch.rand(3, steps, 2, 3, generator=generator)}


def test_fluxes_add_up_over_the_day_and_moisture_is_that_of_its_end():
    made = outputs(16)
    daily = daily_targets(made, DEPTH, 8)
    torch.testing.assert_close(daily["et"][:, 1], made["OUT_EVAP"][:, 8:].sum(1))
    total = (made["OUT_RUNOFF"] + made["OUT_BASEFLOW"])[:, :8].sum(1)
    torch.testing.assert_close(daily["runoff"][:, 0], total)
    moisture = made["OUT_SOIL_MOIST"][:, 7, :, 0] / torch.tensor([100.0, 200.0])
    torch.testing.assert_close(daily["soil_moisture"][:, 0], moisture)


def test_daily_steps_are_the_days():
    made = outputs(4)
    torch.testing.assert_close(daily_targets(made, DEPTH, 1)["et"], made["OUT_EVAP"])


def test_broken_days_are_refused():
    with pytest.raises(ValueError, match="not whole days"):
        daily_targets(outputs(12), DEPTH, 8)


@pytest.mark.parametrize(("steps", "ends"), [(24, (11, 11)), (8, (3, 3)), (5, (1, 2)), (4, (1, 1))])
def test_moisture_in_the_middle_is_that_at_noon(steps, ends):
    made = outputs(2 * steps)
    found = daily_targets(made, DEPTH, steps, NOON)["soil_moisture"][:, 1]
    at_noon = made["OUT_SOIL_MOIST"][:, [steps + end for end in ends], :, 0].mean(1)
    torch.testing.assert_close(found, at_noon / torch.tensor([100.0, 200.0]))


def test_moisture_in_the_middle_of_a_day_of_one_step_is_the_mean_of_its_ends():
    made, before = outputs(3), torch.rand(2, 3)
    found = daily_targets(made, DEPTH, 1, NOON, before)["soil_moisture"]
    ends = torch.cat([before.expand(3, 1, 2, 3), made["OUT_SOIL_MOIST"]], 1)[..., 0]
    expected = (ends[:, :-1] + ends[:, 1:]) / 2 / torch.tensor([100.0, 200.0])
    torch.testing.assert_close(found, expected)


def test_the_start_of_the_first_day_is_asked_for_where_it_is_needed():
    with pytest.raises(ValueError, match="the start of the first day is not given"):
        daily_targets(outputs(3), DEPTH, 1, NOON)
    daily_targets(outputs(8), DEPTH, 4, NOON)


@pytest.mark.parametrize(
    ("depth", "weights"),
    [(0.05, (1.0, 0.0, 0.0)), (0.1, (1.0, 0.0, 0.0)), (0.25, (0.4, 0.6, 0.0)),
     (0.8, (0.125, 0.375, 0.5)), (9.0, (1 / 14, 3 / 14, 10 / 14))],
)  # fmt: skip
def test_moisture_of_a_depth_is_the_mean_of_its_layers(depth, weights):
    made = outputs(2)
    compared = ComparedMoisture(depth=depth)
    found = daily_targets(made, DEPTH, 1, compared)["soil_moisture"][..., 0]
    layers = made["OUT_SOIL_MOIST"][:, :, 0] / (1000 * DEPTH[0])
    torch.testing.assert_close(found, (layers * torch.tensor(weights)).sum(-1))
