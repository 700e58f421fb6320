"""Write what is observed of the truth as files of SMAP or MOD16."""

from pathlib import Path

from paramscape.files import read_dataset
from paramscape.jobs.job import job
from paramscape.study import section
from paramscape.twin.pixel_files import write_pixels

if __name__ == "__main__":
    with job(snakemake):
        study, variable = snakemake.params.settings, snakemake.params.variable
        write_pixels(
            section(study, snakemake.params.role)[variable],
            [Path(file) for file in snakemake.output],
            read_dataset(Path(snakemake.input.truth), variable)[variable],
            read_dataset(Path(snakemake.input.domain), "domain"),
            section(study, "twin"),
        )
