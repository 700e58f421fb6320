"""Prepare VIC's forcing of one year."""

from pathlib import Path

from paramscape.files import read_dataset, write_dataset
from paramscape.job import job
from paramscape.prepare.forcing import prepare_forcing
from paramscape.study import section

if __name__ == "__main__":
    with job(snakemake) as made:
        settings, year = snakemake.params.settings, int(snakemake.wildcards.year)
        record = section(settings, "periods").record
        days = next(part for part in record.by_year() if part.start.year == year)
        forcing = prepare_forcing(
            section(settings, "products.forcing"),
            days,
            read_dataset(Path(snakemake.input.domain), "domain"),
            section(settings, "vic.snow_steps_per_day"),
            ends_record=days.end == record.end,
        )
        write_dataset(forcing, Path(snakemake.output[0]), "vic-forcing", made)
