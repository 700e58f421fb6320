"""Tabulate the scores of all runs on their own simulators, in VIC, and in the real VIC."""

from pathlib import Path

from paramscape.files import write_table
from paramscape.jobs.job import job
from paramscape.metrics.summary import tabulate
from paramscape.study.run_id import RunId


def main(scores: list[str], defaults: list[str], table: Path) -> None:
    """Write one row per run, verifier and period."""
    base = {
        tuple(Path(file).stem.rsplit("-", 1)): Path(file)
        for file in [*defaults, *scores]
        if RunId.of(Path(file)).method == "default" and RunId.of(Path(file)).seed == 1
    }
    write_table(tabulate([Path(file) for file in scores], base), table)


if __name__ == "__main__":
    with job(snakemake):
        main(
            [*snakemake.input.simulator, *snakemake.input.vic, *snakemake.input.real],
            list(snakemake.input.default),
            Path(snakemake.output[0]),
        )
