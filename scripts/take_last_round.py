"""Take the surrogate of the last refinement round."""

import shutil
from pathlib import Path

from paramscape.files import atomic_write
from paramscape.jobs.job import job

if __name__ == "__main__":
    with job(snakemake), atomic_write(Path(snakemake.output[0])) as partial:
        shutil.copyfile(snakemake.input[0], partial)
