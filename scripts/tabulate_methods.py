"""Tabulate all methods, on their simulators and in VIC."""

from pathlib import Path

from paramscape.figures.collect import costs_of_runs, recovery_of_runs, runs_behind_surrogates
from paramscape.figures.methods_table import write
from paramscape.files import read_table
from paramscape.jobs.job import job
from paramscape.study import section
from paramscape.study.quantities import UNITS


def main(inputs, stem: Path, target: str, behind: int) -> None:
    """Write the table of the test period."""
    scores = read_table(inputs.scores)
    costs = costs_of_runs([Path(file) for file in inputs.histories], behind)
    if inputs.get("recovery"):
        costs = costs.merge(recovery_of_runs(read_table(inputs.recovery)), how="left")
    test = scores[scores["period"] == "test"].drop(columns="period")
    write(test, costs, stem, field_unit=UNITS[target])


if __name__ == "__main__":
    with job(snakemake):
        settings = snakemake.params.settings
        target, stem = section(settings, "calibration.target"), Path(snakemake.output.csv)
        behind = runs_behind_surrogates(settings)
        main(snakemake.input, stem.with_suffix(""), target, behind)
