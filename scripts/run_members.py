"""Run members through VIC."""

from pathlib import Path

import numpy as np
import torch
import xarray as xr

from paramscape.files import read_dataset, read_years, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job, use_threads
from paramscape.parameters.datasets import fields_of, names_of, targets_dataset
from paramscape.simulators.device import device_of
from paramscape.simulators.vic.engine import Engine
from paramscape.simulators.vic.members import run_members
from paramscape.study import section
from paramscape.study.days import days_of


def main(inputs, settings) -> xr.Dataset:
    """Daily targets (member, time, lat, lon) of members over the training period."""
    vic, compute = section(settings, "vic"), section(settings, "compute")
    warmup, train = section(settings, "periods.warmup"), section(settings, "periods.train")
    use_threads(compute.torch_threads)
    cells = Cells.of(read_dataset(Path(inputs.domain), "domain"))
    params = read_dataset(Path(inputs.parameters), "vic-parameters")
    members = read_dataset(Path(inputs.members), "members")
    names = names_of(members)
    engine = Engine.of(params, read_years(inputs.forcing), cells, vic, names)
    engine = engine.to(getattr(torch, vic.precision), device_of(compute))
    targets = run_members(engine, fields_of(members, names, cells), warmup.start, train)
    return targets_dataset(targets, cells, days_of(train), np.asarray(members["member"]))


if __name__ == "__main__":
    with job(snakemake) as made:
        settings = snakemake.params.settings
        fluxes = main(snakemake.input, settings)
        write_dataset(fluxes, Path(snakemake.output[0]), "ensemble-fluxes", made)
