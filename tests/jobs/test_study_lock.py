"""What a killed run left is cleared only where it is known to be dead."""

import errno
import fcntl
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from paramscape.jobs.study_lock import StudyInUse, begin_run, prepare_run

RESULTS = Path("results/demo")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder in which Snakemake's lock of a run on the study was left."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARAMSCAPE_RUN", "")
    locks = tmp_path / ".snakemake/locks"
    locks.mkdir(parents=True)
    (locks / "0.input.lock").write_text("config/demo.yaml\n")
    (locks / "0.output.lock").write_text("results/demo/domain.nc\n")
    (locks / "1.output.lock").write_text("results/other/domain.nc\n")
    return tmp_path


def locks(folder: Path) -> set[str]:
    return {file.name for file in (folder / ".snakemake/locks").iterdir()}


def left_by(host: str, jobs: str = "here") -> None:
    owner = {"host": host, "process": 4711, "jobs": jobs}
    Path(".snakemake/demo.run").write_text(json.dumps(owner))


def test_the_lock_of_a_dead_run_on_this_host_is_cleared_and_no_other_studys(folder):
    left_by(socket.gethostname())
    assert prepare_run(RESULTS) is None
    assert locks(folder) == {"1.output.lock"}


@pytest.mark.parametrize("host", ["another-node", None])
def test_the_lock_of_a_run_that_may_live_elsewhere_is_left_with_a_word(folder, host):
    if host:
        left_by(host)
    assert f"host {host or 'unknown'}" in prepare_run(RESULTS)
    assert locks(folder) == {"0.input.lock", "0.output.lock", "1.output.lock"}


def test_the_lock_of_a_run_whose_jobs_may_live_on_a_cluster_is_left_with_a_word(folder):
    left_by(socket.gethostname(), "on a cluster")
    assert "let them end or cancel them, then snakemake --unlock" in prepare_run(RESULTS)
    assert "0.output.lock" in locks(folder)


def test_a_living_run_is_named_and_keeps_its_lock(folder):
    code = (
        "import time; from pathlib import Path; from paramscape.jobs.study_lock import begin_run; "
        "begin_run(Path('results/demo')); print('begun', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as run:
        assert run.stdout.readline() == b"begun\n"
        assert f"process {run.pid} since" in prepare_run(RESULTS)
        with pytest.raises(StudyInUse, match=f"process {run.pid}"):
            begin_run(RESULTS)
        run.kill()
    assert "0.output.lock" in locks(folder)
    assert prepare_run(RESULTS) is None
    assert locks(folder) == {"1.output.lock"}


def test_without_locks_of_the_file_system_snakemakes_lock_is_left_alone(folder, monkeypatch):
    def refuse(*_) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    left_by(socket.gethostname())
    monkeypatch.setattr(fcntl, "flock", refuse)
    assert prepare_run(RESULTS) is None
    assert "0.output.lock" in locks(folder)
