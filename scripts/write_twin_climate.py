"""Write the twin's CMFD files of one year."""

from paramscape.jobs.job import job
from paramscape.study import Period, section
from paramscape.twin.cmfd_files import write_climate
from paramscape.twin.grids import grid_of

if __name__ == "__main__":
    with job(snakemake):
        study = snakemake.params.settings
        write_climate(
            section(study, "products").forcing,
            Period(**snakemake.params.days),
            grid_of(section(study, "domain")),
            section(study, "twin.seed"),
        )
