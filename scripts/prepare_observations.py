"""Prepare the observations of one target."""

from pathlib import Path

import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.job import job
from paramscape.prepare.observations import (
    finished_observations,
    prepare_observations,
    require_rain_for,
)
from paramscape.prepare.towers import prepare_towers
from paramscape.study import periods_of, section


def main(inputs, settings, target: str) -> xr.Dataset:
    """The target (time, lat, lon) in the scored days of the periods, NaN where missing."""
    domain = read_dataset(Path(inputs.domain), "domain")
    product = section(settings, "products.observations")[target]
    if product.form == "twin":
        observed = read_dataset(Path(inputs.raw), target)[target]
        return finished_observations(observed, domain, target)
    days = periods_of(settings).scored
    if product.form == "points":
        return prepare_towers(product, days, domain, _forcing(inputs))
    observed = prepare_observations(product, target, days, domain)
    if target == "runoff":
        require_rain_for(observed[target], _forcing(inputs)["prcp"], inputs.raw[0])
    return observed


def _forcing(inputs) -> xr.Dataset:
    return read_dataset(Path(inputs.forcing), "forcing-daily")


if __name__ == "__main__":
    with job(snakemake) as made:
        settings, target = snakemake.params.settings, snakemake.wildcards.target
        observed = main(snakemake.input, settings, target)
        write_dataset(observed, Path(snakemake.output[0]), target, made)
