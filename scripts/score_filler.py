"""Judge a filler by observations that are hidden from it."""

from pathlib import Path

from paramscape.calibration.fill.job import score_filler
from paramscape.calibration.observed_data import PreparedFiles
from paramscape.files import write_table
from paramscape.files.tensors import load_tensors
from paramscape.jobs.job import job, use_threads
from paramscape.study import section

if __name__ == "__main__":
    with job(snakemake):
        names = ("domain", "attributes", "forcing", "observations")
        files = PreparedFiles(*(Path(snakemake.input[name]) for name in names), soil=None)
        settings = snakemake.params.settings
        use_threads(section(settings, "compute").torch_threads)
        state = load_tensors(Path(snakemake.input.filler), "filler", "network")
        table = score_filler(files, snakemake.params.target, state, settings)
        write_table(table, Path(snakemake.output[0]))
