"""Draw figure 9."""

from pathlib import Path

from paramscape.figures.collect import caption, mask_of, scores_by_simulator
from paramscape.figures.without_discriminator import draw
from paramscape.jobs.job import job

if __name__ == "__main__":
    with job(snakemake):
        settings, inputs = snakemake.params.settings, snakemake.input
        draw(
            scores_by_simulator(inputs.scores, inputs.default, snakemake.params.simulators),
            mask_of(inputs.domain),
            Path(snakemake.output.png).with_suffix(""),
            caption(settings, period="test", scored=snakemake.wildcards.scored),
        )
