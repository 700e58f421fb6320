"""Run the hidden truth through VIC and observe it."""

from pathlib import Path

from paramscape.files import Provenance, read_dataset, read_years, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job, use_threads
from paramscape.study import periods_of, section
from paramscape.twin.observe import TruthInputs, hidden_parameters, observe_truth


def main(inputs, outputs, settings, made: Provenance) -> None:
    """Write what is observed of the truth, a file a target, and its parameters if asked for."""
    use_threads(section(settings, "compute").torch_threads)
    twin, periods = section(settings, "twin"), periods_of(settings)
    truth_inputs = TruthInputs(
        read_dataset(Path(inputs.parameters), "vic-parameters"),
        read_years(inputs.forcing),
        read_dataset(Path(inputs.attributes), "attributes"),
        Cells.of(read_dataset(Path(inputs.domain), "domain")),
    )
    truth = hidden_parameters(truth_inputs, section(settings, "priors"), twin)
    observed = observe_truth(truth_inputs, truth, periods, section(settings, "vic"), twin)
    if outputs.get("parameters"):
        write_dataset(truth, Path(outputs.parameters), "parameters", made)
    for file in map(Path, outputs.observations):
        write_dataset(observed[[file.stem]], file, file.stem, made)


if __name__ == "__main__":
    with job(snakemake) as made:
        main(snakemake.input, snakemake.output, snakemake.params.settings, made)
