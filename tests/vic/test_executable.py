"""The real program is started rightly, and neither its failures nor wrong answers pass."""

import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import small_image_case
import stand_in_vic
import torch

from paramscape.simulators.interface import Windows
from paramscape.simulators.vic.executable import VicImage
from paramscape.study import Period, Periods, Priors, Vic
from paramscape.vic.executable import ExecutableError, Program, ProgramError, run_case
from paramscape.vic.executable.check_outputs import BALANCE
from paramscape.vic.image.global_file import read_global_file
from paramscape.vic.image.write_global import write_global


@pytest.fixture
def files(tmp_path):
    return small_image_case.files(tmp_path / "study")


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where VIC runs; VIC cuts names at blanks, and folders have them."""
    return tmp_path / "run folder"


def program(tmp_path: Path, behaviour: str = "right", **settings) -> Program:
    return Program(stand_in_vic.install(tmp_path / "real vic", behaviour), **settings)


def failure(tmp_path, files, folder, behaviour="right", **settings) -> str:
    """The message with which a run fails that keeps its folder and leaves no output."""
    with pytest.raises(ExecutableError) as error:
        run_case(small_image_case.case(), files, program(tmp_path, behaviour, **settings), folder)
    assert str(folder) in str(error.value)
    assert (folder / "global.txt").is_file()
    assert not (folder / "results").exists()
    return str(error.value)


def test_daily_water_comes_back_by_active_cell_and_the_folder_is_gone(tmp_path, files, folder):
    case = small_image_case.case()
    water = run_case(case, files, program(tmp_path), folder)
    assert set(water) == set(BALANCE)
    assert water["OUT_PREC"].shape == (case.days, 5)
    assert water["OUT_SOIL_MOIST"].shape == (case.days, 5, 3)
    np.testing.assert_allclose(water["OUT_PREC"].mean(), 8 * 0.5, rtol=0.02)
    assert not folder.exists()


def test_the_program_never_sees_the_callers_environment(tmp_path, files, folder, monkeypatch):
    for name in ("SLURM_NTASKS", "PMI_RANK", "OMPI_COMM_WORLD_SIZE", "PYTHONPATH"):
        monkeypatch.setenv(name, "2")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert run_case(small_image_case.case(), files, program(tmp_path), folder)


def test_several_processes_are_started_by_mpirun_with_its_options(tmp_path, files, folder):
    mpirun = stand_in_vic.install_mpirun(tmp_path / "mpi")
    several = program(tmp_path, processes=3, mpirun=(str(mpirun), "--oversubscribe"))
    run_case(small_image_case.case(), files, several, folder)
    expected = f"--oversubscribe -n 3 {several.path} -g global.txt\n"
    assert (mpirun.parent / "calls.txt").read_text() == expected


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("crashes", "exit status 1: .*Index exceeds dimension bound: Error getting values for tas"),
        ("aborts", "killed by SIGABRT"),
        ("is-mute", "exit status 3: its log is empty"),
        ("gives-nothing", "without its output"),
        ("stops-early", "must have the 5 days from 2008-12-30 to 2009-01-03 .* has 4 days"),
        ("misses-a-cell", r"OUT_EVAP is 9.9\d+e\+36 on 2008-12-30 at latitude 31.5, longitude 115"),
        ("gives-nan", "OUT_RUNOFF is nan on 2009-01-03 at latitude 31.5, longitude 115"),
        ("gives-garbage", "missing or impossible"),
        ("loses-water", "balance does not close.* 0.2.* mm on 2009-01-03 at latitude 31.5"),
        ("makes-water", "balance does not close.* -0.001 mm on 2009-01-03"),
        ("is-turned-over", "precipitation is not that of the forcing"),
        ("does-not-know-an-option", "Unrecognized option: OUTFREQ"),
    ],
)
def test_a_failure_or_a_wrong_answer_shows_its_cause(tmp_path, files, folder, behaviour, message):
    found = failure(tmp_path, files, folder, behaviour)
    assert re.search(message, found), found
    assert (folder / "vic.log").is_file()


@pytest.mark.parametrize("behaviour", ["hangs", "hangs-deaf"])
def test_a_program_that_hangs_is_ended(tmp_path, files, folder, behaviour, monkeypatch):
    monkeypatch.setattr("paramscape.vic.executable.program._PATIENCE", 0.2)
    found = failure(tmp_path, files, folder, behaviour, timeout_minutes=0.05)
    assert "vic.timeout_minutes=0.05" in found and "on the way" in found
    with pytest.raises(ProcessLookupError):
        os.kill(int((folder / "pid").read_text()), 0)


def test_a_program_that_is_no_program_is_refused_before_anything_is_written(
    tmp_path, files, folder
):
    text = tmp_path / "vic_image.exe"
    text.write_text("no program")
    for path, problem in ((text, "not executable"), (tmp_path / "none", "does not exist")):
        with pytest.raises(ProgramError, match=f"vic.executable is .*{problem}"):
            run_case(small_image_case.case(), files, Program(path), folder)
    with pytest.raises(ProgramError, match=r"vic.processes=2 needs .*no-mpirun"):
        several = program(tmp_path, processes=2, mpirun=("no-mpirun",))
        run_case(small_image_case.case(), files, several, folder)
    assert not folder.exists()


def test_a_file_that_cannot_be_executed_is_a_failure(tmp_path, files, folder):
    broken = tmp_path / "vic_image.exe"
    broken.write_bytes(b"\0" * 64)
    broken.chmod(0o755)
    with pytest.raises(ExecutableError, match="cannot be started"):
        run_case(small_image_case.case(), files, Program(broken), folder)


def test_more_processes_than_cells_are_refused(tmp_path, files, folder):
    mpirun = str(stand_in_vic.install_mpirun(tmp_path / "mpi"))
    found = failure(tmp_path, files, folder, processes=6, mpirun=(mpirun,))
    assert "vic.processes=6 is more than the 5 active cells" in found


def test_a_failed_run_is_replaced_but_no_other_folder(tmp_path, files, folder):
    failure(tmp_path, files, folder, "crashes")
    run_case(small_image_case.case(), files, program(tmp_path), folder)
    folder.mkdir()
    (folder / "thesis.tex").write_text("")
    with pytest.raises(FileExistsError, match=r"holds files and no global.txt"):
        run_case(small_image_case.case(), files, program(tmp_path), folder)
    assert (folder / "thesis.tex").exists()


def test_water_may_be_lost_where_vic_loses_it_but_not_more_than_the_canopy_had(
    tmp_path, files, folder
):
    case = small_image_case.case(fcan_src="FROM_VEGPARAM")
    partial = files.params.assign(fcanopy=0.5 * files.params["fcanopy"])
    lossy = replace(files, params=partial)
    run_case(case, lossy, program(tmp_path, "loses-water"), folder)
    with pytest.raises(ExecutableError, match="does not close"):
        run_case(case, files, program(tmp_path, "loses-water"), folder)
    with pytest.raises(ExecutableError, match="does not close"):
        run_case(case, lossy, program(tmp_path, "makes-water"), folder)


def test_the_global_file_says_what_the_case_is(tmp_path):
    case = small_image_case.case(snow_band=True, fcan_src="FROM_VEGPARAM", baseflow="NIJSSEN2001")
    read = read_global_file(write_global(case, tmp_path))
    assert read.options == case.options
    assert (read.start.isoformat()[:10], read.end.isoformat()[:10]) == ("2008-12-30", "2009-01-04")
    assert [v.name for v in read.streams[0].variables] == list(case.outputs)
    assert {v.dtype for v in read.streams[0].variables} == {"f8"}
    assert read.calendar == case.calendar


PERIODS = Periods(
    warmup=Period(start="2008-12-30", end="2008-12-31"),
    train=Period(start="2009-01-01", end="2009-01-01"),
    validation=Period(start="2009-01-02", end="2009-01-02"),
    test=Period(start="2009-01-03", end="2009-01-03"),
)
VALUES = torch.tensor([0.3, 0.02, 10.0, 0.8, 0.6, 1.2, 12.0], dtype=torch.float64).repeat(5, 1)


@pytest.fixture
def simulator(tmp_path, files, folder) -> VicImage:
    return VicImage(program(tmp_path), Priors().names, files, Vic(), PERIODS, folder)


def test_the_simulator_gives_the_targets_of_the_scored_days(simulator):
    targets = simulator.run(VALUES, PERIODS.scored)
    assert {name: value.shape for name, value in targets.items()} == dict.fromkeys(
        ("et", "runoff", "soil_moisture"), torch.Size([3, 5])
    )
    evaporated = targets["et"] / (targets["et"] + targets["runoff"])
    torch.testing.assert_close(evaporated, torch.full((3, 5), 0.5, dtype=torch.float64))
    # 30 % of a layer of 0.1 m, from the parameter file: layer 1 is not calibrated.
    wetness = torch.full((3, 5), 0.3, dtype=torch.float64)
    torch.testing.assert_close(targets["soil_moisture"], wetness)


def test_members_run_one_after_the_other(simulator):
    members = torch.stack([VALUES, VALUES])
    members[1, :, 0] = 0.1
    et = simulator.run(members, PERIODS.test)["et"]
    assert et.shape == (2, 1, 5)
    assert (et[0] > et[1]).all()


def test_nothing_can_be_learned_on_the_real_program(simulator):
    with pytest.raises(NotImplementedError, match="no gradient"):
        simulator.respin(VALUES)
    with pytest.raises(NotImplementedError, match="no gradient"):
        simulator.simulate_windows(VALUES, Windows(torch.tensor([0]), 1))
