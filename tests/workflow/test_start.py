"""A study with wrong settings or missing raw files stops before anything runs."""

from pathlib import Path

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
