"""Write what is observed of the truth as GLEAM files."""

from pathlib import Path

from paramscape.files import read_dataset
from paramscape.jobs.job import job
from paramscape.study import section
from paramscape.twin.gleam_files import write_gleam

if __name__ == "__main__":
    with job(snakemake):
        target = snakemake.params.target
        product = section(snakemake.params.settings, "products.observations")[target]
        observed = read_dataset(Path(snakemake.input[0]), target)[target]
        write_gleam(
            observed.sel(time=observed.time.dt.year.isin(snakemake.params.years)),
            product.folder,
            product.version,
            product.variable_of(target),
        )
