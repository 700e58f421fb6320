"""Sample parameter fields of the members from the priors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job
from paramscape.parameters.datasets import members_dataset
from paramscape.parameters.priors import PriorBox
from paramscape.parameters.sampling import kinds_of, roles_of, sample_members
from paramscape.study import FieldSampling, Priors, section


def members_of(
    domain: Path,
    attributes: Path,
    priors: Priors,
    sampling: FieldSampling,
    seed: int,
    batch: range | None = None,
) -> xr.Dataset:
    """Members (member, parameter, lat, lon): those of a batch, or all of them with their roles.

    Without a batch, `sampling` is a whole `Ensemble`.
    """
    cells = Cells.of(read_dataset(domain, "domain"))
    known = read_dataset(attributes, "attributes")
    chosen = range(sampling.members) if batch is None else batch
    box = PriorBox.of(priors)
    fields = sample_members(
        np.stack([cells.gather(field) for field in known.data_vars.values()], -1),
        cells,
        box,
        sampling,
        seed,
        chosen,
    )
    kinds = kinds_of(chosen.stop, sampling.mixture)[chosen.start :]
    roles = roles_of(sampling) if batch is None else None
    return members_dataset(fields, box.names, cells, kinds, roles, chosen.start)


def sampling_of(settings: Mapping[str, Any]) -> FieldSampling:
    """How fields are drawn: the whole ensemble, or what a batch's rule gives of it."""
    if "ensemble" in settings:
        return section(settings, "ensemble")
    names = FieldSampling.model_fields
    return FieldSampling(**{name: section(settings, f"ensemble.{name}") for name in names})


if __name__ == "__main__":
    with job(snakemake) as made:
        settings, batch = snakemake.params.settings, snakemake.params.get("members")
        members = members_of(
            Path(snakemake.input.domain),
            Path(snakemake.input.attributes),
            section(settings, "priors"),
            sampling_of(settings),
            section(settings, "study.seed"),
            range(*batch) if batch else None,
        )
        write_dataset(members, Path(snakemake.output[0]), "members", made)
