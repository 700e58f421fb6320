"""Write the twin's terrain, soil, land cover and basin."""

from paramscape.job import logged
from paramscape.products.twin.static_files import write_static
from paramscape.study import section

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        study = snakemake.params.study
        write_static(
            section(study, "products"), section(study, "domain"), section(study, "twin.seed")
        )
