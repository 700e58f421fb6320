"""Choose among the candidates of a method by their validation."""

from pathlib import Path

from paramscape.calibration.hyperparameters import tabulate_candidates, write_choice
from paramscape.files import write_table
from paramscape.jobs.job import job

if __name__ == "__main__":
    with job(snakemake):
        candidates, output = snakemake.params.candidates, snakemake.output
        table = tabulate_candidates(candidates, [Path(file) for file in snakemake.input])
        write_table(table, Path(output.table))
        write_choice(table, candidates, Path(output.choice))
