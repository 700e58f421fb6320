"""A run that is killed is started again by the same command, and gives what it would have given."""

import shutil
import signal
import socket

import pytest
from tiny_study import FIGURE, RUN, SCORE, TinyStudy, frozen_worker, wait_for

STAGES = {
    "prepare": ("prepare_forcing", "vic/forcing.2009.nc"),
    "ensemble": ("run_members", "ensemble/fluxes-0.nc"),
    "surrogate": ("train_surrogate", "surrogate/lstm/round-0/weights.pt"),
    "calibration": ("calibrate", f"{RUN}/parameters.nc"),
    "scoring": ("score", SCORE),
    "figures": ("draw_score_maps", FIGURE),
}


@pytest.fixture(scope="module")
def broken(repository, tmp_path_factory) -> TinyStudy:
    """A study that is killed in stage after stage."""
    return TinyStudy.new(repository, tmp_path_factory.mktemp("faults") / "broken")


@pytest.mark.parametrize("stage", STAGES)
def test_a_run_killed_in_a_stage_is_taken_up_by_the_same_command(stage, broken, clean, fault):
    rule, target = STAGES[stage]
    run = broken.start(target)
    worker = frozen_worker(broken, run, rule)
    run.send_signal(signal.SIGKILL)
    run.wait()
    fault(f"Snakemake killed in {stage}")
    assert not (broken.results / target).exists()
    assert worker.is_running()
    said = broken.make(target)
    assert f"Ended process {worker.pid}, a job of a run that was killed" in said
    assert not worker.is_running()
    assert broken.content(target) == clean.content(target)


def test_the_study_that_was_killed_in_every_stage_equals_the_one_that_was_not(broken, clean):
    broken.make(FIGURE)
    assert broken.content() == clean.content()
    assert broken.left_over() == []


def test_two_runs_on_one_study_at_once_are_refused(study, fault):
    """Even where Snakemake's own lock is gone: it removes all locks when any of its runs ends."""
    (study.results / FIGURE).unlink()
    first = study.start(FIGURE)
    worker = frozen_worker(study, first, "draw_score_maps")
    for lock in ("there", "gone"):
        if lock == "gone":
            shutil.rmtree(study.folder / ".snakemake/locks")
        status, said = study.run(FIGURE)
        fault(f"a second run on the study, with Snakemake's own lock {lock}")
        assert status != 0
        assert "Another run is working on results/tiny (host" in said
        assert f"process {first.pid}" in said
        assert "Traceback" not in said
    worker.resume()
    assert first.wait() == 0
    assert (study.results / FIGURE).exists()


def test_the_lock_of_a_run_on_another_host_is_left_to_the_user(study, fault):
    (study.results / FIGURE).unlink()
    run = study.start(FIGURE)
    worker = frozen_worker(study, run, "draw_score_maps")
    for process in (run, worker):
        process.kill()
    run.wait()
    owner = study.folder / ".snakemake/tiny.run"
    owner.write_text(owner.read_text().replace(socket.gethostname(), "another-node"))
    fault("Snakemake killed on another host")
    status, said = study.run(FIGURE)
    assert status != 0
    assert "was left on host another-node" in said
    assert "snakemake --unlock" in said


def test_a_run_killed_before_its_first_job_leaves_nothing_in_the_way(study, fault):
    (study.results / FIGURE).unlink()
    run = study.start(FIGURE)
    wait_for(lambda: list((study.folder / ".snakemake/locks").glob("*.lock")), run)
    run.kill()
    run.wait()
    fault("Snakemake killed as soon as it had its lock")
    study.make(FIGURE)
