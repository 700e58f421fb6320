"""The demo runs on Slurm through the profile: the same files, by jobs that Slurm knows of."""

import subprocess
import sys
from collections import Counter
from itertools import pairwise

from conftest import ended

LIGHT = ("draw_", "tabulate_", "write_vic_parameters", "check_sensitivity", "take_last_round")
METHODS = ("default", "cell-sceua")
LIMITS = {"rule_calibrate": ("8:00:00", "4000M"), "rule_run_members": ("4:00:00", "4000M")}


def kinds(records):
    """How many jobs of each rule or group Slurm has, by the state in which they ended."""
    return Counter((r.comment.split("_wildcards_")[0], r.state) for r in records)


def test_every_figure_table_and_parameter_file_is_there(demo, repository):
    print(f"the demo took {demo.minutes:.1f} minutes on Slurm")
    assert demo.status == 0, demo.study.said()[-3000:]
    answer = subprocess.run(
        [sys.executable, str(repository / ".ci/expect.py"), "config/demo.yaml"],
        cwd=demo.study.folder,
        env={**demo.study.slurm.environment, "PYTHONPATH": "src"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr


def test_slurm_ran_every_training_simulation_and_batch_once(demo):
    found = kinds(demo.study.records())
    assert {state for _, state in found} == {"COMPLETED"}
    counts = {kind: count for (kind, _), count in found.items()}
    assert counts["rule_calibrate"] == 9
    assert counts["rule_run_members"] == 2
    assert counts["rule_train_surrogate"] == 1
    assert counts["rule_verify_score_simulate"] == 12


def test_slurm_ran_no_job_for_a_table_or_a_figure(demo):
    comments = [record.comment for record in demo.study.records()]
    assert not [c for c in comments if c.removeprefix("rule_").startswith(LIGHT)]
    assert len(comments) < 45


def test_slurm_was_asked_for_each_rules_memory_and_time(demo):
    for record in demo.study.records():
        kind = record.comment.split("_wildcards_")[0]
        if kind in LIMITS:
            assert (record.limit, record.memory) == LIMITS[kind]


def test_slurms_log_of_finished_jobs_holds_them_all(demo):
    log = (demo.study.slurm.folder / "finished-jobs.txt").read_text()
    lines = [line for line in log.splitlines() if f"WorkDir={demo.study.folder} " in line]
    assert len(lines) == len(demo.study.records())
    assert all("JobState=COMPLETED" in line and "Partition=tests" in line for line in lines)


def test_a_calibration_on_slurm_and_one_without_give_the_same_bytes(demo, tmp_path):
    alone = demo.study.copy(tmp_path / "alone", "short.yaml")
    file = "results/demo/calibration/dpl-a/vic/seed-1/parameters.nc"
    (alone.folder / file).unlink()
    assert ended(alone.start_here("--", file), 300) == 0, alone.said()[-3000:]
    assert (alone.folder / file).read_bytes() == (demo.study.folder / file).read_bytes()


def test_jobs_that_ask_for_the_one_gpu_have_it_one_after_the_other(demo, tmp_path):
    study = demo.study.copy(tmp_path / "gpu", "short.yaml")
    files = [f"results/demo/calibration/{m}/vic/seed-1/parameters.nc" for m in METHODS]
    for file in files:
        (study.folder / file).unlink()
    run = study.start("--set-resources", "calibrate:gpu=1", "--", *files)
    assert ended(run, 300) == 0, study.said()[-3000:]
    records = study.records()
    assert len(records) == len(METHODS)
    for record in records:
        assert record.state == "COMPLETED"
        shown = study.slurm.ask("scontrol", "show", "job", str(record.number))
        assert "TresPerJob=gres:gpu:1" in shown
    spans = sorted((record.start, record.end) for record in records)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
