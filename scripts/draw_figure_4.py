"""Draw figure 4."""

from pathlib import Path

from paramscape.figures.collect import caption, mask_of, scores_of_runs
from paramscape.figures.score_maps import draw
from paramscape.jobs.job import job

if __name__ == "__main__":
    with job(snakemake):
        settings, scored = snakemake.params.settings, snakemake.wildcards.scored
        draw(
            scores_of_runs(snakemake.input.scores),
            mask_of(snakemake.input.domain),
            Path(snakemake.output.png).with_suffix(""),
            caption(settings, period="test", scored=scored),
        )
