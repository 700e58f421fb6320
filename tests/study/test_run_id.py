"""Runs are known by the folders that their files lie in."""

from pathlib import Path

import pytest

from paramscape.study.run_id import RunId


def test_a_file_names_its_run() -> None:
    run = RunId.of(Path("results/demo/scores/gan-po/vic/seed-3/vic-test.nc"))
    assert run == RunId("gan-po", "vic", 3)
    assert run.label == "gan-po on vic"


def test_the_default_has_no_simulator_in_its_label() -> None:
    assert RunId("default", "vic", 1).label == "default"


def test_a_file_elsewhere_is_refused() -> None:
    with pytest.raises(ValueError, match="seed-<number>"):
        RunId.of(Path("results/demo/scores/gan-po/vic/runs.csv"))
