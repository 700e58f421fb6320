"""Methods learn from learners alone, and give parameters to every cell."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.learning.initial_parameters import start_of
from paramscape.calibration.methods.dpl_a import dpl_a_learner
from paramscape.calibration.methods.dpl_z import dpl_z_learner, network_input
from paramscape.calibration.observed_data import without_unseen
from paramscape.calibration.training_data import TrainingSeries
from paramscape.grid.learners import nearest_of
from paramscape.study import CellSceua, DplA, DplZ, ParaFormerSeries, Space

UNSEEN = [3, 4, 11]


def split(problem, space=None, poisoned=False):
    """The problem with cells that are only scored; poisoned: their observations make no sense."""
    data = problem.data
    observed = data.observations.clone()
    if poisoned:
        observed[:, UNSEEN] = 1e6
    learns = np.zeros(data.cells.shape, bool)
    learns[data.cells.mask] = ~np.isin(np.arange(data.cells.count), UNSEEN)
    cells = replace(data.cells, learns=learns)
    data = replace(data, cells=cells, observations=observed)
    return replace(problem, data=without_unseen(data, space or Space()))


@pytest.mark.parametrize("is_stateful", [False, True])
@pytest.mark.parametrize("method", ["dpl-a", "dpl-z", "paraformer-z", "cell-sceua"])
def test_observations_of_unseen_cells_change_no_learned_parameter(
    land, run_paths, method, is_stateful
):
    settings = {
        "dpl-a": DplA(epochs=3, hidden=8),
        "dpl-z": DplZ(epochs=2, hidden=8),
        "paraformer-z": ParaFormerSeries(epochs=2, width=8, heads=2, sequence_days=20, batch=30),
        "cell-sceua": CellSceua(complexes=1, max_evaluations=60),
    }[method]
    space = Space(unseen_sees="nothing")
    found = [
        CALIBRATORS[method](
            split(land(is_stateful).problem, space, poisoned),
            settings,
            run_paths(f"{method}-{poisoned}"),
            1,
        )
        for poisoned in (False, True)
    ]
    torch.testing.assert_close(found[0], found[1], rtol=0, atol=0)
    assert torch.isfinite(found[0]).all()


def test_unseen_cells_have_the_parameters_of_the_nearest_learner(land, run_paths):
    problem = split(land().problem)
    settings = CellSceua(complexes=1, max_evaluations=60)
    found = CALIBRATORS["cell-sceua"](problem, settings, run_paths(), 1)
    nearest = torch.from_numpy(nearest_of(problem.data.cells, problem.data.cells.learners))
    torch.testing.assert_close(found[UNSEEN], found[nearest[UNSEEN]], rtol=0, atol=0)
    assert not torch.equal(found[UNSEEN], problem.default[UNSEEN])


def test_an_epoch_uses_days_of_learners_alone(land):
    for is_stateful in (False, True):
        learner = dpl_a_learner(split(land(is_stateful).problem), DplA(hidden=8), 1)
        batches = learner.batches(0, torch.Generator().manual_seed(1))
        used = set(torch.cat([batch.windows.cells for batch in batches]).tolist())
        assert used <= set(range(17)) - set(UNSEEN)


def test_an_untrained_network_starts_from_the_learners_default(land):
    problem = split(land().problem)
    default = problem.default.clone()
    default[UNSEEN] = problem.priors.to_physical(torch.full((3, default.shape[1]), 0.9).double())
    changed = replace(problem, default=default)
    torch.testing.assert_close(start_of(changed), start_of(problem), rtol=0, atol=0)


def test_a_network_reads_observations_of_unseen_cells_only_if_it_may(land):
    forcing = land().problem.data.forcing.shape[-1]
    for sees, any_read in (("observations", True), ("nothing", False)):
        problem = split(land().problem, Space(unseen_sees=sees))
        read = network_input(TrainingSeries.of_training(problem), problem, 30)
        assert bool(read[:, UNSEEN, forcing + 1].any()) is any_read
        assert bool(read[:, 0, forcing + 1].any())


def test_a_network_of_series_gives_unseen_cells_parameters_of_their_own(land):
    learner = dpl_z_learner(split(land().problem), DplZ(hidden=8), 1)
    parameters = learner.parameters()
    assert not torch.equal(parameters[3], parameters[4])
