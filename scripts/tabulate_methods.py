"""Tabulate all methods, on their simulators and in VIC."""

from pathlib import Path

import pandas as pd

from paramscape.figures.collect import costs_of_runs, recovery_of_runs
from paramscape.figures.methods_table import write
from paramscape.job import logged
from paramscape.names import UNITS
from paramscape.study import section


def main(inputs, stem: Path, target: str, members: int) -> None:
    """Write the table of the test period."""
    scores = pd.read_csv(inputs.scores)
    costs = costs_of_runs([Path(file) for file in inputs.histories], members)
    if inputs.get("recovery"):
        costs = costs.merge(recovery_of_runs(pd.read_csv(inputs.recovery)), how="left")
    test = scores[scores["period"] == "test"].drop(columns="period")
    write(test, costs, stem, field_unit=UNITS[target])


if __name__ == "__main__":
    with logged(snakemake.log[0]):
        settings = snakemake.params.settings
        target, ensemble = (section(settings, s) for s in ("calibration.target", "ensemble"))
        stem = Path(snakemake.output.csv).with_suffix("")
        main(snakemake.input, stem, target, ensemble.members)
