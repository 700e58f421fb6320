"""Score a surrogate on the test members."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from paramscape.files import read_dataset, save_netcdf, write_table
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job, use_threads
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.device import device_of
from paramscape.simulators.surrogates.read_samples import EnsembleFiles, load_samples
from paramscape.simulators.surrogates.registry import KINDS
from paramscape.simulators.surrogates.report import skill_by_member
from paramscape.simulators.surrogates.skill import sensitivity_table, skill_table
from paramscape.simulators.surrogates.weights import load_network
from paramscape.study import Compute, Period, Priors, section


@dataclass(frozen=True)
class SkillSettings:
    """Kind of the surrogate, training period, priors and what the job may use."""

    kind: str
    train: Period
    priors: Priors
    compute: Compute


@dataclass(frozen=True)
class SurrogateSkill:
    """Skill by member and cell, skill in all, and the response to each parameter."""

    by_member: xr.Dataset
    in_all: pd.DataFrame
    sensitivity: pd.DataFrame


def skill_of(
    weights: Path, domain: Path, ensemble: EnsembleFiles, settings: SkillSettings, seed: int
) -> SurrogateSkill:
    """The skill of a surrogate on the test members; `seed` draws the pairs of members."""
    use_threads(settings.compute.torch_threads)
    cells = Cells.of(read_dataset(domain, "domain"))
    kind, device = KINDS[settings.kind], device_of(settings.compute)
    network = load_network(weights, kind.network)
    priors, targets = PriorBox.of(settings.priors), network.targets
    samples = load_samples(ensemble, "test", targets, settings.train, cells, priors)
    predicted = kind.predict(network.to(device), samples.to(device))
    reference = samples.targets[:, -predicted.shape[1] :].numpy()
    unit = np.asarray(samples.parameters, dtype=float)
    return SurrogateSkill(
        skill_by_member(predicted[..., 0], reference[..., 0], cells, seed),
        skill_table(predicted, reference, targets),
        sensitivity_table(unit, predicted, reference, targets, priors.names),
    )


if __name__ == "__main__":
    with job(snakemake) as made:
        inputs, output, settings = snakemake.input, snakemake.output, snakemake.params.settings
        skill = skill_of(
            Path(inputs.weights),
            Path(inputs.domain),
            EnsembleFiles(
                Path(inputs.members), tuple(map(Path, inputs.fluxes)), Path(inputs.forcing)
            ),
            SkillSettings(
                snakemake.wildcards.surrogate,
                section(settings, "periods.train"),
                section(settings, "priors"),
                section(settings, "compute"),
            ),
            made.seed,
        )
        save_netcdf(skill.by_member.assign_attrs(made.attributes()), Path(output.skill))
        write_table(skill.in_all, Path(output.table))
        write_table(skill.sensitivity, Path(output.sensitivity))
