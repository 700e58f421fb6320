"""Simulate with calibrated parameters in the real VIC program."""

from pathlib import Path

import torch
import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job
from paramscape.parameters.datasets import fields_of, names_of, targets_dataset
from paramscape.simulators.vic.executable import VicImage
from paramscape.study import Periods, Vic, section
from paramscape.study.days import days_of
from paramscape.vic.executable import CaseFiles, Program


def simulate_in(
    program: Program,
    case: CaseFiles,
    settings: Vic,
    periods: Periods,
    calibrated: Path,
    folder: Path,
) -> xr.Dataset:
    """Daily targets (time, lat, lon) from training to test; runs of VIC lie in `folder`."""
    cells = Cells.of(case.domain)
    fields = read_dataset(calibrated, "parameters")
    names = names_of(fields)
    simulator = VicImage(program, names, case, settings, periods, folder)
    values = fields_of(fields, names, cells)
    targets = simulator.run(torch.from_numpy(values), periods.scored)
    arrays = {name: value.numpy() for name, value in targets.items()}
    return targets_dataset(arrays, cells, days_of(periods.scored))


def case_of(inputs) -> CaseFiles:
    """Domain, default parameters and yearly forcing among a rule's inputs."""
    return CaseFiles(
        read_dataset(Path(inputs.domain), "domain"),
        read_dataset(Path(inputs.parameters), "vic-parameters"),
        {int(Path(file).stem.rpartition(".")[2]): Path(file) for file in inputs.vic_forcing},
    )


if __name__ == "__main__":
    with job(snakemake) as made:
        inputs, settings = snakemake.input, snakemake.params.settings
        output = Path(snakemake.output[0])
        program = Program(
            Path(inputs.executable),
            section(settings, "vic.processes"),
            tuple(section(settings, "vic.mpirun")),
            section(settings, "vic.timeout_minutes"),
        )
        simulation = simulate_in(
            program,
            case_of(inputs),
            section(settings, "vic"),
            section(settings, "periods"),
            Path(inputs.calibrated),
            output.with_suffix(".run"),
        )
        write_dataset(simulation, output, "simulation", made)
