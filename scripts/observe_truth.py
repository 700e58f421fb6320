"""Run the hidden truth through VIC and observe it."""

from pathlib import Path

from paramscape.files import read_dataset, read_years, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job, use_threads
from paramscape.study import periods_of, section
from paramscape.twin.observe import TruthInputs, hidden_parameters, observe_truth


def truth_inputs_of(inputs) -> TruthInputs:
    """What the truth is made from, among a rule's inputs."""
    return TruthInputs(
        read_dataset(Path(inputs.parameters), "vic-parameters"),
        read_years(inputs.forcing),
        read_dataset(Path(inputs.attributes), "attributes"),
        Cells.of(read_dataset(Path(inputs.domain), "domain")),
    )


if __name__ == "__main__":
    with job(snakemake) as made:
        settings, output = snakemake.params.settings, snakemake.output
        use_threads(section(settings, "compute").torch_threads)
        inputs, twin = truth_inputs_of(snakemake.input), section(settings, "twin")
        truth = hidden_parameters(inputs, section(settings, "priors"), twin)
        periods, vic = periods_of(settings), section(settings, "vic")
        observed = observe_truth(inputs, truth, periods, vic, twin)
        if output.get("parameters"):
            write_dataset(truth, Path(output.parameters), "parameters", made)
        for file in map(Path, output.observations):
            write_dataset(observed[[file.stem]], file, file.stem, made)
