"""Compare estimated parameters with the truth."""

from pathlib import Path

import pandas as pd

from paramscape.files import read_dataset, write_table
from paramscape.jobs.job import job
from paramscape.metrics.recovery import parameter_recovery
from paramscape.study import Priors, section
from paramscape.study.run_id import RunId


def main(inputs, priors: Priors) -> pd.DataFrame:
    """A row per run and parameter: correlation, RMSE and bias in shares of the prior range."""
    mask = read_dataset(Path(inputs.domain), "domain")["mask"].values
    truth = read_dataset(Path(inputs.truth), "parameters")["parameters"].values
    ranges = [priors[name] for name in priors.names]
    tables = []
    for file in map(Path, inputs.runs):
        estimate = read_dataset(file, "parameters")["parameters"].values
        found = parameter_recovery(truth, estimate, mask, ranges)
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
        table = main(snakemake.input, section(snakemake.params.settings, "priors"))
        write_table(table, Path(snakemake.output[0]))
