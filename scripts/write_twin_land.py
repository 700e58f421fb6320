"""Write the twin's terrain, soil, land cover and basin."""

from paramscape.jobs.job import job
from paramscape.study import section
from paramscape.twin.static_files import write_static

if __name__ == "__main__":
    with job(snakemake):
        study = snakemake.params.settings
        write_static(
            section(study, "products"),
            section(study, "domain"),
            section(study, "twin.seed"),
            section(study, "twin.kind"),
        )
