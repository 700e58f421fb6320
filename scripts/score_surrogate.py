"""Score a surrogate on the test members."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from paramscape.files import Provenance, read_dataset, save_netcdf, write_table
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job, use_threads
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.device import device_of
from paramscape.simulators.surrogates.read_samples import EnsembleFiles, load_samples
from paramscape.simulators.surrogates.registry import KINDS
from paramscape.simulators.surrogates.report import skill_by_member
from paramscape.simulators.surrogates.skill import sensitivity_table, skill_table
from paramscape.simulators.surrogates.weights import load_network
from paramscape.study import section


def main(
    inputs, settings, surrogate: str, made: Provenance
) -> tuple[xr.Dataset, pd.DataFrame, pd.DataFrame]:
    """Skill by member and cell, skill in all, and the sensitivity to each parameter."""
    compute = section(settings, "compute")
    use_threads(compute.torch_threads)
    cells = Cells.of(read_dataset(Path(inputs.domain), "domain"))
    ensemble = EnsembleFiles(
        Path(inputs.members), tuple(map(Path, inputs.fluxes)), Path(inputs.forcing)
    )
    priors, train = PriorBox.of(section(settings, "priors")), section(settings, "periods.train")
    device = device_of(compute)
    network = load_network(Path(inputs.weights), KINDS[surrogate].network)
    targets = network.targets
    samples = load_samples(ensemble, "test", targets, train, cells, priors)
    predicted = KINDS[surrogate].predict(network.to(device), samples.to(device))
    reference = samples.targets[:, -predicted.shape[1] :].numpy()
    skill = skill_by_member(predicted[..., 0], reference[..., 0], cells, made.seed)
    unit = np.asarray(samples.parameters, dtype=float)
    return (
        skill.assign_attrs(made.attributes()),
        skill_table(predicted, reference, targets),
        sensitivity_table(unit, predicted, reference, targets, priors.names),
    )


if __name__ == "__main__":
    with job(snakemake) as made:
        output, settings = snakemake.output, snakemake.params.settings
        by_member, in_all, sensitivity = main(
            snakemake.input, settings, snakemake.wildcards.surrogate, made
        )
        save_netcdf(by_member, Path(output.skill))
        write_table(in_all, Path(output.table))
        write_table(sensitivity, Path(output.sensitivity))
