"""Simulate with calibrated parameters in the real VIC program."""

from pathlib import Path

import torch
import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job
from paramscape.parameters.datasets import fields_of, names_of, targets_dataset
from paramscape.simulators.vic.executable import VicImage
from paramscape.study import section
from paramscape.study.days import days_of
from paramscape.vic.executable import CaseFiles, Program


def main(inputs, settings, folder: Path) -> xr.Dataset:
    """Daily targets (time, lat, lon) from training to test."""
    domain = read_dataset(Path(inputs.domain), "domain")
    forcing = {int(Path(file).stem.rpartition(".")[2]): Path(file) for file in inputs.vic_forcing}
    files = CaseFiles(domain, read_dataset(Path(inputs.parameters), "vic-parameters"), forcing)
    program = Program(
        Path(inputs.executable),
        section(settings, "vic.processes"),
        tuple(section(settings, "vic.mpirun")),
        section(settings, "vic.timeout_minutes"),
    )
    periods, cells = section(settings, "periods"), Cells.of(domain)
    calibrated = read_dataset(Path(inputs.calibrated), "parameters")
    names = names_of(calibrated)
    simulator = VicImage(program, names, files, section(settings, "vic"), periods, folder)
    values = fields_of(calibrated, names, cells)
    targets = simulator.run(torch.from_numpy(values), periods.scored)
    arrays = {name: value.numpy() for name, value in targets.items()}
    return targets_dataset(arrays, cells, days_of(periods.scored))


if __name__ == "__main__":
    with job(snakemake) as made:
        settings, output = snakemake.params.settings, Path(snakemake.output[0])
        simulation = main(snakemake.input, settings, output.with_suffix(".run"))
        write_dataset(simulation, output, "simulation", made)
