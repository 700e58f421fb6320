"""Several seeds are several calibrations, and all of them reach the tables."""

import re

TWO = ("--config", "calibration={seeds: 2}")


def test_every_run_is_calibrated_and_scored_with_every_seed(untouched) -> None:
    answer = untouched.snakemake("--dry-run", *TWO, "--", "results/demo/tables/methods.md")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    runs = re.findall(r"Calibrate by (\S+ on \S+), seed (\d)", answer.stdout)
    assert len(set(runs)) == len({run for run, _ in runs}) * 2 > 2
    table = answer.stdout.split("Tabulate the scores of the runs of methods")[1].split("[")[0]
    for run, seed in set(runs):
        method, simulator = run.split(" on ")
        for verifier in {simulator, "vic"}:
            assert f"{method}/{simulator}/seed-{seed}/{verifier}-test.nc" in table, run
