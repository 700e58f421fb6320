"""Methods that learn by gradients learn through VIC's own physics."""

import pandas as pd
import pytest
import torch

from paramscape.calibration import CALIBRATORS
from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.study import (
    DplA,
    DplWindows,
    DplZ,
    GanPo,
    GanPoL1,
    ParaFormerAttributes,
    ParaFormerSeries,
    ParaFormerWindows,
    StatefulWindows,
)

COURSE = {"epochs": 12, "learning_rate": 0.01}
FIELDS = COURSE | {"channels": 4, "stateful": StatefulWindows(days=8, windows=2)}
CELLS = COURSE | {
    "hidden": 8,
    "cells": 3,
    "dropout": 0.0,
    "stateful": DplWindows(days=8, windows=2),
}
SAMPLES = COURSE | {
    "width": 8,
    "heads": 2,
    "dropout": 0.0,
    "sequence_days": 20,
    "optimizer": "adamw",
    "stateful": ParaFormerWindows(days=8, windows=2, cells=3),
}
LEARNED = {
    "gan-po": GanPo(**FIELDS),
    "gan-po-l1": GanPoL1(**FIELDS),
    "dpl-a": DplA(**CELLS),
    "dpl-z": DplZ(**CELLS, sequence_days=20),
    "paraformer-a": ParaFormerAttributes(**SAMPLES),
    "paraformer-z": ParaFormerSeries(**SAMPLES),
}


def calibrate(method, problem, place, **changes):
    settings = LEARNED[method].model_copy(update=changes)
    return CALIBRATORS[method](
        problem,
        settings,
        RunPaths(place / "history.csv", Checkpoint(place / "checkpoint.pt", "test")),
        5,
    )


@pytest.mark.parametrize("target", ["et", "runoff", "soil_moisture"])
@pytest.mark.parametrize("method", LEARNED)
def test_each_target_is_learned_through_vic(method, target, problem, training_errors, tmp_path):
    case = problem(target)
    first = calibrate(method, case, tmp_path / "first", epochs=1, learning_rate=1e-9)
    found = calibrate(method, case, tmp_path / "found")
    reached, before = (training_errors(case, p).mean() for p in (found, first))
    history = pd.read_csv(tmp_path / "found" / "history.csv")
    assert reached < 0.9 * before
    assert history["validation/misfit"].notna().all()


@pytest.mark.parametrize("method", LEARNED)
def test_a_killed_training_on_vic_ends_as_an_uninterrupted_one(
    method, problem, tmp_path, monkeypatch
):
    expected = calibrate(method, problem("et"), tmp_path / "whole", epochs=3)
    case, windows = problem("et"), []

    def until_killed(parameters, given, simulate=case.simulator.simulate_windows):
        windows.append(given)
        if len(windows) > 5:
            raise KeyboardInterrupt
        return simulate(parameters, given)

    monkeypatch.setattr(case.simulator, "simulate_windows", until_killed)
    with pytest.raises(KeyboardInterrupt):
        calibrate(method, case, tmp_path / "killed", epochs=3)
    assert 1 <= len(pd.read_csv(tmp_path / "killed" / "history.csv")) < 3
    assert torch.equal(calibrate(method, problem("et"), tmp_path / "killed", epochs=3), expected)
