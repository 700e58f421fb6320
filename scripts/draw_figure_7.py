"""Draw figure 7."""

from pathlib import Path

from paramscape.figures.collect import caption, scored_title, scores_of_runs
from paramscape.figures.figure7 import draw
from paramscape.job import logged
from paramscape.study import section

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings = snakemake.params.settings
        scores = scores_of_runs([Path(file) for file in snakemake.input])
        words = caption(
            scored_title(settings["study"]["title"], snakemake.wildcards.scored),
            section(settings, "calibration.target"),
            section(settings, "periods").test,
        )
        stem = Path(snakemake.output.png).with_suffix("")
        draw(scores["fss"], stem, words)
