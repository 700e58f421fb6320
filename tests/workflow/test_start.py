"""A study with wrong settings or missing raw files stops before anything runs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml


def test_missing_raw_files_are_named_with_product_and_source(untouched) -> None:
    answer = untouched.snakemake("--dry-run", "--configfile", "config/huaihe.yaml")
    text = answer.stdout + answer.stderr
    assert answer.returncode != 0
    for part in ("data/cmfd", "CMFD", "data/gleam", "gleam.eu", "THSCH", "land-cover.nc"):
        assert part in text, part
    assert "Traceback" not in text


def test_a_misspelt_setting_stops_with_the_nearest_name(untouched) -> None:
    path = untouched.folder / "config/demo.yaml"
    settings = yaml.safe_load(path.read_text())
    settings["calibration"]["gan-po"]["l1_wieght"] = 3
    wrong = Path("config/wrong.yaml")
    (untouched.folder / wrong).write_text(yaml.safe_dump(settings))
    answer = untouched.snakemake("--dry-run", "--configfile", str(wrong))
    assert answer.returncode != 0
    assert "calibration.gan-po.l1_wieght: unknown setting; did you mean l1_weight?" in (
        answer.stdout + answer.stderr
    )


def test_a_real_program_that_is_not_there_is_named(untouched) -> None:
    answer = untouched.snakemake("--dry-run", "--config", "vic={executable: nowhere/vic.exe}")
    text = answer.stdout + answer.stderr
    assert answer.returncode != 0
    for part in ("nowhere/vic.exe", "github.com/UW-Hydro/VIC", "leave vic.executable out"):
        assert part in text, part


def test_one_setting_can_be_changed_on_the_command_line(untouched) -> None:
    answer = untouched.snakemake("--dry-run", "--config", "study={seed: 7}")
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_results_that_cannot_be_written_stop_the_study_with_what_to_do(untouched) -> None:
    (untouched.folder / "results").mkdir(exist_ok=True)
    (untouched.folder / "results/taken").touch()
    answer = untouched.snakemake("--dry-run", "--config", "study={name: taken}")
    text = answer.stdout + answer.stderr
    assert answer.returncode != 0
    assert "results/taken cannot be made:" in text and "--directory FOLDER" in text


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("home", [None, "", "file"])
def test_make_gives_a_home_folder_to_whoever_has_none(repository, tmp_path, home) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "Makefile").write_text(
        f"include {repository}/Makefile\nshow:\n\t@echo home: $$HOME user: $$USER\n"
    )
    surroundings = {n: v for n, v in os.environ.items() if n not in ("HOME", "USER", "LOGNAME")}
    if home is not None:
        surroundings["HOME"] = str(tmp_path / home) if home else ""
    command = ["make", "--no-print-directory", "show"]
    said = subprocess.run(
        command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    expected = f"{tmp_path}/.home"
    assert said[0] == f"The home folder cannot be written: using {expected} instead"
    assert said[1].startswith(f"home: {expected} user: ") and said[1].split()[-1] != "user:"
