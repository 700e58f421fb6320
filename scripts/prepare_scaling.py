"""Match mean and spread of the default run to the observations, in each cell."""

from pathlib import Path

from paramscape.calibration.scaling import prepare_scaling
from paramscape.files import write_dataset
from paramscape.jobs.job import job
from paramscape.simulators.build import SimulatorFiles

if __name__ == "__main__":
    with job(snakemake) as made:
        inputs = snakemake.input
        scaling = prepare_scaling(
            Path(inputs.domain),
            Path(inputs.observations),
            SimulatorFiles.of(inputs),
            snakemake.params.settings,
        )
        write_dataset(scaling, Path(snakemake.output[0]), "scaling", made)
