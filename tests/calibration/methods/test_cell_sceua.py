"""Each cell's parameters are found by themselves, all cells together, within each cell's budget."""

import logging
from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
import torch
from test_searches import members_of_runs

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.methods.cell_sceua import CellErrors
from paramscape.calibration.search.objective import cell_rmse
from paramscape.calibration.search.sceua import Evolution
from paramscape.study import CellSceua

SETTINGS = CellSceua(max_evaluations=240)


def calibrate(problem, place, settings=SETTINGS, seed=5):
    return CALIBRATORS["cell-sceua"](problem, settings, place, seed)


def errors_of(problem, parameters):
    """(cell,) training error; independent of the method's own bookkeeping."""
    simulated = problem.simulator.run(parameters.unsqueeze(0), problem.periods.train)["et"]
    return cell_rmse(simulated, problem.data.observations[10:100])[0]


def test_every_cell_fits_better_than_the_default_and_lies_in_the_priors(land, run_paths):
    case, here = land(), run_paths()
    problem = case.problem
    found = calibrate(problem, here)
    assert found.shape == problem.default.shape
    assert found.dtype == problem.default.dtype
    error = errors_of(problem, found)
    assert (error < errors_of(problem, problem.default)).all()
    assert (error < 1.05 * errors_of(problem, case.truth)).all()
    assert case.error(found) < 0.35 * case.error(problem.default)
    assert torch.allclose(problem.priors.clamp(found), found)


def test_the_history_counts_evaluations_of_a_cell_and_simulations_of_the_domain(land, run_paths):
    problem, here = land().problem, run_paths()
    members = members_of_runs(problem)
    found = calibrate(problem, here)
    simulated = sum(members)
    history = pd.read_csv(here.history)
    assert history["evaluations"].iloc[0] == history["model_runs"].iloc[0] == 30
    assert history["evaluations"].iloc[-1] == 240
    assert history["model_runs"].iloc[-1] == simulated
    assert 240 <= simulated < 1.4 * 240
    assert history["train/mean_rmse"].is_monotonic_decreasing
    assert history["train/share_stopped"].iloc[[0, -1]].tolist() == [0.0, 1.0]
    last = float(errors_of(problem, found).mean())
    assert history["train/mean_rmse"].iloc[-1] == pytest.approx(last, rel=1e-8)


def test_a_cell_without_observation_keeps_the_default_and_the_log_says_so(land, run_paths, caplog):
    problem = land().problem
    problem.data.observations[10:100, [3, 8]] = torch.nan
    with caplog.at_level(logging.INFO):
        found = calibrate(problem, run_paths())
    assert torch.equal(found[[3, 8]], problem.default[[3, 8]])
    changed = (found != problem.default).any(-1)
    assert changed.sum() == len(changed) - 2
    assert "2 cells have no observation of et in training" in caplog.text
    assert "the first is cell 3" in caplog.text


def test_a_cell_is_found_the_same_whatever_the_others_are(land, run_paths):
    whole = calibrate(land().problem, run_paths("whole"))
    few = land().problem
    few.data.observations[10:100, [0, 1, 2, 9, 16]] = torch.nan
    kept = [3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15]
    assert torch.equal(calibrate(few, run_paths("few"))[kept], whole[kept])


def test_no_cell_is_evaluated_beyond_its_budget_and_only_its_own_points(land):
    problem = land().problem
    objective, spent = CellErrors(problem), defaultdict(int)

    def counted(points, index):
        for number in index:
            spent[int(number)] += 1
        values = objective(points, index)
        physical = objective.physical(points)
        for k in (0, len(points) - 1):
            cell = objective.cell[index[k]]
            field = problem.default.clone()
            field[cell] = physical[k]
            assert float(errors_of(problem, field)[cell]) == values[k]
        return values

    settings = CellSceua(max_evaluations=97, complexes=3)
    evolution = Evolution(counted, objective.boxes, settings, 1)
    search = evolution.begin()
    while (search.ended == 0).any():
        evolution.evolve(search)
    assert spent == dict.fromkeys(range(17), 97)


def test_another_seed_searches_elsewhere(land, run_paths):
    first, second = (calibrate(land().problem, run_paths(str(s)), seed=s) for s in (5, 6))
    assert not np.isin(first.numpy(), second.numpy()).all()
