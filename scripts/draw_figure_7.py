"""Draw figure 7."""

from pathlib import Path

from paramscape.figures.collect import caption, scores_of_runs
from paramscape.figures.fss_curves import draw
from paramscape.jobs.job import job

if __name__ == "__main__":
    with job(snakemake):
        settings, scored = snakemake.params.settings, snakemake.wildcards.scored
        draw(
            scores_of_runs(snakemake.input)["fss"],
            Path(snakemake.output.png).with_suffix(""),
            caption(settings, period="test", scored=scored),
        )
