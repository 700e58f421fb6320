"""Prepare the domain."""

from pathlib import Path

from paramscape.files import write_dataset
from paramscape.jobs.job import job
from paramscape.prepare.domain import prepare_domain
from paramscape.study import section

if __name__ == "__main__":
    with job(snakemake) as made:
        settings = snakemake.params.settings
        domain = prepare_domain(
            section(settings, "domain"),
            section(settings, "products.elevation"),
            section(settings, "vic.parameters"),
            section(settings, "space"),
        )
        write_dataset(domain, Path(snakemake.output[0]), "domain", made)
