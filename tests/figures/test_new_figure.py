"""The recipe for a figure in CONTRIBUTING.md: it touches three files, and the rest follows."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from checkout import code_of_recipe, copy_of, python
from paramscape.files import Provenance, write_dataset
from paramscape.jobs.records import Record
from paramscape.study import load

FIGURE = "results/demo/figures/rmse-boxes-vic"
EXPECTED = """
import pathlib, runpy
expected = runpy.run_path(".ci/expect.py")["expected"]
print([str(path) for path in expected(pathlib.Path("config/demo.yaml"))])
"""


@pytest.fixture(scope="module")
def extended(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with the recipe's figure: its module, its row and its caption."""
    folder = copy_of(repository, tmp_path_factory.mktemp("extended"))
    text = (repository / "CONTRIBUTING.md").read_text().partition("## A figure or table")[2]
    text = text.partition("\n## ")[0]
    module, row = code_of_recipe(repository, "A figure or table")
    path, caption_path, caption = re.search(
        r"`(src/\S+\.py)` reads.*`(workflow/report/\S+)`: ``(.*?)``", text, re.DOTALL
    ).groups()
    (folder / path).write_text(module)
    (folder / caption_path).write_text(f"{caption}\n")
    table = folder / "src/paramscape/figures/registry.py"
    table.write_text(
        table.read_text().replace("FIGURES = (\n", f"FIGURES = (\n    {row.strip()},\n", 1)
    )
    (folder / ".ci").mkdir()
    for name in (".ci/lists.py", ".ci/expect.py", "README.md"):
        shutil.copy(repository / name, folder / name)
    return folder


def snakemake(folder: Path, *arguments: str) -> str:
    return python(folder, "-m", "snakemake", "--cores", "1", *arguments)


def test_its_jobs_are_planned_where_scores_are_taken(extended) -> None:
    plan = snakemake(extended, "--dry-run", "--quiet", "host")
    assert re.search(r"^draw_rmse_boxes +2$", plan, re.MULTILINE)


def test_the_readme_and_the_check_of_a_finished_study_have_it(extended) -> None:
    python(extended, ".ci/lists.py")
    listed = (extended / "README.md").read_text()
    assert "| `rmse-boxes-simulator`, `-vic` | RMSE of all cells |  |  |" in listed
    assert f"{FIGURE}.pdf" in python(extended, "-c", EXPECTED)


def test_it_is_drawn_from_the_scores_of_all_runs_and_reported_with_its_caption(
    extended, study
) -> None:
    scores = study.scores.isel(run=0, drop=True).assign(mask=study.mask)
    scores["rmse"].attrs["units"] = "as target"
    for run in load(extended / "config/demo.yaml").calibration.runs:
        folder = extended / f"results/demo/scores/{run.method}/{run.simulator}/seed-1"
        write_dataset(scores, folder / "vic-test.nc", "scores", Provenance.of("demo", {}, 1))
        Record.write(folder / "vic-test.nc", {})
    said = snakemake(extended, "--", f"{FIGURE}.png")
    assert "1 of 1 steps (100%) done" in said
    assert (extended / f"{FIGURE}.png").read_bytes().startswith(b"\x89PNG")
    snakemake(extended, "--report", "report.html", "--", f"{FIGURE}.png")
    assert "RMSE of all cells; scored in VIC." in (extended / "report.html").read_text()
