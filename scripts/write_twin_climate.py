"""Write the twin's CMFD files of one year."""

from paramscape.jobs.job import job
from paramscape.products.twin.cmfd_files import write_climate
from paramscape.products.twin.grids import grid_of
from paramscape.study import Period, section

if __name__ == "__main__":
    with job(snakemake):
        study = snakemake.params.settings
        write_climate(
            section(study, "products").forcing,
            Period(**snakemake.params.days),
            grid_of(section(study, "domain")),
            section(study, "twin.seed"),
        )
