"""Every method finds what can be found, and each epoch leaves its mark."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.learning.dpl import iterations_of_epoch
from paramscape.calibration.methods.dpl_a import dpl_a_learner
from paramscape.calibration.methods.dpl_z import dpl_z_learner, network_input
from paramscape.calibration.methods.gan_po import GanPoLearner
from paramscape.calibration.methods.gan_po_l1 import GanPoL1Learner
from paramscape.calibration.methods.paraformer_a import paraformer_a_learner
from paramscape.calibration.methods.paraformer_z import paraformer_z_learner
from paramscape.calibration.training_data import TrainingSeries
from paramscape.study import (
    Calibration,
    DplA,
    DplWindows,
    DplZ,
    GanPo,
    GanPoL1,
    MprSceua,
    ParaFormerAttributes,
    ParaFormerSeries,
    ParaFormerWindows,
    StatefulWindows,
)

FIELDS = {
    "channels": 8, "epochs": 15, "batch_days": 16, "learning_rate": 5e-3, "validate_every": 2,
    "stateful": StatefulWindows(days=20, windows=2),
}  # fmt: skip
CELLS = {
    "hidden": 16, "epochs": 15, "cells": 9, "days": 20, "learning_rate": 1e-2, "validate_every": 2,
    "stateful": DplWindows(days=20, windows=2),
}  # fmt: skip
SAMPLES = {
    "width": 16, "heads": 2, "epochs": 15, "batch": 36, "batch_windows": 2, "sequence_days": 20,
    "optimizer": "adam", "learning_rate": 5e-3, "weight_decay": 0.0, "validate_every": 2,
    "stateful": ParaFormerWindows(days=20, windows=2, cells=9),
}  # fmt: skip
GAN_PO, DPL_Z = GanPo(**FIELDS), DplZ(**CELLS, sequence_days=40)
LEARNED = {
    "gan-po": GAN_PO,
    "gan-po-l1": GanPoL1(**FIELDS),
    "dpl-a": DplA(**CELLS),
    "dpl-z": DPL_Z,
    "paraformer-a": ParaFormerAttributes(**SAMPLES),
    "paraformer-z": ParaFormerSeries(**SAMPLES),
}
LEARNERS = {
    "gan-po": GanPoLearner,
    "gan-po-l1": GanPoL1Learner,
    "dpl-a": dpl_a_learner,
    "dpl-z": dpl_z_learner,
    "paraformer-a": paraformer_a_learner,
    "paraformer-z": paraformer_z_learner,
}


def with_soil(problem):
    """The same problem with soil of one pixel per cell that its attributes give."""
    cells = problem.data.cells
    first, second, third = torch.tanh(problem.data.attributes).T.numpy()
    number = np.full(cells.shape, -1)
    number[cells.mask] = np.arange(cells.count)
    values = {
        "sand": (40 - 20 * second, "%"),
        "clay": (25 + 12 * second, "%"),
        "silt": (35 + 8 * second, "%"),
        "porosity": (0.45 + 0.05 * third, "1"),
        "soil_depth": (1.5 + 0.5 * first, "m"),
    }
    soil = xr.Dataset({n: cells.scatter(v).assign_attrs(units=u) for n, (v, u) in values.items()})
    soil = soil.assign(cell=(("lat", "lon"), number))
    return dataclasses.replace(problem, data=dataclasses.replace(problem.data, soil_native=soil))


def test_the_settings_name_every_calibrator():
    methods = Calibration.model_validate({"runs": [{"method": "default", "simulator": "vic"}]})
    assert set(CALIBRATORS) == {"default", "mpr-sceua", "cell-sceua", "ies", *LEARNED}
    for name in set(CALIBRATORS) - {"default"}:
        assert hasattr(methods, name.replace("-", "_"))


def test_the_default_is_given_back_with_an_empty_history(land, run_paths):
    here, problem = run_paths(), land().problem
    assert torch.equal(CALIBRATORS["default"](problem, None, here, 5), problem.default)
    assert len(pd.read_csv(here.history)) == 0


@pytest.mark.parametrize("is_stateful", [False, True])
@pytest.mark.parametrize("method", LEARNED)
def test_learned_fields_come_closer_to_the_truth_than_the_default(
    method, is_stateful, land, run_paths
):
    case, settings, here = land(is_stateful), LEARNED[method], run_paths()
    found = CALIBRATORS[method](case.problem, settings, here, 5)
    assert found.shape == case.problem.default.shape
    assert found.dtype == case.problem.default.dtype
    box = case.problem.priors
    assert torch.allclose(box.to_physical(box.to_unit(found).clamp(0, 1)), found)
    assert case.error(found) < 0.35 * case.error(case.problem.default)
    history = pd.read_csv(here.history)
    assert list(history["epoch"]) == list(range(1, settings.epochs + 1))
    validated = history.dropna()["epoch"]
    assert list(validated) == [2, 4, 6, 8, 10, 12, 14, 15]
    assert (history["seconds"] > 0).all()
    assert case.problem.simulator.respun == (1 + settings.epochs if is_stateful else 0)


def test_mpr_sceua_fits_better_than_the_default_and_keeps_its_budget(land, run_paths):
    case, here = land(), run_paths()
    problem = with_soil(case.problem)
    settings = MprSceua(complexes=3, max_evaluations=400)
    found = CALIBRATORS["mpr-sceua"](problem, settings, here, 5)
    assert case.error(found) < 0.6 * case.error(problem.default)
    history = pd.read_csv(here.history)
    assert history["evaluations"].iloc[0] == 63
    assert history["evaluations"].iloc[-1] <= 400
    assert (history["model_runs"] == history["evaluations"]).all()
    assert history["train/best_rmse"].is_monotonic_decreasing
    assert (history["train/worst_rmse"] >= history["train/best_rmse"]).all()


def test_mpr_sceua_without_soil_says_what_to_give(land, run_paths):
    with pytest.raises(ValueError, match=r"mpr-sceua needs soil .*: give products\.soil"):
        CALIBRATORS["mpr-sceua"](land().problem, MprSceua(), run_paths(), 5)


@pytest.mark.parametrize("method", LEARNED)
def test_another_seed_learns_other_fields_and_the_same_seed_the_same(method, land, run_paths):
    settings = LEARNED[method].model_copy(update={"epochs": 2})
    runs = [
        CALIBRATORS[method](land().problem, settings, run_paths(str(number)), seed)
        for number, seed in enumerate((5, 5, 6))
    ]
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])


@pytest.mark.parametrize("method", LEARNED)
def test_the_best_validated_epoch_is_kept_not_the_last(method, land, run_paths):
    case, here = land(), run_paths()
    scores, seen = iter([0.9, 1.0, 0.5, 2.0]), []
    truth = case.problem.simulator.run

    def run(parameters, period):
        seen.append(parameters.clone())
        return {"et": truth(case.truth, period)["et"] * (1 + next(scores))}

    case.problem.simulator.run = run
    settings = LEARNED[method].model_copy(update={"epochs": 3, "validate_every": 1})
    found = CALIBRATORS[method](case.problem, settings, here, 5)
    assert torch.equal(found, seen[2].to(found))


@pytest.mark.parametrize("method", ["dpl-a", "dpl-z"])
def test_dpl_draws_random_cells_and_a_random_window_where_no_states_are_kept(method, land):
    learner = LEARNERS[method](land().problem, LEARNED[method], 1)
    batches = [b.windows for b in learner.batches(0, torch.Generator().manual_seed(3))]
    assert len(batches) == iterations_of_epoch(9 * 20, 17 * 90)
    first = torch.cat([b.first_days for b in batches])
    assert {len(b.first_days) for b in batches} == {1}
    assert first.min() >= 0 and first.max() + 20 <= 90
    assert all(len(set(b.cells.tolist())) == 9 for b in batches)
    assert len({tuple(b.cells.tolist()) for b in batches}) > 1


def test_an_epoch_of_the_paper_has_913_mini_batches():
    assert iterations_of_epoch(50 * 30, 408 * 730) == 913


def test_lstm_z_reads_the_last_days_with_gaps_as_flagged_zeros(land):
    problem = land().problem
    record = TrainingSeries.of_training(problem)
    read = network_input(record, problem, 40)
    assert read.shape == (40, 17, 2 + 1 + 1 + 3)
    target, flag = read[..., 2], read[..., 3]
    missing = torch.isnan(problem.data.observations[60:100])
    assert torch.equal(flag == 0, missing)
    assert (target[missing] == 0).all()
    torch.testing.assert_close(
        target[~missing].double() * record.std + record.mean,
        problem.data.observations[60:100][~missing],
    )
    assert network_input(record, problem, 5000).shape[0] == 90


@pytest.mark.parametrize("method", LEARNED)
def test_only_the_training_period_is_learned_from(method, land):
    first, second = land(), land()
    second.problem.data.observations[100:] = 99.0
    losses = []
    for case in (first, second):
        learner = LEARNERS[method](case.problem, LEARNED[method], 1)
        generator = torch.Generator().manual_seed(2)
        losses.append(learner.step(learner.batches(0, generator)[0], generator))
    assert losses[0] == losses[1]


def test_observations_that_are_all_missing_cannot_be_learned_from(land, run_paths):
    problem = land().problem
    problem.data.observations[10:100] = torch.nan
    with pytest.raises(ValueError, match=r"et cannot be learned from: of 1530 cell-days .* 0 are"):
        CALIBRATORS["gan-po"](problem, GAN_PO, run_paths(), 5)


def test_forcing_with_a_gap_is_refused_before_the_first_epoch(land, run_paths):
    problem = land().problem
    problem.data.forcing[12, 3, 1] = torch.nan
    with pytest.raises(ValueError, match=r"variable 1 of cell 3 on day 2 after 2001-01-11"):
        CALIBRATORS["dpl-z"](problem, DPL_Z, run_paths(), 5)


def test_a_record_that_ends_too_early_is_refused(land, run_paths):
    problem = land().problem
    data = dataclasses.replace(problem.data, times=problem.data.times[:50])
    with pytest.raises(ValueError, match=r"every day from 2001-01-11 to 2001-04-10"):
        CALIBRATORS["gan-po"](dataclasses.replace(problem, data=data), GAN_PO, run_paths(), 5)


def test_a_simulation_that_is_not_finite_is_named_with_cell_day_and_parameters(land, run_paths):
    problem = land().problem
    problem.simulator.forcing[10 + 33, 4, 0] = torch.nan
    with pytest.raises(FloatingPointError, match=r"meadow .* cell 4, day 33 .* infilt=0\.\d+"):
        CALIBRATORS["gan-po"](problem, GAN_PO, run_paths(), 5)


@pytest.mark.parametrize("method", LEARNED)
def test_a_loss_that_is_not_finite_stops_with_its_name_epoch_and_cause(method, land, run_paths):
    case = land()
    simulate = case.problem.simulator.simulate_windows
    case.problem.simulator.simulate_windows = lambda parameters, windows: {
        "et": simulate(parameters, windows)["et"] * 1e39
    }
    named = (
        rf"epoch 1, mini-batch 1: the loss \w+ of {method} .* calibration.{method}.learning_rate"
    )
    with pytest.raises(FloatingPointError, match=named):
        CALIBRATORS[method](case.problem, LEARNED[method], run_paths(), 5)


def test_a_target_that_the_simulator_lacks_is_refused(land, run_paths):
    problem = dataclasses.replace(land().problem, target="runoff")
    with pytest.raises(ValueError, match=r"gives et, but runoff is calibrated"):
        CALIBRATORS["gan-po"](problem, GAN_PO, run_paths(), 5)


@pytest.mark.parametrize("method", LEARNED)
def test_a_step_size_of_simulators_with_states_holds_there_alone(method, land, run_paths) -> None:
    settings = LEARNED[method].model_copy(update={"epochs": 3})
    windows = settings.stateful.model_copy(update={"learning_rate": 2e-3})
    both = settings.model_copy(update={"stateful": windows})
    longer = settings.model_copy(update={"learning_rate": 2e-3})
    for is_stateful, same in ((False, settings), (True, longer)):
        found, expected = (
            CALIBRATORS[method](
                land(is_stateful).problem, chosen, run_paths(str(chosen is both)), 5
            )
            for chosen in (both, same)
        )
        assert torch.equal(found, expected)
