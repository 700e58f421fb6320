"""Train a surrogate of VIC."""

from pathlib import Path

from paramscape.domain import Cells
from paramscape.ensemble.priors import PriorBox
from paramscape.files import read_dataset
from paramscape.job import checkpoint_path, logged, use_threads
from paramscape.study import section
from paramscape.surrogates.kinds import KINDS
from paramscape.surrogates.load import EnsembleFiles, load_samples
from paramscape.surrogates.network import SurrogateNetwork
from paramscape.surrogates.training import TrainingFiles, train
from paramscape.surrogates.weights import save_network


def main(inputs, settings, surrogate: str, files: TrainingFiles) -> SurrogateNetwork:
    """The network that does best on the validation members."""
    compute = section(settings, "compute")
    use_threads(compute.torch_threads)
    kind, chosen = KINDS[surrogate], section(settings, f"surrogate.{surrogate}")
    cells = Cells.of(read_dataset(Path(inputs.domain), "domain"))
    priors = PriorBox.of(section(settings, "priors"))
    targets = kind.targets(section(settings, "calibration.target"), chosen)
    ensemble = EnsembleFiles(
        Path(inputs.members), tuple(map(Path, inputs.fluxes)), Path(inputs.forcing)
    )
    training, validation = (
        load_samples(ensemble, role, targets, section(settings, "periods.train"), cells, priors).to(
            compute.device
        )
        for role in ("train", "validation")
    )
    seed = settings["study"]["seed"]
    network = kind.untrained(training, chosen, seed)
    return train(kind.learner(network, training, validation, chosen, seed), files, seed)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings, weights = snakemake.params.settings, Path(snakemake.output.weights)
        job = {"settings": settings, "code": snakemake.params.code}
        checkpoint = checkpoint_path(weights.parent, job, snakemake.input)
        files = TrainingFiles(Path(snakemake.output.history), checkpoint)
        network = main(snakemake.input, settings, snakemake.wildcards.surrogate, files)
        save_network(network, weights)
        checkpoint.unlink(missing_ok=True)
