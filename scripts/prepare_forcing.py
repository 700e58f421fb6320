"""Prepare VIC's forcing of one year."""

from pathlib import Path

from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.job import job
from paramscape.prepare.forcing import prepare_forcing
from paramscape.study import Period, section

if __name__ == "__main__":
    with job(snakemake) as made:
        settings = snakemake.params.settings
        forcing = prepare_forcing(
            section(settings, "products.forcing"),
            Period(**snakemake.params.days),
            read_dataset(Path(snakemake.input.domain), "domain"),
            section(settings, "vic.snow_steps_per_day"),
            ends_record=snakemake.params.ends_record,
        )
        write_dataset(forcing, Path(snakemake.output[0]), "vic-forcing", made)
