"""Write where all files of a study came from."""

from pathlib import Path

from paramscape.files import write_json
from paramscape.jobs.explain import study_provenance
from paramscape.jobs.job import job

if __name__ == "__main__":
    with job(snakemake):
        files = [Path(file) for file in snakemake.input]
        content = study_provenance(files, snakemake.params.settings)
        write_json(content, Path(snakemake.output[0]))
