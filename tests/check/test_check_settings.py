"""A check tells of settings that nothing uses, and of what the machine lacks."""

import os

import pytest


def test_settings_that_nothing_uses_are_told(vic_files, check) -> None:
    vic_files.set("products.land_cover", {"path": "nowhere.nc"})
    vic_files.set("products.observations.runoff.product", "cf")
    vic_files.set("products.observations.runoff.path", "nowhere.nc")
    vic_files.set("products.observations.runoff.variable", "q")
    vic_files.set("vic.processes", 4)
    vic_files.set("calibration.search", {"dpl-a": {"hidden": [8, 16]}})
    vic_files.set("twin", {"climate": False})
    said = check()
    assert said.status == 0, said.err
    for part in (
        "products.land_cover is given, but nothing uses it: vic.parameters has the vegetation",
        "products.observations.runoff is given, but nothing uses it: calibration.target is et",
        "vic.processes is given, but nothing uses it: vic.executable is not given",
        "calibration.search.dpl-a is given, but nothing uses it",
        "twin is given, but nothing uses it",
    ):
        assert f"warning: {part}" in said.out


def test_sections_for_other_runs_are_named(vic_files, check) -> None:
    vic_files.set("surrogate.lstm.hidden", 8)
    vic_files.set("calibration.dpl-a", {"hidden": 8})
    vic_files.set("ensemble", {"train": 2, "validation": 1, "test": 1})
    said = check()
    assert "no run uses: ensemble, surrogate.lstm, calibration.dpl-a" in said.out


def test_a_machine_without_a_compiler_is_told_that_vic_is_slow(
    vic_files, check, monkeypatch
) -> None:
    monkeypatch.setenv("PATH", str(vic_files.folder))
    monkeypatch.delenv("CXX", raising=False)
    said = check()
    assert said.status == 0
    assert "no C++ compiler was found" in said.out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_told(vic_files, check) -> None:
    vic_files.folder.chmod(0o500)
    try:
        said = check()
    finally:
        vic_files.folder.chmod(0o700)
    assert said.status == 1
    assert "results cannot be written there" in said.err


def test_results_that_are_a_file_are_told(vic_files, check) -> None:
    (vic_files.folder / "results").write_text("")
    assert "results cannot be written there" in check().err


def test_the_real_program_must_be_a_program(vic_files, check) -> None:
    (vic_files.folder / "vic_image.exe").write_text("")
    vic_files.set("vic.executable", "vic_image.exe")
    vic_files.set("vic.processes", 2)
    vic_files.set("vic.mpirun", ["mpi-of-nowhere"])
    said = check()
    assert "vic_image.exe: the program may not be executed. chmod +x" in said.err
    assert "vic.mpirun starts with mpi-of-nowhere" in said.err


def test_a_missing_program_is_among_the_missing_files(vic_files, check) -> None:
    vic_files.set("vic.executable", "vic_image.exe")
    said = check()
    assert "VIC 5" in said.err and "1 missing file(s)" in said.err
