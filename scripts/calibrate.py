"""Calibrate by one method on one simulator."""

from pathlib import Path

from paramscape.calibration.hyperparameters import with_choice
from paramscape.calibration.job import CalibrationFiles, CalibrationJob, calibrate
from paramscape.files import write_dataset
from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.jobs.interruption import handle_sigterm
from paramscape.jobs.job import job
from paramscape.simulators.device import processes_of
from paramscape.study.run_id import RunId

if __name__ == "__main__":
    with job(snakemake) as made, handle_sigterm():
        params, inputs, output = snakemake.params, snakemake.input, snakemake.output
        settings = with_choice(params.settings, params.method, inputs.get("choice"))
        run = RunId(params.method, params.simulator, params.seed)
        calibration = CalibrationJob.of(run, settings)
        identity = {"settings": settings, "code": params.code, "seed": params.seed}
        checkpoint = Checkpoint.of_job(Path(output.parameters).parent, identity, inputs)
        found = calibrate(
            calibration,
            CalibrationFiles.of(inputs),
            RunPaths(Path(output.history), checkpoint),
            processes_of(calibration.simulator.compute, snakemake.resources),
        )
        write_dataset(found.parameters, Path(output.parameters), "parameters", made)
        if found.samples is not None:
            write_dataset(found.samples, Path(output.posterior), "members", made)
        checkpoint.remove()
