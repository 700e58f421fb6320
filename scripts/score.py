"""Score one simulation against the observations, in training and in test."""

from pathlib import Path

import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.job import job
from paramscape.metrics.evaluate import evaluate
from paramscape.metrics.roles import with_roles, without_neighbours
from paramscape.metrics.scaled import evaluate_scaled
from paramscape.study import Period, Space, section


def scores_of(
    domain: Path,
    observations: Path,
    simulation: Path,
    target: str,
    period: Period,
    scaling: Path | None = None,
) -> xr.Dataset:
    """All scores of a simulation's target over a period.

    With a scaling, they are those of the scaled simulation, and `rmse_raw` is that of the raw one.
    """
    mask = read_dataset(domain, "domain")["mask"]
    observed = read_dataset(observations, target)[target].sel(time=period.slice)
    simulated = read_dataset(simulation, "simulation")[target].sel(time=period.slice)
    if scaling is None:
        return evaluate(simulated, observed, mask).assign(mask=mask)
    line = read_dataset(scaling, "scaling")
    return evaluate_scaled(simulated, observed, mask, line).assign(mask=mask)


def with_roles_of(
    scores: xr.Dataset, domain: Path, observed: xr.DataArray, space: Space
) -> xr.Dataset:
    """Scores of a domain's cells, with their roles, and without images of cells that are apart."""
    cells = read_dataset(domain, "domain")
    return with_roles(without_neighbours(scores, cells), cells, observed, space)


if __name__ == "__main__":
    with job(snakemake) as made:
        inputs, settings = snakemake.input, snakemake.params.settings
        files = (Path(inputs[name]) for name in ("domain", "observations", "simulation"))
        domain, observations, simulation = files
        scaling = Path(inputs.scaling) if inputs.scaling else None
        target = section(settings, "calibration.target")
        seen = read_dataset(observations, target)[target]
        seen = seen.sel(time=section(settings, "periods.train").slice)
        for name, file in snakemake.output.items():
            period = section(settings, f"periods.{name}")
            scores = scores_of(domain, observations, simulation, target, period, scaling)
            scores = with_roles_of(scores, domain, seen, section(settings, "space"))
            write_dataset(scores, Path(file), "scores", made)
