"""Choose among the candidates of a method by their validation."""

from pathlib import Path

from paramscape.calibration.choice import tabulate_candidates, write_choice
from paramscape.job import logged

if __name__ == "__main__":
    with logged(snakemake.log[0]):
        candidates, output = snakemake.params.candidates, snakemake.output
        table = tabulate_candidates(candidates, [Path(file) for file in snakemake.input])
        table.to_csv(output.table, index=False)
        write_choice(table, candidates, Path(output.choice))
