"""A file that is not what its job wrote is found, named and moved aside, and raw data never are."""

import os
import shutil
from pathlib import Path

import pytest

from paramscape.jobs.records import (
    BrokenFileError,
    Record,
    broken_files,
    lost_files,
    require_whole,
    rerun_command,
    snakemake_args,
)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study's folder with one recorded file."""
    folder = tmp_path / "results/tiny"
    folder.mkdir(parents=True)
    (folder / "et.nc").write_bytes(b"evapotranspiration")
    Record.write(folder / "et.nc", {"rule": "prepare_observations"})
    return folder


BREAKS = {
    "it is empty": b"",
    "it was cut off: 5 of 18 bytes": b"evapo",
    "not what its rule prepare_observations wrote": b"Evapotranspiration",
}


@pytest.mark.parametrize("fault", BREAKS)
def test_a_broken_file_is_found_at_the_start_and_when_it_is_read(study, fault) -> None:
    file = study / "et.nc"
    file.write_bytes(BREAKS[fault])
    assert [(f, fault in why) for f, why in broken_files(study)] == [(file, True)]
    with pytest.raises(BrokenFileError, match=fault):
        require_whole([file], study)
    assert not file.exists()
    assert (study / "et.nc.broken").read_bytes() == BREAKS[fault]
    assert list(broken_files(study)) == []
    assert lost_files(study) == [str(file)]
    file.write_bytes(b"evapotranspiration")
    assert lost_files(study) == []


def test_a_changed_byte_under_the_old_time_is_found_when_it_is_read(study) -> None:
    file, before = study / "et.nc", (study / "et.nc").stat()
    file.write_bytes(BREAKS["not what its rule prepare_observations wrote"])
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(BrokenFileError, match="not what its rule"):
        require_whole([file], study)


def test_a_copied_or_touched_study_is_whole(study, tmp_path: Path) -> None:
    copied = tmp_path / "elsewhere"
    shutil.copytree(study, copied, copy_function=shutil.copyfile)
    (study / "et.nc").touch()
    for folder in (study, copied):
        assert list(broken_files(folder)) == []
        require_whole([folder / "et.nc"], folder)


def test_a_file_that_was_touched_is_read_once_and_then_known_by_its_new_time(study) -> None:
    file = study / "et.nc"
    os.utime(file, ns=(0, 1_000_000_000))
    assert list(broken_files(study)) == []
    record = Record.read(file)
    assert record.content["modified"] == 1_000_000_000
    assert record.problem_with(file, look_inside=True) is None


def test_a_file_that_no_job_of_the_study_wrote_is_not_used(study) -> None:
    (study / "domain.nc").write_bytes(b"of another study")
    with pytest.raises(BrokenFileError, match=r"domain\.nc: no job of this study wrote it"):
        require_whole([study / "et.nc", study / "domain.nc"], study)
    assert (study / "et.nc").exists()


def test_raw_data_stay_where_they_are(study, tmp_path: Path) -> None:
    within, outside, made = study / "raw.nc", tmp_path / "raw.nc", study / "et.nc"
    for file in (within, outside):
        file.write_bytes(b"")
        require_whole([file], study, raw=[within])
    made.write_bytes(b"evapo")
    with pytest.raises(BrokenFileError, match="Delete it if it is not yours"):
        require_whole([made], study, raw=[made])
    assert made.exists()


def test_a_broken_record_makes_its_file_broken(study) -> None:
    (study / ".provenance/et.nc.json").write_text("{")
    with pytest.raises(BrokenFileError, match=r"et\.nc: "):
        require_whole([study / "et.nc"], study)


def test_settings_from_files_and_from_the_command_line_are_given_again(monkeypatch) -> None:
    options = snakemake_args([Path("config/demo.yaml").absolute()], {"study": {"seed": "7"}})
    assert options == """--configfile config/demo.yaml --config 'study={"seed": "7"}'"""
    monkeypatch.setenv("PARAMSCAPE_STARTED_AS", options)
    assert rerun_command(Path("a b.nc")).endswith("--force -- 'a b.nc'")
