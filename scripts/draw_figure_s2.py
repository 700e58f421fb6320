"""Draw the skill of a surrogate on the test members."""

from pathlib import Path

import pandas as pd

from paramscape.figures.collect import caption, mask_of
from paramscape.figures.surrogate_skill import draw
from paramscape.files import read_netcdf, read_table
from paramscape.jobs.job import job
from paramscape.study import section


def main(table: Path, target: str) -> pd.DataFrame:
    """Sensitivity of the target to each parameter, and where the gate warns of it."""
    sensitivity = read_table(table)
    return sensitivity[sensitivity["target"] == target]


if __name__ == "__main__":
    with job(snakemake):
        settings, inputs = snakemake.params.settings, snakemake.input
        draw(
            read_netcdf(Path(inputs.skill)),
            main(Path(inputs.sensitivity), section(settings, "calibration.target")),
            mask_of(inputs.domain),
            Path(snakemake.output.png).with_suffix(""),
            caption(settings, period="train"),
            surrogate=snakemake.wildcards.surrogate,
        )
