"""Prepare an observed variable that is only scored."""

from pathlib import Path

from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.job import job
from paramscape.prepare.variable_checks import prepare_check
from paramscape.study import periods_of, section

if __name__ == "__main__":
    with job(snakemake) as made:
        settings, variable = snakemake.params.settings, snakemake.wildcards.variable
        observed = prepare_check(
            section(settings, "products.checks")[variable],
            variable,
            periods_of(settings).scored,
            read_dataset(Path(snakemake.input.domain), "domain"),
        )
        write_dataset(observed, Path(snakemake.output[0]), f"{variable}-check", made)
