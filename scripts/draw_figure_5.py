"""Draw figure 5."""

from pathlib import Path

import pandas as pd
import xarray as xr

from paramscape.figures.collect import caption, change_of_runs, joined_changes, mask_of
from paramscape.figures.rmse_change import draw
from paramscape.jobs.job import job


def main(inputs) -> xr.DataArray:
    """Relative RMSE change (period, run, lat, lon) [%]."""
    periods = pd.Index(["train", "test"], name="period")
    changes = [
        change_of_runs(inputs.train, inputs.default_train),
        change_of_runs(inputs.test, inputs.default_test),
    ]
    return joined_changes(changes, periods)


if __name__ == "__main__":
    with job(snakemake):
        settings, scored = snakemake.params.settings, snakemake.wildcards.scored
        draw(
            main(snakemake.input),
            mask_of(snakemake.input.domain),
            Path(snakemake.output.png).with_suffix(""),
            caption(settings, scored=scored),
        )
