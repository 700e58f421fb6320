"""Run members through VIC."""

from dataclasses import dataclass
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
from paramscape.study import Compute, Period, Vic, section
from paramscape.study.days import days_of


@dataclass(frozen=True)
class MemberFiles:
    """Domain, members, VIC's forcing by year and its default parameters."""

    domain: Path
    members: Path
    forcing: tuple[Path, ...]
    parameters: Path


def fluxes_of(
    files: MemberFiles, vic: Vic, compute: Compute, warmup: Period, train: Period
) -> xr.Dataset:
    """Daily targets (member, time, lat, lon) of members over the training period."""
    use_threads(compute.torch_threads)
    cells = Cells.of(read_dataset(files.domain, "domain"))
    params = read_dataset(files.parameters, "vic-parameters")
    members = read_dataset(files.members, "members")
    names = names_of(members)
    engine = Engine.of(params, read_years(files.forcing), cells, vic, names)
    engine = engine.to(getattr(torch, vic.precision), device_of(compute))
    targets = run_members(engine, fields_of(members, names, cells), warmup.start, train)
    return targets_dataset(targets, cells, days_of(train), np.asarray(members["member"]))


if __name__ == "__main__":
    with job(snakemake) as made:
        inputs, settings = snakemake.input, snakemake.params.settings
        fluxes = fluxes_of(
            MemberFiles(
                Path(inputs.domain),
                Path(inputs.members),
                tuple(map(Path, inputs.forcing)),
                Path(inputs.parameters),
            ),
            section(settings, "vic"),
            section(settings, "compute"),
            section(settings, "periods.warmup"),
            section(settings, "periods.train"),
        )
        write_dataset(fluxes, Path(snakemake.output[0]), "ensemble-fluxes", made)
