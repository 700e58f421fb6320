"""Draw figure 8."""

from pathlib import Path

from paramscape.figures._page import Caption
from paramscape.figures.collect import mask_of, parameters_of_runs
from paramscape.figures.parameter_maps import draw
from paramscape.files import read_dataset
from paramscape.jobs.job import job

if __name__ == "__main__":
    with job(snakemake):
        truth = snakemake.input.get("truth")
        draw(
            parameters_of_runs(snakemake.input.parameters),
            mask_of(snakemake.input.domain),
            Path(snakemake.output.png).with_suffix(""),
            Caption(snakemake.params.settings["study.title"]),
            truth=read_dataset(Path(truth), "parameters")["parameters"] if truth else None,
        )
