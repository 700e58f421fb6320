"""Pretraining uses the search of `cell-sceua` unless its settings give another."""

import pytest
import yaml

from paramscape.study import SettingsError, validate


@pytest.fixture
def calibration(repository):
    """Validates the demo with other settings of its calibration: calibration(changes)."""
    settings = yaml.safe_load((repository / "config/demo.yaml").read_text())

    def with_changes(changes):
        settings["calibration"] |= changes
        return validate(settings).calibration

    return with_changes


def start(**search):
    return {"stateful": {"pretraining": {"search": search} if search else {}}}


def test_without_settings_of_its_own_the_search_is_that_of_cell_sceua(calibration) -> None:
    given = calibration({"dpl-a": start(), "cell-sceua": {"warmup_days": 15}})
    assert given.cell_search_of("dpl-a", "vic") == given.cell_sceua
    assert given.cell_search_of("dpl-z", "vic") is None
    assert given.cell_search_of("cell-sceua", "vic") is None


def test_a_simulator_without_states_has_no_head_start(calibration) -> None:
    given = calibration({"dpl-a": start()})
    assert given.cell_search_of("dpl-a", "lstm") is None
    assert given.cell_search_of("dpl-a", "arnet") == given.cell_sceua


def test_equal_settings_have_one_name_and_others_another(calibration) -> None:
    given = calibration(
        {"dpl-a": start(max_evaluations=60), "dpl-z": start(max_evaluations=60, complexes=2)}
    )
    search = given.cell_search_of("dpl-a", "vic")
    assert search.digest == given.cell_search_of("dpl-z", "vic").digest
    assert search.digest != given.cell_sceua.digest


@pytest.mark.parametrize(
    ("old", "new"), [("evaluations", "max_evaluations"), ("lead_in_days", "warmup_days")]
)
def test_a_former_name_is_refused_with_the_new_one(calibration, old, new) -> None:
    with pytest.raises(SettingsError, match=rf"pretraining: {old} is now search\.{new}"):
        calibration({"dpl-a": {"stateful": {"pretraining": {old: 60}}}})


def test_a_budget_that_is_smaller_than_a_population_is_refused(calibration) -> None:
    with pytest.raises(SettingsError, match="max_evaluations"):
        calibration({"dpl-a": start(max_evaluations=20)})


def test_candidates_of_a_method_share_one_search(calibration) -> None:
    grid = {
        "dpl-a": {
            "stateful": [start()["stateful"], start(max_evaluations=60)["stateful"], {"days": 10}]
        }
    }
    with pytest.raises(SettingsError, match=r"pre-trained .* \(max_evaluations: 120 and 60\)"):
        calibration({"search": grid})
    grid["dpl-a"]["stateful"].pop(1)
    given = calibration({"search": grid})
    assert given.cell_search_of("dpl-a", "vic") == given.cell_sceua
