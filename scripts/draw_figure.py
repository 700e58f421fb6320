"""Draw a figure or write a table from the files of a study."""

from paramscape.figures.job import FigureJob, make
from paramscape.jobs.job import job

if __name__ == "__main__":
    with job(snakemake):
        make(snakemake.params.figure, FigureJob.of(snakemake))
