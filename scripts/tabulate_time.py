"""Tabulate computing times."""

from pathlib import Path

from paramscape.figures.collect import costs_of_runs, runs_behind_surrogates
from paramscape.figures.cost_table import write
from paramscape.jobs.job import job

if __name__ == "__main__":
    with job(snakemake):
        behind = runs_behind_surrogates(snakemake.params.settings)
        costs = costs_of_runs([Path(file) for file in snakemake.input], behind)
        write(costs[costs["method"] != "default"], Path(snakemake.output.csv).with_suffix(""))
