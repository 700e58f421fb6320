"""Compare estimated parameters with the truth."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from paramscape.files import read_dataset, write_table
from paramscape.jobs.job import job
from paramscape.metrics.recovery import parameter_recovery
from paramscape.study import Priors, section
from paramscape.study.run_id import RunId


def recovery_of(domain: Path, truth: Path, runs: Iterable[Path], priors: Priors) -> pd.DataFrame:
    """A row per run and parameter: correlation, RMSE and bias in shares of the prior range."""
    mask = read_dataset(domain, "domain")["mask"].values
    true = read_dataset(truth, "parameters")["parameters"].values
    ranges = [priors[name] for name in priors.names]
    tables = []
    for file in runs:
        estimate = read_dataset(file, "parameters")["parameters"].values
        found = parameter_recovery(true, estimate, mask, ranges)
        run = RunId.of(file)
        tables.append(
            pd.DataFrame(
                {
                    "method": run.method,
                    "simulator": run.simulator,
                    "seed": run.seed,
                    "parameter": priors.names,
                    "correlation": found.correlation,
                    "rmse": found.rmse,
                    "bias": found.bias,
                }
            )
        )
    return pd.concat(tables)


if __name__ == "__main__":
    with job(snakemake):
        inputs = snakemake.input
        table = recovery_of(
            Path(inputs.domain),
            Path(inputs.truth),
            [Path(file) for file in inputs.runs],
            section(snakemake.params.settings, "priors"),
        )
        write_table(table, Path(snakemake.output[0]))
