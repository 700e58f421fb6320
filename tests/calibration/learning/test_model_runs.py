"""What a training simulates, in runs of the domain over warm-up and training period."""

import pandas as pd
import pytest
import torch
from test_calibrators import LEARNED, with_soil

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.learning.model_runs import ModelRuns
from paramscape.simulators.interface import Windows


@pytest.fixture
def problem(land):
    return with_soil(land(is_stateful=True).problem)


def test_bringing_states_in_line_is_one_run_unless_they_are(problem):
    runs = ModelRuns(problem)
    runs.respin(problem.default)
    runs.respin(problem.default.clone())
    assert runs.spent == 1
    runs.learn(Windows(torch.tensor([0]), 1))
    before = runs.spent
    runs.respin(problem.default)
    assert runs.spent == before + 1


def test_windows_count_by_their_cell_days(problem):
    days, cells = problem.periods.learning.days, len(problem.default)
    runs = ModelRuns(problem)
    runs.learn(Windows(torch.tensor([0, 5, 10]), 5))
    assert runs.spent == pytest.approx(15 / days)
    runs.learn(Windows(torch.tensor([0]), 5, torch.tensor([1, 2])))
    assert runs.spent == pytest.approx(15 / days + 5 * 2 / (cells * days))


def test_a_validation_counts_from_the_end_of_training_or_from_the_start(problem):
    runs, periods = ModelRuns(problem), problem.periods
    runs.validate()
    after = (periods.validation.end - periods.train.end).days / periods.learning.days
    assert runs.spent == pytest.approx(after)


def test_the_history_tells_the_runs_of_every_epoch(problem, run_paths):
    settings, here = LEARNED["gan-po-l1"].model_copy(update={"epochs": 3}), run_paths()
    CALIBRATORS["gan-po-l1"](problem, settings, here, 5)
    spent = pd.read_csv(here.history)["model_runs"]
    train, learning = problem.periods.train.days, problem.periods.learning.days
    assert spent.is_monotonic_increasing
    # An epoch uses every day once and brings all states in line once at least.
    assert spent.diff().iloc[1:].min() >= 1 + train / learning - 1e-6
