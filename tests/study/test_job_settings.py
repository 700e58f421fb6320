"""Each job takes the settings that it uses, and no others."""

from pathlib import Path

import pytest
import yaml

from paramscape.study import Study, load, section, validate
from paramscape.study.job_settings import JobSettings


@pytest.fixture
def demo(repository: Path) -> Study:
    return load(repository / "config/demo.yaml")


def test_a_calibration_takes_its_method_its_simulator_and_no_test_period(demo) -> None:
    assert set(JobSettings(demo).calibration("gan-po", "lstm")) == {
        "periods.warmup", "periods.train", "periods.validation", "priors", "calibration.target",
        "calibration.gan-po", "surrogate.lstm", "compute", "space",
    }  # fmt: skip
    assert not any(
        s.startswith("calibration.d") for s in JobSettings(demo).calibration("default", "vic")
    )


def test_sections_become_the_settings_that_they_came_from(demo) -> None:
    values = JobSettings(demo).of("calibration.dpl-z", "vic.precision", "periods")
    assert section(values, "calibration.dpl-z") == demo.calibration.settings_of("dpl-z")
    assert section(values, "vic.precision") == demo.vic.precision
    assert section(values, "periods") == demo.periods


def test_the_real_program_and_a_missing_gpu_change_nothing_in_the_embedded_vic(demo) -> None:
    found = JobSettings(demo).of("vic", "compute", "vic.executable")
    assert not {"executable", "mpirun", "processes", "timeout_minutes"} & set(found["vic"])
    assert "without_gpu" not in found["compute"]
    assert found["vic.executable"] is None


def test_a_candidate_has_its_own_value_in_its_methods_settings(repository, demo) -> None:
    settings = yaml.safe_load((repository / "config/demo.yaml").read_text())
    settings["calibration"]["search"] = {"gan-po": {"l1_weight": [1, 10]}}
    searched = JobSettings(validate(settings))
    second = searched.candidate("gan-po", "vic", 2)
    unchanged = searched.calibration("gan-po", "vic")
    assert second["calibration.gan-po"].pop("l1_weight") == 10
    assert unchanged["calibration.gan-po"].pop("l1_weight") != 10
    assert second == unchanged


def test_a_pilot_and_fine_tuning_take_the_epochs_of_the_refinement(demo) -> None:
    found, refinement = JobSettings(demo), demo.surrogate.refinement
    assert found.pilot("gan-po", "lstm")["calibration.gan-po"]["epochs"] == refinement.epochs
    tuned = found.fine_tuning("lstm")["surrogate.lstm"]
    assert tuned["epochs"] == refinement.fine_tune_epochs
    assert tuned["learning_rate"] == refinement.learning_rate


def test_batches_hold_every_member_once(demo) -> None:
    spans = [JobSettings(demo).batch(number) for number in range(demo.ensemble.batches)]
    members = [member for first, end in spans for member in range(first, end)]
    assert members == list(range(demo.ensemble.members))
