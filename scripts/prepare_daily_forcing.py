"""Prepare daily forcing for the networks."""

from pathlib import Path

from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.job import job
from paramscape.prepare.daily import prepare_daily_forcing

if __name__ == "__main__":
    with job(snakemake) as made:
        years = (read_dataset(Path(file), "vic-forcing") for file in sorted(snakemake.input))
        days = prepare_daily_forcing(years).sel(time=slice(None, snakemake.params.end))
        write_dataset(days, Path(snakemake.output[0]), "forcing-daily", made)
