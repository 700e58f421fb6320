"""Write calibrated parameters as a VIC parameter file."""

from pathlib import Path

import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.job import job
from paramscape.parameters.datasets import fields_of, names_of
from paramscape.vic import calibrated_dataset


def main(inputs) -> xr.Dataset:
    """The default VIC parameters with the calibrated fields in their place."""
    cells = Cells.of(read_dataset(Path(inputs.domain), "domain"))
    calibrated = read_dataset(Path(inputs.calibrated), "parameters")
    names = names_of(calibrated)
    values = fields_of(calibrated, names, cells)
    params = read_dataset(Path(inputs.parameters), "vic-parameters")
    return calibrated_dataset(params, values, names, cells.mask)


if __name__ == "__main__":
    with job(snakemake) as made:
        write_dataset(main(snakemake.input), Path(snakemake.output[0]), "vic-parameters", made)
