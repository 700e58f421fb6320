"""Train a surrogate of VIC, or train it on with the members of refinement rounds."""

from pathlib import Path

from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.jobs.interruption import handle_sigterm
from paramscape.jobs.job import job
from paramscape.simulators.device import processes_of
from paramscape.simulators.surrogates.read_samples import EnsembleFiles
from paramscape.simulators.surrogates.training import train
from paramscape.simulators.surrogates.training_task import (
    TrainingSettings,
    TrainingTask,
    learner_of,
)
from paramscape.simulators.surrogates.weights import save_network


def task_of(inputs, settings: TrainingSettings) -> TrainingTask:
    """What is learned from: the ensemble, the members of each refinement round before, weights."""
    forcing = Path(inputs.forcing)
    rounds = zip(inputs.get("round_members", ()), inputs.get("round_fluxes", ()), strict=True)
    return TrainingTask(
        settings,
        Path(inputs.domain),
        EnsembleFiles(Path(inputs.members), tuple(map(Path, inputs.fluxes)), forcing),
        tuple(EnsembleFiles(Path(m), (Path(fluxes),), forcing) for m, fluxes in rounds),
        Path(inputs.weights) if inputs.get("weights") else None,
    )


if __name__ == "__main__":
    with job(snakemake), handle_sigterm():
        params, inputs, output = snakemake.params, snakemake.input, snakemake.output
        settings = TrainingSettings.of(snakemake.wildcards.surrogate, params.settings)
        identity = {"settings": params.settings, "code": params.code}
        checkpoint = Checkpoint.of_job(Path(output.weights).parent, identity, inputs)
        processes = processes_of(settings.compute, snakemake.resources)
        with learner_of(processes, task_of(inputs, settings)) as learner:
            network = train(learner, RunPaths(Path(output.history), checkpoint), settings.seed)
        save_network(network, Path(output.weights))
        checkpoint.remove()
