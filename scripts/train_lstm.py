"""Train the LSTM surrogate of VIC."""

from pathlib import Path

from paramscape.domain import Cells
from paramscape.ensemble.priors import PriorBox
from paramscape.files import read_dataset
from paramscape.job import checkpoint_path, logged, use_threads
from paramscape.study import section
from paramscape.surrogates.load import EnsembleFiles, load_samples
from paramscape.surrogates.lstm import LstmNetwork
from paramscape.surrogates.training import TrainingFiles, save_network, train


def main(inputs, settings, files: TrainingFiles) -> LstmNetwork:
    """The network that does best on the validation members."""
    compute = section(settings, "compute")
    use_threads(compute.torch_threads)
    cells = Cells.of(read_dataset(Path(inputs.domain), "domain"))
    priors = PriorBox.of(section(settings, "priors"))
    targets = (section(settings, "calibration.target"),)
    ensemble = EnsembleFiles(
        Path(inputs.members), tuple(map(Path, inputs.fluxes)), Path(inputs.forcing)
    )
    training, validation = (
        load_samples(ensemble, role, targets, section(settings, "periods.train"), cells, priors).to(
            compute.device
        )
        for role in ("train", "validation")
    )
    lstm, seed = section(settings, "surrogate.lstm"), settings["study"]["seed"]
    return train(training, validation, targets, lstm, files, seed)


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings, weights = snakemake.params.settings, Path(snakemake.output.weights)
        job = {"settings": settings, "code": snakemake.params.code}
        checkpoint = checkpoint_path(weights.parent, job, snakemake.input)
        files = TrainingFiles(Path(snakemake.output.history), checkpoint)
        save_network(main(snakemake.input, settings, files), weights)
        checkpoint.unlink(missing_ok=True)
