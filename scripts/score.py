"""Score one simulation against the observations, in training and in test."""

from pathlib import Path

import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.job import job
from paramscape.metrics.evaluate import evaluate
from paramscape.study import Period, section


def scores_of(
    domain: Path, observations: Path, simulation: Path, target: str, period: Period
) -> xr.Dataset:
    """All scores of a simulation's target over a period."""
    mask = read_dataset(domain, "domain")["mask"]
    observed = read_dataset(observations, target)[target].sel(time=period.slice)
    simulated = read_dataset(simulation, "simulation")[target].sel(time=period.slice)
    return evaluate(simulated, observed, mask).assign(mask=mask)


if __name__ == "__main__":
    with job(snakemake) as made:
        inputs, settings = snakemake.input, snakemake.params.settings
        files = (Path(inputs[name]) for name in ("domain", "observations", "simulation"))
        domain, observations, simulation = files
        target = section(settings, "calibration.target")
        for name, file in snakemake.output.items():
            period = section(settings, f"periods.{name}")
            scores = scores_of(domain, observations, simulation, target, period)
            write_dataset(scores, Path(file), "scores", made)
