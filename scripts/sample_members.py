"""Sample parameter fields of the members from the priors."""

from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job
from paramscape.parameters.datasets import members_dataset
from paramscape.parameters.priors import PriorBox
from paramscape.parameters.sampling import kinds_of, roles_of, sample_members
from paramscape.study import FieldSampling, section


def main(inputs, settings, members: range | None) -> xr.Dataset:
    """Members (member, parameter, lat, lon): those of a batch, or all of them with their roles."""
    cells = Cells.of(read_dataset(Path(inputs.domain), "domain"))
    attributes = read_dataset(Path(inputs.attributes), "attributes")
    sampling = section(settings, "ensemble") if members is None else sampling_of(settings)
    chosen = range(sampling.members) if members is None else members
    priors = PriorBox.of(section(settings, "priors"))
    fields = sample_members(
        np.stack([cells.gather(field) for field in attributes.data_vars.values()], -1),
        cells,
        priors,
        sampling,
        settings["study.seed"],
        chosen,
    )
    kinds = kinds_of(chosen.stop, sampling.mixture)[chosen.start :]
    roles = roles_of(sampling) if members is None else None
    return members_dataset(fields, priors.names, cells, kinds, roles, chosen.start)


def sampling_of(settings) -> FieldSampling:
    """How fields are drawn, from the settings of a batch's rule."""
    names = FieldSampling.model_fields
    return FieldSampling(**{name: section(settings, f"ensemble.{name}") for name in names})


if __name__ == "__main__":
    with job(snakemake) as made:
        settings, batch = snakemake.params.settings, snakemake.params.get("members")
        members = main(snakemake.input, settings, range(*batch) if batch else None)
        write_dataset(members, Path(snakemake.output[0]), "members", made)
