"""Sample parameter fields near those of pilot calibrations."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job
from paramscape.parameters.datasets import fields_of, members_dataset
from paramscape.parameters.priors import PriorBox
from paramscape.parameters.sampling import Perturbation, perturbed_fields
from paramscape.study import Priors, section
from paramscape.study.random_streams import seed_sequence


def members_near(
    domain: Path,
    pilots: Sequence[Path],
    priors: Priors,
    near: Perturbation,
    seed: int,
    round_number: int,
) -> xr.Dataset:
    """Members (member, parameter, lat, lon), all to learn from."""
    cells, box = Cells.of(read_dataset(domain, "domain")), PriorBox.of(priors)
    fields = [
        perturbed_fields(
            fields_of(read_dataset(file, "parameters"), box.names, cells),
            cells,
            box,
            near,
            seed_sequence(seed, "near pilot", round_number, pilot),
        )
        for pilot, file in enumerate(pilots)
    ]
    kinds = ["pilot", *["perturbed"] * near.count] * len(fields)
    members, roles = np.concatenate(fields), ["train"] * len(kinds)
    return members_dataset(members, box.names, cells, kinds, roles)


if __name__ == "__main__":
    with job(snakemake) as made:
        settings = snakemake.params.settings
        refinement = section(settings, "surrogate.refinement")
        length = section(settings, "ensemble.correlation_length")
        members = members_near(
            Path(snakemake.input.domain),
            [Path(file) for file in snakemake.input.pilots],
            section(settings, "priors"),
            Perturbation(refinement.perturbed, refinement.spread, length),
            section(settings, "study.seed"),
            int(snakemake.wildcards.round),
        )
        write_dataset(members, Path(snakemake.output[0]), "members", made)
