"""Prepare the observations of one target."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.job import job, listed
from paramscape.prepare.observations import (
    finished_observations,
    prepare_observations,
    require_rain_for,
)
from paramscape.prepare.towers import prepare_towers
from paramscape.study import Period, periods_of, section


def observations_of(
    target: str,
    product: Any,
    days: Period,
    domain: Path,
    raw: Sequence[Path],
    forcing: Path | None = None,
) -> xr.Dataset:
    """The target (time, lat, lon) in the scored days of the periods, NaN where missing.

    Args:
        target: what is observed.
        product: settings of the product that observed it.
        days: from the first to the last that is scored.
        domain: the active cells.
        raw: raw files, or of a twin what was observed of its truth.
        forcing: daily forcing, for towers and for runoff.
    """
    cells = read_dataset(domain, "domain")
    if product.form == "twin":
        return finished_observations(read_dataset(raw[0], target)[target], cells, target)
    weather = read_dataset(forcing, "forcing-daily") if forcing else None
    if product.form == "points":
        return prepare_towers(product, days, cells, weather)
    observed = prepare_observations(product, target, days, cells)
    if target == "runoff":
        require_rain_for(observed[target], weather["prcp"], raw[0])
    return observed


if __name__ == "__main__":
    with job(snakemake) as made:
        inputs, settings = snakemake.input, snakemake.params.settings
        target = snakemake.wildcards.target
        observed = observations_of(
            target,
            section(settings, "products.observations")[target],
            periods_of(settings).scored,
            Path(inputs.domain),
            [Path(file) for file in listed(inputs.raw)],
            Path(inputs.forcing) if inputs.forcing else None,
        )
        write_dataset(observed, Path(snakemake.output[0]), target, made)
