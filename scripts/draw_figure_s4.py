"""Draw figure S4."""

from pathlib import Path

from paramscape.figures.collect import caption, mask_of, verified_runs
from paramscape.figures.verification_gap import draw
from paramscape.jobs.job import job

if __name__ == "__main__":
    with job(snakemake):
        inputs = snakemake.input
        defaults = {"own": inputs.default_own, "vic": inputs.default_vic}
        draw(
            verified_runs(inputs.own, inputs.vic, defaults),
            mask_of(inputs.domain),
            Path(snakemake.output.png).with_suffix(""),
            caption(snakemake.params.settings, period="test"),
        )
