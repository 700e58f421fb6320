"""A study of sampled cells and their neighbours runs from raw files to calibrated parameters."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

from paramscape.grid.cells import Cells
from paramscape.grid.learners import nearest_of

GRID = {"west": 113.5, "east": 115.5, "south": 31.5, "north": 33.5, "resolution": 0.25}
ANCHOR = {"north": 33.5, "west": 113.5}
PERIODS = {
    "warmup": {"start": "2009-04-01", "end": "2009-04-15"},
    "train": {"start": "2009-04-16", "end": "2009-05-25"},
    "validation": {"start": "2009-05-26", "end": "2009-06-10"},
    "test": {"start": "2009-06-11", "end": "2009-06-20"},
}


class Study:
    """A folder in which a study of the checkout's workflow runs."""

    def __init__(self, repository: Path, folder: Path, settings: dict) -> None:
        self.repository, self.folder = repository, folder
        (folder / "study.yaml").write_text(yaml.safe_dump(settings))

    def snakemake(self, *arguments: str) -> str:
        """What Snakemake says."""
        command = [
            *(sys.executable, "-m", "snakemake", "--snakefile", self.repository / "Snakefile"),
            *(*arguments, "--cores", "2", "--configfile", "study.yaml"),
        ]
        environment = {**os.environ, "PYTHONPATH": str(self.repository / "src")}
        answer = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout + answer.stderr

    def result(self, name: str) -> xr.Dataset:
        """A result, read whole."""
        return xr.load_dataset(self.folder / "results/demo" / name)


@pytest.fixture(scope="module")
def study(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A twin of nine sampled cells and nine neighbours, calibrated cell by cell."""
    settings = yaml.safe_load((repository / "config/demo.yaml").read_text())
    for name in ("ensemble", "surrogate"):
        del settings[name]
    settings["domain"] = {"kind": "blocks", "grid": GRID, "block": 3, "anchor": ANCHOR}
    settings["periods"] = PERIODS
    runs = [{"method": m, "simulator": "vic"} for m in ("default", "cell-sceua")]
    search = {"complexes": 1, "max_evaluations": 30}
    settings["calibration"] = {"target": "et", "runs": runs, "cell-sceua": search}
    return Study(repository, tmp_path_factory.mktemp("blocks"), settings)


def test_the_study_is_planned_to_its_end(study) -> None:
    plan = study.snakemake("--dry-run")
    assert "tabulate_methods" in plan and "gan-po" not in plan


def test_neighbours_have_the_parameters_of_the_nearest_sampled_cell(study) -> None:
    found = "calibration/cell-sceua/vic/seed-1/parameters.nc"
    study.snakemake(f"results/demo/{found}")
    domain = study.result("domain.nc")
    cells = Cells.of(domain)
    assert cells.count == 18 and cells.learners.sum() == 9
    observed = cells.gather(study.result("learning/et.nc")["et"])
    assert np.isfinite(observed).any(axis=0).all()
    assert np.isfinite(cells.gather(study.result("vic/forcing.2009.nc")["tas"])).all()
    parameters = cells.gather(study.result(found)["parameters"])
    nearest = nearest_of(cells, cells.learners)
    np.testing.assert_array_equal(parameters, parameters[:, nearest])
    assert np.unique(parameters[0].round(6)).size > 5
