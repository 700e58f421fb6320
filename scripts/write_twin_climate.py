"""Write the twin's CMFD files of one year."""

from paramscape.job import logged
from paramscape.products.twin.cmfd_files import write_climate
from paramscape.products.twin.grids import grid_of
from paramscape.study import Period, section

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        study = snakemake.params.study
        write_climate(
            section(study, "products").forcing,
            Period(**snakemake.params.days),
            grid_of(section(study, "domain")),
            section(study, "twin.seed"),
        )
