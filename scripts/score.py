"""Score one simulation against the observations, in training and in test."""

from pathlib import Path

import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.job import job
from paramscape.metrics.evaluate import evaluate
from paramscape.study import Period, section


def main(inputs, target: str, period: Period) -> xr.Dataset:
    """All scores of a simulation's target over a period."""
    mask = read_dataset(Path(inputs.domain), "domain")["mask"]
    observed = read_dataset(Path(inputs.observations), target)[target].sel(time=period.slice)
    simulated = read_dataset(Path(inputs.simulation), "simulation")[target].sel(time=period.slice)
    return evaluate(simulated, observed, mask).assign(mask=mask)


if __name__ == "__main__":
    with job(snakemake) as made:
        settings = snakemake.params.settings
        target = section(settings, "calibration.target")
        for name, file in snakemake.output.items():
            scores = main(snakemake.input, target, section(settings, f"periods.{name}"))
            write_dataset(scores, Path(file), "scores", made)
