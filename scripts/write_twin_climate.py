"""Write the twin's weather of one year in the files of the forcing product."""

from pathlib import Path

from paramscape.files import read_dataset
from paramscape.jobs.job import job
from paramscape.study import Period, section
from paramscape.twin.cmfd_files import write_climate
from paramscape.twin.grids import grid_of
from paramscape.twin.nldas_files import NldasCells, write_nldas

if __name__ == "__main__":
    with job(snakemake):
        study, days = snakemake.params.settings, Period(**snakemake.params.days)
        forcing, seed = section(study, "products").forcing, section(study, "twin.seed")
        if section(study, "twin.kind") == "conus":
            cells = NldasCells.of(read_dataset(Path(snakemake.input.domain), "domain"))
            write_nldas(forcing, days, seed, cells)
        else:
            write_climate(forcing, days, grid_of(section(study, "domain")), seed)
