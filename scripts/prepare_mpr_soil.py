"""Prepare the soil and terrain that MPR's transfer functions use, from attribute files."""

from pathlib import Path

from paramscape.files import read_dataset, write_dataset
from paramscape.jobs.job import job
from paramscape.prepare.mpr_soil import MprSources, prepare_mpr_soil
from paramscape.study import section

if __name__ == "__main__":
    with job(snakemake) as made:
        settings, inputs = snakemake.params.settings, snakemake.input
        sources = MprSources(
            section(settings, "products.attributes"),
            section(settings, "products.elevation"),
            read_dataset(Path(inputs.parameters), "vic-parameters"),
        )
        soil = prepare_mpr_soil(sources, read_dataset(Path(inputs.domain), "domain"))
        write_dataset(soil, Path(snakemake.output[0]), "soil-native", made)
