"""Draw figure 10."""

from pathlib import Path

from paramscape.figures.by_simulator import draw
from paramscape.figures.collect import caption, mask_of, scores_of_runs
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
