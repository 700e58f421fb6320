"""Write calibrated parameters as a VIC parameter file."""

from pathlib import Path

import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job
from paramscape.parameters.datasets import fields_of
from paramscape.vic import calibrated_dataset


def main(inputs) -> xr.Dataset:
    """The default VIC parameters with the calibrated fields in their place."""
    cells = Cells.of(read_dataset(Path(inputs.domain), "domain"))
    values = fields_of(read_dataset(Path(inputs.calibrated), "parameters"), cells)
    params = read_dataset(Path(inputs.parameters), "vic-parameters")
    return calibrated_dataset(params, values, cells.mask)


if __name__ == "__main__":
    with job(snakemake) as made:
        write_dataset(main(snakemake.input), Path(snakemake.output[0]), "vic-parameters", made)
