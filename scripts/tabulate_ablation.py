"""Tabulate what the adversarial loss adds to the L1 loss (table 1)."""

from pathlib import Path

from paramscape.figures.ablation_table import write
from paramscape.files import read_table
from paramscape.jobs.job import job
from paramscape.study import section
from paramscape.study.quantities import UNITS

if __name__ == "__main__":
    with job(snakemake):
        scores = read_table(snakemake.input[0])
        target = section(snakemake.params.settings, "calibration.target")
        stem = Path(snakemake.output.csv).with_suffix("")
        write(scores[scores["period"] == "test"], stem, field_unit=UNITS[target])
