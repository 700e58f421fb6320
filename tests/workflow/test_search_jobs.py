"""The search for settings is a part of the graph, and sees nothing but validation."""

import re

import pytest

SEARCH = ("--configfile", "config/demo.yaml", "config/paper-grids.yaml")


@pytest.fixture(scope="module")
def edges(untouched) -> set[tuple[str, str]]:
    """Pairs of rules, (maker, reader), of the demo with the paper's grids."""
    return untouched.edges(*SEARCH)


def ancestors(edges: set[tuple[str, str]], rule: str) -> set[str]:
    found, new = set(), {rule}
    while new:
        new = {maker for maker, reader in edges if reader in new} - found
        found |= new
    return found


def test_a_choice_reads_the_histories_of_candidates_alone(edges) -> None:
    assert {maker for maker, reader in edges if reader == "choose_candidate"} == {"try_candidate"}


def test_no_choice_depends_on_a_simulation_or_score_of_the_test_period(edges) -> None:
    made = ancestors(edges, "choose_candidate")
    assert "try_candidate" in made
    assert not made & {"simulate", "score", "tabulate_scores", "score_recovery", "calibrate"}


def test_a_calibration_waits_for_the_choice(edges) -> None:
    assert ("choose_candidate", "calibrate") in edges


def test_every_combination_is_a_job_on_every_simulator_of_the_method(untouched) -> None:
    answer = untouched.snakemake("--dry-run", *SEARCH)
    tried = set(re.findall(r"Try candidate (\d+) of (\S+) on (\w+)", answer.stdout))
    assert len(tried) == (6 * 5 + 5) * 2


def test_without_a_search_nothing_is_tried(untouched) -> None:
    assert not untouched.planned() & {"try_candidate", "choose_candidate"}
