"""Prepare daily forcing for the networks."""

from pathlib import Path

from paramscape.files import read_dataset, write_dataset
from paramscape.job import logged, provenance
from paramscape.prepare.daily import daily_forcing

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        made = provenance(snakemake.params.settings)
        years = (read_dataset(Path(file), "vic-forcing") for file in sorted(snakemake.input))
        write_dataset(daily_forcing(years), Path(snakemake.output[0]), "forcing-daily", made)
