"""One target runs every method on every simulator at the study's own size."""

import re
from typing import get_args

import pytest

from paramscape.study import all_runs
from paramscape.study.calibration import MethodName, SimulatorName

RUNS = {(run.method, run.simulator) for run in all_runs()}


@pytest.fixture(scope="module")
def plan(untouched) -> str:
    answer = untouched.snakemake("--dry-run", "all_methods")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def test_every_learning_method_meets_every_simulator_and_the_default_only_vic() -> None:
    methods, simulators = get_args(MethodName), get_args(SimulatorName)
    assert ("ies", "arnet") not in RUNS  # which couples cells
    assert len(RUNS) == (len(methods) - 1) * len(simulators) + 1 - 1
    assert {s for m, s in RUNS if m == "default"} == {"vic"}


def test_all_of_them_are_calibrated_and_written_for_vic(plan) -> None:
    assert set(re.findall(r"Calibrate by (\S+) on (\w+), seed 1", plan)) == RUNS
    written = re.findall(r"Write the parameters of (\S+) on (\w+) as a VIC file", plan)
    assert set(written) == RUNS


def test_all_of_them_are_in_one_table_and_the_studys_own_table_is_left_alone(plan) -> None:
    assert "tables/all-methods.md" in plan
    assert "tables/methods.md" not in plan
    table = plan.split("Tabulate the scores of the runs of all-methods")[1].split("\n[")[0]
    for method, simulator in RUNS:
        assert f"scores/{method}/{simulator}/seed-1/{simulator}-test.nc" in table
        assert f"scores/{method}/{simulator}/seed-1/vic-test.nc" in table


def test_a_method_with_samples_writes_them_with_its_parameters(untouched) -> None:
    posterior = "results/demo/calibration/ies/vic/seed-1/posterior.nc"
    assert "calibrate_posterior" in untouched.snakemake("--dry-run", posterior).stdout
    answer = untouched.snakemake("--dry-run", posterior.replace("ies", "dpl-a"))
    assert answer.returncode != 0 and "MissingRuleException" in answer.stdout + answer.stderr
