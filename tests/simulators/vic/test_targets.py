"""Daily targets out of model steps."""

import pytest
import torch

from paramscape.simulators.vic.daily_targets import OUTPUTS, daily_targets

DEPTH = torch.tensor([0.1, 0.2])


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
