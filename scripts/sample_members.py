"""Sample parameter fields of the members from the priors."""

from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.domain import Cells
from paramscape.ensemble.datasets import members_dataset
from paramscape.ensemble.fields import kinds_of, roles_of, sample_members
from paramscape.ensemble.priors import PriorBox
from paramscape.files import read_dataset, write_dataset
from paramscape.job import job
from paramscape.study import section


def main(inputs, settings) -> xr.Dataset:
    """Members (member, parameter, lat, lon)."""
    cells = Cells.of(read_dataset(Path(inputs.domain), "domain"))
    attributes = read_dataset(Path(inputs.attributes), "attributes")
    ensemble = section(settings, "ensemble")
    fields = sample_members(
        np.stack([cells.gather(field) for field in attributes.data_vars.values()], -1),
        cells,
        PriorBox.of(section(settings, "priors")),
        ensemble,
        settings["study.seed"],
    )
    kinds = kinds_of(ensemble.members, ensemble.mixture)
    return members_dataset(fields, cells, kinds, roles_of(ensemble))


if __name__ == "__main__":
    with job(snakemake) as made:
        settings = snakemake.params.settings
        members = main(snakemake.input, settings)
        write_dataset(members, Path(snakemake.output[0]), "members", made)
