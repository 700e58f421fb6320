"""Draw the study area, its climate and its observations."""

from pathlib import Path

import xarray as xr

from paramscape.figures.collect import caption
from paramscape.figures.study_area import draw
from paramscape.files import read_dataset
from paramscape.jobs.job import job
from paramscape.study import Period, section


def main(inputs, target: str, period: Period) -> tuple[xr.Dataset, xr.DataArray]:
    """Elevation, mean precipitation and mean observation (lat, lon), and the mask."""
    domain = read_dataset(Path(inputs.domain), "domain")
    rain = read_dataset(Path(inputs.forcing), "forcing-daily")["prcp"].sel(time=period.slice)
    observed = read_dataset(Path(inputs.observations), target)[target].sel(time=period.slice)
    fields = xr.Dataset(
        {
            "elevation": domain["elev"],
            "precipitation": rain.mean("time"),
            "observed": observed.mean("time"),
        }
    )
    return fields, domain["mask"]


if __name__ == "__main__":
    with job(snakemake):
        settings = snakemake.params.settings
        target = section(settings, "calibration.target")
        fields, mask = main(snakemake.input, target, section(settings, "periods.train"))
        stem = Path(snakemake.output.png).with_suffix("")
        draw(fields, mask, stem, caption(settings, period="train"))
