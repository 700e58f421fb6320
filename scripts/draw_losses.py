"""Draw the losses of the trainings."""

from pathlib import Path

from paramscape.figures._page import Caption
from paramscape.figures.collect import histories_of_runs
from paramscape.figures.losses import draw
from paramscape.job import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        draw(
            histories_of_runs([Path(file) for file in snakemake.input]),
            Path(snakemake.output.png).with_suffix(""),
            Caption(snakemake.params.settings["study"]["title"]),
        )
