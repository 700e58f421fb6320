"""Draw figure 5."""

from pathlib import Path

import pandas as pd
import xarray as xr

from paramscape.figures.collect import caption, change_of_runs, scored_title
from paramscape.figures.figure5 import draw
from paramscape.files import read_dataset
from paramscape.job import logged
from paramscape.study import section


def main(inputs) -> xr.DataArray:
    """Relative RMSE change (period, run, lat, lon) [%]."""
    periods = pd.Index(["train", "test"], name="period")
    changes = [
        change_of_runs([Path(f) for f in runs], [Path(f) for f in defaults])
        for runs, defaults in (
            (inputs.train, inputs.default_train),
            (inputs.test, inputs.default_test),
        )
    ]
    return xr.concat(changes, periods)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings = snakemake.params.settings
        draw(
            main(snakemake.input),
            read_dataset(Path(snakemake.input.domain), "domain")["mask"],
            Path(snakemake.output.png).with_suffix(""),
            caption(
                scored_title(settings["study"]["title"], snakemake.wildcards.scored),
                section(settings, "calibration.target"),
            ),
        )
