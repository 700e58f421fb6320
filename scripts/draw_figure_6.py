"""Draw figure 6."""

from pathlib import Path

from paramscape.figures.collect import caption, scores_of_runs
from paramscape.figures.daily_patterns import draw
from paramscape.jobs.job import job

if __name__ == "__main__":
    with job(snakemake):
        settings, scored = snakemake.params.settings, snakemake.wildcards.scored
        draw(
            scores_of_runs(snakemake.input),
            Path(snakemake.output.png).with_suffix(""),
            caption(settings, period="test", scored=scored),
        )
