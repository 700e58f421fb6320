"""Train a surrogate of VIC, or train it on with the members of refresh rounds."""

from pathlib import Path

from paramscape.device import device_of
from paramscape.domain import Cells
from paramscape.ensemble.priors import PriorBox
from paramscape.files import read_dataset
from paramscape.interruption import heeding_sigterm
from paramscape.job import checkpoint_path, logged, use_threads
from paramscape.study import section
from paramscape.surrogates.kinds import KINDS
from paramscape.surrogates.load import EnsembleFiles, load_samples
from paramscape.surrogates.network import SurrogateNetwork
from paramscape.surrogates.training import TrainingFiles, train
from paramscape.surrogates.weights import load_network, save_network
from paramscape.surrogates.windows import Samples


def ensemble_files(inputs) -> tuple[EnsembleFiles, list[EnsembleFiles]]:
    """Files of the ensemble, and those of each refresh round before."""
    forcing = Path(inputs.forcing)
    rounds = zip(inputs.get("round_members", ()), inputs.get("round_fluxes", ()), strict=True)
    return (
        EnsembleFiles(Path(inputs.members), tuple(map(Path, inputs.fluxes)), forcing),
        [EnsembleFiles(Path(members), (Path(fluxes),), forcing) for members, fluxes in rounds],
    )


def main(inputs, settings, surrogate: str, files: TrainingFiles) -> SurrogateNetwork:
    """The network that does best on the validation members, from given weights or untrained."""
    compute = section(settings, "compute")
    use_threads(compute.torch_threads)
    device = device_of(compute)
    kind, chosen = KINDS[surrogate], section(settings, f"surrogate.{surrogate}")
    cells = Cells.of(read_dataset(Path(inputs.domain), "domain"))
    priors = PriorBox.of(section(settings, "priors"))
    targets = kind.targets(section(settings, "calibration.target"), chosen)
    ensemble, rounds = ensemble_files(inputs)
    train_period = section(settings, "periods.train")

    def samples(files: EnsembleFiles, role: str) -> Samples:
        return load_samples(files, role, targets, train_period, cells, priors).to(device)

    training = samples(ensemble, "train").joined(samples(files, "train") for files in rounds)
    validation = samples(ensemble, "validation")
    seed = settings["study"]["seed"]
    if inputs.get("weights"):
        network = load_network(Path(inputs.weights), kind.network).to(device)
    else:
        network = kind.untrained(training, chosen, seed)
    return train(kind.learner(network, training, validation, chosen, seed), files, seed)


if __name__ == "__main__":
    with logged(snakemake.log[0]), heeding_sigterm():
        settings, weights = snakemake.params.settings, Path(snakemake.output.weights)
        job = {"settings": settings, "code": snakemake.params.code}
        checkpoint = checkpoint_path(weights.parent, job, snakemake.input)
        files = TrainingFiles(Path(snakemake.output.history), checkpoint)
        network = main(snakemake.input, settings, snakemake.wildcards.surrogate, files)
        save_network(network, weights)
        checkpoint.unlink(missing_ok=True)
