"""Draw figure 4."""

from pathlib import Path

from paramscape.figures.collect import caption, scored_title, scores_of_runs
from paramscape.figures.figure4 import draw
from paramscape.files import read_dataset
from paramscape.job import logged
from paramscape.study import section

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings = snakemake.params.settings
        scores = scores_of_runs([Path(file) for file in snakemake.input.scores])
        mask = read_dataset(Path(snakemake.input.domain), "domain")["mask"]
        words = caption(
            scored_title(settings["study"]["title"], snakemake.wildcards.scored),
            section(settings, "calibration.target"),
            section(settings, "periods").test,
        )
        stem = Path(snakemake.output.png).with_suffix("")
        draw(scores, mask, stem, words)
