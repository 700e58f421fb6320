"""A training over its time limit, cancelled, and on a node that dies ends as an undisturbed one."""

import shutil
import time
from dataclasses import dataclass, field

import pandas as pd
import pytest
from one_node import OneNode

from conftest import ended
from study import Record, Study

RUN = "results/demo/calibration/dpl-a/vic/seed-1"
TARGET = f"{RUN}/parameters.nc"
SECONDS = 900


@dataclass
class Disturbance:
    """One of them: the job that it hit, how that ended, and epochs done before and after it."""

    job: Record
    before: int
    after: int = 0


@dataclass
class Course:
    """A training that was stopped three times, and an undisturbed one without Slurm."""

    disturbed: Study
    whole: Study
    statuses: tuple[int, int] = (-1, -1)
    disturbances: dict[str, Disturbance] = field(default_factory=dict)


def epochs(study: Study) -> int:
    """Epochs in the history of the attempt that runs."""
    file = study.folder / RUN / "history.csv"
    return len(pd.read_csv(file, comment="#")) if file.exists() and file.stat().st_size else 0


def wait(holds) -> None:
    until = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError(f"not within {SECONDS} s")
        time.sleep(0.2)


def next_epochs(study: Study, more: int = 5) -> tuple[Record, int]:
    """Wait until an attempt runs and has done some epochs; its job, and how many were there first.

    An attempt that continues from a checkpoint has all epochs of the one before at once.
    """
    wait(lambda: study.records()[-1:] and study.records()[-1].state == "RUNNING")
    wait(lambda: epochs(study) > 0)
    first = epochs(study)
    wait(lambda: epochs(study) >= first + more)
    return study.records()[-1], first


def disturb(study: Study, slurm: OneNode) -> dict[str, Disturbance]:
    """A time limit that is too short, then scancel, then a node that dies and comes back."""
    found: dict[str, Disturbance] = {}
    for name in ("limit", "cancel", "crash", "none"):
        job, first = next_epochs(study)
        for earlier in found.values():
            earlier.after = earlier.after or first
        found[name] = Disturbance(job, epochs(study))
        if name == "limit":
            slurm.ask("scontrol", "update", f"JobId={job.number}", "TimeLimit=1")
        elif name == "cancel":
            slurm.ask("scancel", str(job.number))
        elif name == "crash":
            slurm.crash_node()
            slurm.wait_for_node("down")
            slurm.start_node()
        if name != "none":
            wait(lambda number=job.number: study.record(number).state != "RUNNING")
    return found


@pytest.fixture(scope="module")
def course(demo, slurm, tmp_path_factory):
    """The two trainings, after their ends."""
    folder = tmp_path_factory.mktemp("disturbed")
    studies = [demo.study.copy(folder / n, "short.yaml", "long.yaml") for n in ("slurm", "alone")]
    for study in studies:
        shutil.rmtree(study.folder / RUN)
    disturbed, whole = studies
    runs = [disturbed.start("--", TARGET), whole.start_here("--", TARGET)]
    try:
        disturbances = disturb(disturbed, slurm)
    finally:
        statuses = tuple(ended(run, SECONDS) for run in runs)
    return Course(disturbed, whole, statuses, disturbances)


def test_it_ends_with_the_same_bytes(course):
    assert course.statuses == (0, 0), course.disturbed.said()[-3000:]
    files = [study.folder / TARGET for study in (course.disturbed, course.whole)]
    assert files[0].read_bytes() == files[1].read_bytes()
    histories = [
        pd.read_csv(study.folder / RUN / "history.csv", comment="#").drop(columns="seconds")
        for study in (course.disturbed, course.whole)
    ]
    pd.testing.assert_frame_equal(*histories, check_exact=True)


@pytest.mark.parametrize("name", ["limit", "cancel", "crash"])
def test_no_epoch_is_done_twice_but_the_one_that_was_cut_off(course, name):
    disturbance, cut_off = course.disturbances[name], 1 if name == "crash" else 0
    assert disturbance.after >= disturbance.before - cut_off


@pytest.mark.parametrize("name", ["limit", "cancel"])
def test_an_attempt_that_is_told_to_end_says_what_is_kept(course, name):
    number = course.disturbances[name].job.number
    said = course.disturbed.slurm_log(number)
    assert "Stopped by SIGTERM. The last good checkpoint is kept, of epoch " in said
    assert "Traceback" not in said


def test_slurm_ended_each_attempt_as_it_was_told_to_and_the_next_got_more(course):
    records = {r.number: r for r in course.disturbed.records()}
    jobs = [course.disturbances[name].job for name in ("limit", "cancel", "crash")]
    assert len({job.number for job in jobs}) == len(records) == 3
    states = [records[job.number].state for job in jobs]
    assert states[0] in ("FAILED", "TIMEOUT")  # stopped before its limit, or at it
    assert states[1:] == ["CANCELLED", "COMPLETED"]
    assert [job.memory for job in jobs] == ["4000M", "8000M", "12000M"]
    assert [job.limit for job in jobs] == ["8:00:00", "16:00:00", "1-00:00:00"]


def test_slurm_put_the_job_of_the_dead_node_back_into_its_queue(course, slurm):
    job = course.disturbances["crash"].job
    shown = slurm.ask("scontrol", "show", "job", str(job.number))
    assert "Restarts=1" in shown
    assert course.disturbances["none"].job.number == job.number
