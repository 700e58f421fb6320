"""Gather in one table the scores of variables that nothing learned from."""

from pathlib import Path

from paramscape.files import write_table
from paramscape.jobs.job import job
from paramscape.metrics.check_summary import tabulate_checks

if __name__ == "__main__":
    with job(snakemake):
        files = [Path(file) for file in snakemake.input.scores]
        write_table(tabulate_checks(files), Path(snakemake.output[0]))
