"""Sample parameter fields near those of pilot calibrations."""

from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job
from paramscape.parameters.datasets import fields_of, members_dataset
from paramscape.parameters.priors import PriorBox
from paramscape.parameters.sampling import Perturbation, perturbed_fields
from paramscape.study import section
from paramscape.study.random_streams import seed_sequence


def main(inputs, settings, round_number: int) -> xr.Dataset:
    """Members (member, parameter, lat, lon), all to learn from."""
    cells = Cells.of(read_dataset(Path(inputs.domain), "domain"))
    refinement = section(settings, "surrogate.refinement")
    length = section(settings, "ensemble.correlation_length")
    near = Perturbation(refinement.perturbed, refinement.spread, length)
    priors, seed = PriorBox.of(section(settings, "priors")), settings["study.seed"]
    fields = [
        perturbed_fields(
            fields_of(read_dataset(Path(file), "parameters"), priors.names, cells),
            cells,
            priors,
            near,
            seed_sequence(seed, "near pilot", round_number, pilot),
        )
        for pilot, file in enumerate(inputs.pilots)
    ]
    kinds = ["pilot", *["perturbed"] * near.count] * len(fields)
    members, roles = np.concatenate(fields), ["train"] * len(kinds)
    return members_dataset(members, priors.names, cells, kinds, roles)


if __name__ == "__main__":
    with job(snakemake) as made:
        settings = snakemake.params.settings
        members = main(snakemake.input, settings, int(snakemake.wildcards.round))
        write_dataset(members, Path(snakemake.output[0]), "members", made)
