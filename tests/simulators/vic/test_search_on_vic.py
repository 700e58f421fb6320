"""A search on VIC itself finds better parameters than the default in every cell."""

import pandas as pd
import pytest
import torch

from paramscape.calibration import CALIBRATORS
from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.study import CellSceua


def calibrate(problem, place, **settings):
    run_paths = RunPaths(place / "history.csv", Checkpoint(place / "checkpoint.pt", "test"))
    return CALIBRATORS["cell-sceua"](problem, CellSceua(**settings), run_paths, 5)


@pytest.mark.parametrize("target", ["et", "runoff", "soil_moisture"])
def test_every_cell_is_improved_for_every_target(target, problem, training_errors, tmp_path):
    case = problem(target)
    found = calibrate(case, tmp_path, max_evaluations=70)
    history = pd.read_csv(tmp_path / "history.csv")
    reached, before = (training_errors(case, p) for p in (found, case.default))
    assert (reached < 0.7 * before).all()
    assert history["train/mean_rmse"].iloc[-1] == pytest.approx(float(reached.mean()), rel=1e-6)


def test_a_cell_is_found_the_same_without_the_others(problem, tmp_path):
    settings, together = {"max_evaluations": 45, "complexes": 1}, problem("et")
    whole = calibrate(together, tmp_path / "whole", **settings)
    single = problem("et")
    single.data.observations[:, [0, 1, 3]] = torch.nan
    found = calibrate(single, tmp_path / "single", **settings)
    assert torch.equal(found[2], whole[2])
    assert torch.equal(found[[0, 1, 3]], single.default[[0, 1, 3]])


def test_a_short_warm_up_of_the_whole_length_changes_nothing_and_a_short_one_still_improves(
    problem, training_errors, tmp_path
):
    settings, case = {"max_evaluations": 40}, problem("runoff")
    whole, long, short = (
        calibrate(case, tmp_path / str(days), warmup_days=days, **settings)
        for days in (None, 10, 4)
    )
    assert torch.equal(long, whole)
    reached = training_errors(case, short)
    assert (reached < training_errors(case, case.default)).all()
