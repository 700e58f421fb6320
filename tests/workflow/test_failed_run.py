"""A calibration that fails takes only what depends on it along."""

import re
from pathlib import Path

from paramscape.study import load


def options_of_make(repository: Path) -> list[str]:
    """Options with which `make study` runs Snakemake, less configuration and cores."""
    text = (repository / "Makefile").read_text()
    recipe = re.search(r"^study:.*?--cores \$\(CORES\) (.*?)$", text, re.S | re.M)
    return recipe[1].split()


def test_one_failed_calibration_leaves_all_others_complete(failing, repository) -> None:
    runs = [(r.method, r.simulator) for r in load(repository / "config/demo.yaml").calibration.runs]
    folder = failing.folder / "results/demo/calibration"
    files = {run: folder / "/".join(run) / "seed-1/params.nc" for run in runs}
    targets = [*files.values(), failing.folder / "results/demo/tables/cost.md"]
    wanted = [str(path.relative_to(failing.folder)) for path in targets]
    answer = failing.snakemake(*options_of_make(repository), "--", *wanted)
    assert answer.returncode != 0
    assert "the loss is nan" in answer.stdout + answer.stderr
    complete = {run for run, path in files.items() if path.exists()}
    assert complete == set(runs) - {("gan-po", "vic")}
    assert not (failing.folder / "results/demo/tables/cost.md").exists()
