"""Simulate with calibrated parameters, in VIC or in a surrogate."""

from pathlib import Path

import torch
import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job
from paramscape.parameters.datasets import fields_of, targets_dataset
from paramscape.simulators.build import SimulatorFiles, SimulatorSettings, simulator_for
from paramscape.study.days import days_of


def simulate(
    domain: Path, calibrated: Path, files: SimulatorFiles, settings: SimulatorSettings
) -> xr.Dataset:
    """Daily targets (time, lat, lon) from training to test, VIC in float64."""
    cells = Cells.of(read_dataset(domain, "domain"))
    simulator = simulator_for(settings, files, cells, verifying=True)
    fields = read_dataset(calibrated, "parameters")
    values = fields_of(fields, settings.priors.names, cells)
    period = settings.periods.scored
    targets = simulator.run(torch.from_numpy(values), period)
    arrays = {name: value.cpu().numpy() for name, value in targets.items()}
    return targets_dataset(arrays, cells, days_of(period))


if __name__ == "__main__":
    with job(snakemake) as made:
        inputs = snakemake.input
        simulation = simulate(
            Path(inputs.domain),
            Path(inputs.calibrated),
            SimulatorFiles.of(inputs),
            SimulatorSettings.of(snakemake.wildcards.verifier, snakemake.params.settings),
        )
        write_dataset(simulation, Path(snakemake.output[0]), "simulation", made)
