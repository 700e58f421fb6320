"""Candidates are compared by their best validated epochs, and the best one's settings are used."""

import json

import pandas as pd
import pytest

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.hyperparameters import tabulate_candidates, with_choice, write_choice
from paramscape.study import GanPo

CANDIDATES = [{"l1_weight": 1.0}, {"l1_weight": 10.0}, {"l1_weight": 30.0}]


@pytest.fixture
def histories(tmp_path):
    """Writes a history per list of misfits: histories([1, None], ...)."""

    def write(*misfits):
        paths = []
        for number, column in enumerate(misfits, start=1):
            table = pd.DataFrame({"epoch": range(1, len(column) + 1), "train/l1": 1.0})
            for name in ("mse", "kge", "misfit"):
                table[f"validation/{name}"] = pd.Series(column, dtype=float)
            table["seconds"] = 30.0
            paths.append(tmp_path / f"history-{number}.csv")
            table.to_csv(paths[-1], index=False)
        return paths

    return write


def test_the_lowest_misfit_of_any_epoch_is_chosen(histories) -> None:
    table = tabulate_candidates(
        CANDIDATES, histories([0.5, None, 0.4], [0.9, 0.3, 0.8], [None, 0.35, 0.35])
    )
    assert table["chosen"].tolist() == [False, True, False]
    assert table["best_epoch"].tolist() == [3, 2, 2]
    assert table["l1_weight"].tolist() == [1.0, 10.0, 30.0]
    assert table["minutes"].tolist() == [1.5] * 3


def test_of_equals_the_first_is_chosen(histories) -> None:
    table = tabulate_candidates(CANDIDATES, histories([0.5], [0.4], [0.4]))
    assert table.loc[table["chosen"], "candidate"].tolist() == [2]


def test_a_candidate_that_was_never_validated_cannot_be_compared(histories) -> None:
    with pytest.raises(ValueError, match=r"history-2\.csv: no epoch was validated"):
        tabulate_candidates(CANDIDATES, histories([0.5], [None], [0.4]))


def test_chosen_values_stand_over_the_methods_settings_and_nothing_else(
    histories, tmp_path
) -> None:
    table = tabulate_candidates(CANDIDATES, histories([0.5], [0.4], [0.6]))
    path = tmp_path / "choice.json"
    write_choice(table, CANDIDATES, path)
    settings = {"calibration.gan-po": {"l1_weight": 30.0, "epochs": 7}, "compute": {}}
    assert with_choice(settings, "gan-po", path) == {
        "calibration.gan-po": {"l1_weight": 10.0, "epochs": 7},
        "compute": {},
    }
    assert json.loads(path.read_text())["validation/misfit"] == 0.4


def test_without_a_search_the_settings_stay_as_they_are() -> None:
    settings = {"calibration.gan-po": {"l1_weight": 30.0}}
    assert with_choice(settings, "gan-po", None) == settings


def test_the_table_shows_the_epoch_that_the_training_itself_kept(land, run_paths) -> None:
    place, settings = run_paths(), GanPo(epochs=4, channels=4, learning_rate=1e-3)
    problem = land().problem
    kept = CALIBRATORS["gan-po"](problem, settings, place, 5)
    table = tabulate_candidates([{"epochs": 4}], [place.history])
    until = settings.model_copy(update={"epochs": int(table["best_epoch"][0])})
    again = CALIBRATORS["gan-po"](land().problem, until, run_paths("again"), 5)
    assert (kept == again).all()
