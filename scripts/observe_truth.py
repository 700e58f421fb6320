"""Run the hidden truth through VIC and observe it."""

from pathlib import Path

from paramscape.domain import Cells
from paramscape.ensemble.truth import World, hidden_parameters, observe_truth
from paramscape.files import Provenance, read_dataset, read_years, write_dataset
from paramscape.job import job, use_threads
from paramscape.study import section


def main(inputs, outputs, settings, made: Provenance) -> None:
    """Write the true parameters and, a file a target, what is observed of them."""
    use_threads(section(settings, "compute").torch_threads)
    twin, periods = section(settings, "twin"), section(settings, "periods")
    world = World(
        read_dataset(Path(inputs.parameters), "vic-parameters"),
        read_years(inputs.forcing),
        read_dataset(Path(inputs.attributes), "attributes"),
        Cells.of(read_dataset(Path(inputs.domain), "domain")),
    )
    truth = hidden_parameters(world, section(settings, "priors"), twin)
    observed = observe_truth(world, truth, periods, section(settings, "vic"), twin)
    write_dataset(truth, Path(outputs.parameters), "parameters", made)
    for file in map(Path, outputs.observations):
        write_dataset(observed[[file.stem]], file, file.stem, made)


if __name__ == "__main__":
    with job(snakemake) as made:
        main(snakemake.input, snakemake.output, snakemake.params.settings, made)
