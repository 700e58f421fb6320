"""Methods that learn by gradients take any target, any basin and any gaps in what was observed."""

import numpy as np
import pytest
import torch
from test_calibrators import LEARNED, LEARNERS

from paramscape.calibration import CALIBRATORS

TARGETS = ["et", "soil_moisture", "runoff"]
SHORT = {"epochs": 6}


def river():
    """A basin of 17 cells that winds through a grid of 7 x 9, in two parts."""
    mask = np.zeros((7, 9), dtype=bool)
    mask[0, 0:4] = mask[1, 3] = mask[2, 3:8] = mask[3, 7] = mask[4, 5:8] = mask[6, 0:3] = True
    return mask


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("method", LEARNED)
def test_each_target_is_learned_in_a_winding_basin(method, target, land, run_paths):
    case = land(True, river(), target)
    settings = LEARNED[method].model_copy(update=SHORT)
    found = CALIBRATORS[method](case.problem, settings, run_paths(), 5)
    assert case.error(found) < 0.7 * case.error(case.problem.default)


@pytest.mark.parametrize("method", LEARNED)
def test_a_targets_unit_does_not_matter(method, land):
    losses = []
    for target in TARGETS:
        learner = LEARNERS[method](land(target=target).problem, LEARNED[method], 1)
        generator = torch.Generator().manual_seed(2)
        losses.append(learner.step(learner.batches(0, generator)[0], generator))
    for other in losses[1:]:
        assert other == pytest.approx(losses[0], rel=1e-4)


@pytest.mark.parametrize("method", LEARNED)
def test_cells_and_weeks_without_observations_are_no_obstacle(method, land, run_paths):
    case = land(mask=river())
    observed = case.problem.data.observations
    observed[20:41] = torch.nan
    observed[:, [3, 11]] = torch.nan
    found = CALIBRATORS[method](case.problem, LEARNED[method], run_paths(), 5)
    assert torch.isfinite(found).all()
    seen = torch.ones(17, dtype=torch.bool).index_fill(0, torch.tensor([3, 11]), False)
    near = torch.where(seen[:, None], found, case.truth)
    far = torch.where(seen[:, None], case.problem.default, case.truth)
    assert case.error(near) < 0.35 * case.error(far)
