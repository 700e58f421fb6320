"""Score one simulation against a variable that nothing learned from."""

from pathlib import Path

import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.job import job
from paramscape.metrics.period_totals import score_totals
from paramscape.study import Period, section


def scores_of(
    domain: Path, observed: Path, simulation: Path, variable: str, period: Period
) -> xr.Dataset:
    """Scores of a simulation's variable over the observed totals of a period."""
    daily = read_dataset(simulation, "simulation")[variable].sel(time=period.slice)
    totals = read_dataset(observed, f"{variable}-check")
    return score_totals(daily, totals, read_dataset(domain, "domain"))


if __name__ == "__main__":
    with job(snakemake) as made:
        inputs, settings = snakemake.input, snakemake.params.settings
        files = [Path(inputs[name]) for name in ("domain", "observed", "simulation")]
        for name, file in snakemake.output.items():
            period = section(settings, f"periods.{name}")
            scores = scores_of(*files, snakemake.wildcards.variable, period)
            write_dataset(scores, Path(file), "check-scores", made)
