"""Train a surrogate of VIC, or train it on with the members of refinement rounds."""

from pathlib import Path

from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.jobs.interruption import handle_sigterm
from paramscape.jobs.job import job
from paramscape.simulators.device import processes_of
from paramscape.simulators.surrogates.network import SurrogateNetwork
from paramscape.simulators.surrogates.read_samples import EnsembleFiles
from paramscape.simulators.surrogates.training import train
from paramscape.simulators.surrogates.training_task import TrainingTask, learner_of
from paramscape.simulators.surrogates.weights import save_network
from paramscape.study import section


def task_of(inputs, settings, surrogate: str) -> TrainingTask:
    """What is learned from: the ensemble, the members of each refinement round before, weights."""
    forcing = Path(inputs.forcing)
    rounds = zip(inputs.get("round_members", ()), inputs.get("round_fluxes", ()), strict=True)
    return TrainingTask(
        surrogate,
        Path(inputs.domain),
        EnsembleFiles(Path(inputs.members), tuple(map(Path, inputs.fluxes)), forcing),
        tuple(EnsembleFiles(Path(m), (Path(fluxes),), forcing) for m, fluxes in rounds),
        Path(inputs.weights) if inputs.get("weights") else None,
        settings,
    )


def main(task: TrainingTask, paths: RunPaths, processes: int = 1) -> SurrogateNetwork:
    """The network that does best on the validation members, from given weights or untrained."""
    with learner_of(processes, task) as learner:
        return train(learner, paths, task.settings["study.seed"])


if __name__ == "__main__":
    with job(snakemake), handle_sigterm():
        settings, weights = snakemake.params.settings, Path(snakemake.output.weights)
        course = {"settings": settings, "code": snakemake.params.code}
        checkpoint = Checkpoint.of_job(weights.parent, course, snakemake.input)
        paths = RunPaths(Path(snakemake.output.history), checkpoint)
        task = task_of(snakemake.input, settings, snakemake.wildcards.surrogate)
        processes = processes_of(section(settings, "compute"), snakemake.resources)
        save_network(main(task, paths, processes), weights)
        checkpoint.remove()
