"""Train a filler on the training days, and fill the gaps of observations."""

from pathlib import Path

from paramscape.calibration.fill.job import fill_observations
from paramscape.calibration.observed_data import PreparedFiles
from paramscape.files import write_dataset
from paramscape.files.tensors import save_tensors
from paramscape.jobs.job import job, use_threads
from paramscape.study import section

if __name__ == "__main__":
    with job(snakemake) as made:
        names = ("domain", "attributes", "forcing", "observations")
        files = PreparedFiles(*(Path(snakemake.input[name]) for name in names), soil=None)
        settings, target = snakemake.params.settings, snakemake.params.target
        use_threads(section(settings, "compute").torch_threads)
        filled = fill_observations(files, target, settings)
        write_dataset(filled.fields, Path(snakemake.output.filled), target, made)
        save_tensors(filled.filler.state_dict(), Path(snakemake.output.filler))
        filled.history.write(Path(snakemake.output.history))
