"""Prepare attributes, native soil and VIC's default parameters."""

from pathlib import Path

from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.job import job
from paramscape.prepare.land import LandSettings, prepare_land
from paramscape.study import section

if __name__ == "__main__":
    with job(snakemake) as made:
        settings, output = snakemake.params.settings, snakemake.output
        land = prepare_land(
            LandSettings(
                section(settings, "products.elevation"),
                section(settings, "products.soil"),
                section(settings, "products.land_cover"),
                section(settings, "vic.parameters"),
                section(settings, "products.attributes"),
            ),
            read_dataset(Path(snakemake.input.domain), "domain"),
            read_dataset(Path(snakemake.input.forcing), "forcing-daily"),
            section(settings, "priors"),
        )
        write_dataset(land.attributes, Path(output.attributes), "attributes", made)
        write_dataset(land.parameters, Path(output.parameters), "vic-parameters", made)
        if land.native_soil is not None:
            write_dataset(land.native_soil, Path(output.soil), "soil-native", made)
