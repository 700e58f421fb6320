"""Refinement rounds: each starts from the one before, and everybody uses the last."""

import re

import pytest

TWO = ("--config", "surrogate={refinement: {rounds: 2, methods: [gan-po, dpl-z]}}")
ROUNDS = {"calibrate_pilot", "sample_near_pilots", "run_members_of_round", "fine_tune_surrogate"}


@pytest.fixture(scope="module")
def plan(untouched) -> dict[str, str]:
    """What the dry run prints of each job, by its message."""
    answer = untouched.snakemake("--dry-run", *TWO)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    jobs = re.findall(r"Job \d+: (.*?)\n(.*?)(?=\n\[|\Z)", answer.stdout, re.S)
    return dict(jobs)


def test_without_rounds_nothing_of_them_runs(untouched) -> None:
    assert not untouched.planned() & ROUNDS


def test_each_round_holds_a_pilot_per_method_and_one_set_of_members(plan) -> None:
    for number in (1, 2):
        for method in ("gan-po", "dpl-z"):
            assert f"Calibrate a pilot by {method} on lstm for round {number}" in plan
        assert f"Fine-tune the lstm surrogate, round {number}" in plan


def test_a_pilot_uses_the_surrogate_of_the_round_before(untouched) -> None:
    edges = untouched.edges(*TWO)
    makers = {maker for maker, reader in edges if reader == "calibrate_pilot"}
    assert {"train_surrogate", "fine_tune_surrogate"} <= makers
    assert "take_last_round" not in makers


def test_all_that_follows_uses_the_surrogate_of_the_last_round(untouched) -> None:
    edges = untouched.edges(*TWO)
    assert {r for m, r in edges if m == "take_last_round"} == {
        "score_surrogate",
        "calibrate",
        "simulate",
    }
    assert {m for m, r in edges if r == "take_last_round"} == {"fine_tune_surrogate"}


def test_no_round_sees_the_test_period_or_the_truth(untouched) -> None:
    edges = untouched.edges(*TWO)
    readers = {reader for maker, reader in edges if maker in ("simulate", "score", "observe_truth")}
    assert not readers & ROUNDS


def test_turning_rounds_on_keeps_what_was_trained_before(finished) -> None:
    planned = finished.planned(*TWO)
    assert planned >= ROUNDS
    assert not planned & {"train_surrogate", "run_members", "sample_members"}
