"""Draw the losses of the trainings."""

from pathlib import Path

from paramscape.figures._page import Caption
from paramscape.figures.collect import histories_of_runs, loss_weights
from paramscape.figures.figure_s3 import draw
from paramscape.job import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings, histories = snakemake.params.settings, histories_of_runs(snakemake.input)
        of_methods = {
            name.removeprefix("calibration."): values
            for name, values in settings.items()
            if name.startswith("calibration.")
        }
        draw(
            histories,
            Path(snakemake.output.png).with_suffix(""),
            Caption(settings["study"]["title"]),
            weights=loss_weights(histories, of_methods),
        )
