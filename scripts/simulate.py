"""Simulate with calibrated parameters, in VIC or in a surrogate."""

from pathlib import Path

import torch
import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job
from paramscape.parameters.datasets import fields_of, targets_dataset
from paramscape.simulators.build import SimulatorFiles, simulator_for
from paramscape.study import section
from paramscape.study.days import days_of


def main(inputs, settings, verifier: str) -> xr.Dataset:
    """Daily targets (time, lat, lon) from training to test, VIC in float64."""
    cells = Cells.of(read_dataset(Path(inputs.domain), "domain"))
    files = SimulatorFiles.of(inputs)
    simulator = simulator_for(verifier, files, cells, settings, verifying=True)
    values = fields_of(
        read_dataset(Path(inputs.calibrated), "parameters"),
        section(settings, "priors").names,
        cells,
    )
    period = section(settings, "periods").scored
    targets = simulator.run(torch.from_numpy(values), period)
    arrays = {name: value.cpu().numpy() for name, value in targets.items()}
    return targets_dataset(arrays, cells, days_of(period))


if __name__ == "__main__":
    with job(snakemake) as made:
        settings, wildcards = snakemake.params.settings, snakemake.wildcards
        simulation = main(snakemake.input, settings, wildcards.verifier)
        write_dataset(simulation, Path(snakemake.output[0]), "simulation", made)
