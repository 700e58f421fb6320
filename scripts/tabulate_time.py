"""Tabulate computing times."""

from pathlib import Path

from paramscape.figures.collect import costs_of_runs
from paramscape.figures.table2 import write
from paramscape.job import logged
from paramscape.study import section

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        ensemble = section(snakemake.params.settings, "ensemble")
        costs = costs_of_runs([Path(file) for file in snakemake.input], ensemble.members)
        write(costs[costs["method"] != "default"], Path(snakemake.output.csv).with_suffix(""))
