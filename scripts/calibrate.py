"""Calibrate by one method on one simulator."""

from pathlib import Path

import xarray as xr

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.hyperparameters import with_choice
from paramscape.calibration.learning.pretraining import read_search
from paramscape.calibration.observed_data import (
    PreparedFiles,
    default_values,
    read_calibration_data,
)
from paramscape.calibration.problem import Problem
from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.jobs.interruption import handle_sigterm
from paramscape.jobs.job import job, use_threads
from paramscape.parameters.datasets import parameters_dataset
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.build import SimulatorFiles, simulator_of
from paramscape.simulators.device import device_of, processes_of
from paramscape.study import periods_of, section
from paramscape.study.run_id import RunId


def main(inputs, settings, run: RunId, paths: RunPaths, processes: int = 1) -> xr.Dataset:
    """The estimated parameters (parameter, lat, lon)."""
    use_threads(section(settings, "compute").torch_threads)
    target, periods = section(settings, "calibration.target"), periods_of(settings)
    names = ("domain", "attributes", "forcing", "observations")
    soil = Path(inputs.soil) if inputs.get("soil") else None
    files = PreparedFiles(*(Path(inputs[name]) for name in names), soil)
    device = device_of(section(settings, "compute"))
    data = read_calibration_data(files, target, periods).to(device)
    params = read_dataset(Path(inputs.parameters), "vic-parameters")
    priors = section(settings, "priors")
    default = default_values(params, data.cells, priors).to(data.forcing.device)
    name = f"calibration.{run.method}"
    own = section(settings, name) if name in settings else None
    model_files, cells = SimulatorFiles.of(inputs), data.cells
    searched = (
        read_search(
            Path(inputs.searched), Path(inputs.search_history), priors.names, cells, default
        )
        if inputs.get("searched")
        else None
    )
    with simulator_of(processes, run.simulator, model_files, cells, settings) as model:
        problem = Problem(
            target=target,
            data=data,
            periods=periods,
            simulator=model,
            priors=PriorBox.of(priors),
            default=default,
            searched=searched,
        )
        values = CALIBRATORS[run.method](problem, own, paths, run.seed)
    return parameters_dataset(values.cpu().double().numpy(), priors.names, data.cells)


if __name__ == "__main__":
    with job(snakemake) as made, handle_sigterm():
        params, method = snakemake.params, snakemake.params.method
        settings = with_choice(params.settings, method, snakemake.input.get("choice"))
        output = Path(snakemake.output.parameters)
        course = {"settings": settings, "code": params.code, "seed": params.seed}
        checkpoint = Checkpoint.of_job(output.parent, course, snakemake.input)
        paths = RunPaths(Path(snakemake.output.history), checkpoint)
        processes = processes_of(section(settings, "compute"), snakemake.resources)
        run = RunId(method, params.simulator, params.seed)
        parameters = main(snakemake.input, settings, run, paths, processes)
        write_dataset(parameters, output, "parameters", made)
        checkpoint.remove()
